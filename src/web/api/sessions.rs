//! `/api/v1/sessions`: the sessions that are open.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use serde::Serialize;

use crate::domain::ids::SessionId;
use crate::store::Session;
use crate::web::WebState;
use crate::web::access::Identity;
use crate::web::arrival::Client;
use crate::web::problem::{Code, Problem};
use crate::web::sessions;

/// A session, without what opens it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Row {
    id: i64,
    /// Whether it is the one by which is asked.
    current: bool,
    method: String,
    network: String,
    client: Option<String>,
    created_at: String,
    last_seen_at: String,
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

/// Lists them, the latest used first.
pub async fn list(State(state): State<WebState>, Extension(identity): Extension<Identity>) -> Response {
    match sessions::all(&state).await {
        Ok(all) => {
            let rows: Vec<Row> = all.into_iter().map(|session| Row::new(session, &identity)).collect();
            Json(rows).into_response()
        }
        Err(problem) => problem.into_response(),
    }
}

/// Ends one.
pub async fn end(
    State(state): State<WebState>,
    Path(id): Path<String>,
    client: Client,
    Extension(identity): Extension<Identity>,
) -> Response {
    let Ok(id) = id.parse().map(SessionId) else { return Problem::new(Code::NotFound).into_response() };
    let ended = sessions::end(&state, &client, &identity, id).await;
    ended.map_or_else(IntoResponse::into_response, |()| StatusCode::NO_CONTENT.into_response())
}

/// Ends all others.
pub async fn end_others(
    State(state): State<WebState>,
    client: Client,
    Extension(identity): Extension<Identity>,
) -> Response {
    match sessions::end_others(&state, &client, &identity).await {
        Ok(ended) => Json(serde_json::json!({ "ended": ended })).into_response(),
        Err(problem) => problem.into_response(),
    }
}
