//! Sessions, without what opens them.

use serde::Serialize;
use utoipa::ToSchema;

use super::schema;
use crate::domain::ids::SessionId;
use crate::store::Session;

/// A session, without what opens it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Session)]
#[serde(rename_all = "camelCase")]
pub struct SessionView {
    /// Its number.
    #[schema(schema_with = schema::row_number)]
    id: i64,
    /// Whether it is the one by which is asked.
    current: bool,
    /// How its owner signed in.
    method: String,
    /// From where.
    network: String,
    /// What the browser called itself.
    client: Option<String>,
    /// When it began.
    #[schema(format = DateTime)]
    created_at: String,
    /// When it was last used.
    #[schema(format = DateTime)]
    last_seen_at: String,
    /// When it ends, however much it is used.
    #[schema(format = DateTime)]
    expires_at: String,
}

impl SessionView {
    /// `current`: the one by which the caller asks.
    pub fn new(session: Session, current: Option<SessionId>) -> Self {
        Self {
            id: session.id.0,
            current: current == Some(session.id),
            method: session.method,
            network: session.network,
            client: session.client,
            created_at: session.created_at.to_string(),
            last_seen_at: session.last_seen_at.to_string(),
            expires_at: session.expires_at.to_string(),
        }
    }
}
