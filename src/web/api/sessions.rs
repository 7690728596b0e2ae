//! `/api/v1/sessions`: the sessions that are open.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use serde::Serialize;
use utoipa::ToSchema;

use super::asked::Named;
use super::words;
use crate::domain::ids::SessionId;
use crate::store::Session;
use crate::web::WebState;
use crate::web::access::guard::Identity;
use crate::web::access::sessions;
use crate::web::middleware::caller::Caller;

/// A session, without what opens it.
#[derive(Serialize, ToSchema)]
#[schema(as = Session)]
#[serde(rename_all = "camelCase")]
pub(super) struct Row {
    /// Its number.
    #[schema(schema_with = words::row_number)]
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

impl Row {
    pub(super) fn new(session: Session, identity: &Identity) -> Self {
        Self {
            id: session.id.0,
            current: identity.session() == Some(session.id),
            method: session.method,
            network: session.network,
            client: session.client,
            created_at: session.created_at.to_string(),
            last_seen_at: session.last_seen_at.to_string(),
            expires_at: session.expires_at.to_string(),
        }
    }
}

/// What became of the others.
#[derive(Serialize, ToSchema)]
struct Ended {
    /// How many have ended.
    ended: u64,
}

/// List the open sessions, the latest used first.
#[utoipa::path(get, path = "/api/v1/sessions", tag = "session", operation_id = "listSessions",
    responses((status = 200, description = "The sessions.", body = Vec<Row>)))]
pub async fn list(State(state): State<WebState>, Extension(identity): Extension<Identity>) -> Response {
    match sessions::all(&state).await {
        Ok(all) => {
            let rows: Vec<Row> = all.into_iter().map(|session| Row::new(session, &identity)).collect();
            Json(rows).into_response()
        }
        Err(problem) => problem.into_response(),
    }
}

/// End a session.
#[utoipa::path(delete, path = "/api/v1/sessions/{id}", tag = "session", operation_id = "endSession",
    params(("id" = i64, Path, description = "The session's number.", minimum = 1)),
    responses((status = 204, description = "It has ended.")),
    extensions(("x-problems" = json!(["not-found"]))))]
pub async fn end(
    State(state): State<WebState>,
    Named(id): Named<i64>,
    caller: Caller,
    Extension(identity): Extension<Identity>,
) -> Response {
    let ended = sessions::end(&state, &caller, &identity, SessionId(id)).await;
    ended.map_or_else(IntoResponse::into_response, |()| StatusCode::NO_CONTENT.into_response())
}

/// End all sessions but the one by which is asked.
#[utoipa::path(delete, path = "/api/v1/sessions", tag = "session", operation_id = "endOtherSessions",
    responses((status = 200, description = "They have ended.", body = Ended)))]
pub async fn end_others(
    State(state): State<WebState>,
    caller: Caller,
    Extension(identity): Extension<Identity>,
) -> Response {
    match sessions::end_others(&state, &caller, &identity).await {
        Ok(ended) => Json(Ended { ended }).into_response(),
        Err(problem) => problem.into_response(),
    }
}
