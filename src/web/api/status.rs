//! `/api/v1/status`: how the service is doing, in a few numbers.

use axum::extract::State;
use axum::{Extension, Json};
use serde::Serialize;
use utoipa::ToSchema;

use crate::admin;
use crate::admin::view::status::StatusView;
use crate::web::WebState;
use crate::web::middleware::observe::RequestLang;
use crate::web::problem::Problem;

/// How the service is doing.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Status {
    /// The version.
    version: &'static str,
    /// How long this process has been running.
    uptime_seconds: u64,
    /// Which ways in are used: `webhook_only`, `webhook_plus_history` or `history_only`.
    mode: &'static str,
    #[serde(flatten)]
    counts: StatusView,
}

/// Tell how the service is doing.
#[utoipa::path(get, path = "/api/v1/status", tag = "status", operation_id = "getStatus",
    responses((status = 200, description = "A few numbers.", body = Status)))]
pub async fn show(
    State(state): State<WebState>,
    Extension(RequestLang(lang)): Extension<RequestLang>,
) -> Result<Json<Status>, Problem> {
    let status = admin::status::status(&state.deps).await?;
    Ok(Json(Status {
        version: env!("CARGO_PKG_VERSION"),
        uptime_seconds: state.clock().now().since(state.facts.started_at).as_secs(),
        mode: state.mode().as_str(),
        counts: StatusView::new(status, lang),
    }))
}
