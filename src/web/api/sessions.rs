//! `/api/v1/sessions`: the sessions that are open.

use axum::extract::State;
use axum::http::StatusCode;
use axum::{Extension, Json};
use serde::Serialize;
use utoipa::ToSchema;

use crate::admin::view::session::SessionView;
use crate::domain::ids::SessionId;
use crate::web::WebState;
use crate::web::access::identity::Identity;
use crate::web::input::path::InPath;
use crate::web::middleware::caller::Caller;
use crate::web::problem::Problem;

/// What became of the others.
#[derive(Serialize, ToSchema)]
pub struct Ended {
    /// How many have ended.
    ended: u64,
}

/// List the open sessions, the latest used first.
#[utoipa::path(get, path = "/api/v1/sessions", tag = "session", operation_id = "listSessions",
    responses((status = 200, description = "The sessions.", body = Vec<SessionView>)))]
pub async fn list(
    State(state): State<WebState>,
    Extension(identity): Extension<Identity>,
) -> Result<Json<Vec<SessionView>>, Problem> {
    let all = state.accounts.sessions().await?;
    Ok(Json(all.into_iter().map(|session| SessionView::new(session, identity.session())).collect()))
}

/// End a session.
#[utoipa::path(delete, path = "/api/v1/sessions/{id}", tag = "session", operation_id = "endSession",
    params(("id" = i64, Path, description = "The session's number.", minimum = 1)),
    responses((status = 204, description = "It has ended.")),
    extensions(("x-problems" = json!(["not-found"]))))]
pub async fn end(
    State(state): State<WebState>,
    InPath(id): InPath<i64>,
    caller: Caller,
    Extension(identity): Extension<Identity>,
) -> Result<StatusCode, Problem> {
    state.accounts.end_session(&identity.actor(&caller), SessionId(id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// End all sessions but the one by which is asked.
#[utoipa::path(delete, path = "/api/v1/sessions", tag = "session", operation_id = "endOtherSessions",
    responses((status = 200, description = "They have ended.", body = Ended)))]
pub async fn end_others(
    State(state): State<WebState>,
    caller: Caller,
    Extension(identity): Extension<Identity>,
) -> Result<Json<Ended>, Problem> {
    let actor = identity.actor(&caller);
    let ended = state.accounts.end_other_sessions(&actor, identity.session()).await?;
    Ok(Json(Ended { ended }))
}
