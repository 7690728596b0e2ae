//! `/api/v1/status`: how the service is doing, in a few numbers.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::{Extension, Json};
use serde::Serialize;
use utoipa::ToSchema;

use crate::admin;
use crate::admin::view::finding::FindingView;
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
    /// Grabs, by state.
    grabs: BTreeMap<&'static str, u64>,
    /// Stored torrents.
    torrents: u64,
    /// Feeds.
    feeds: usize,
    /// Grabs that histories told of and webhooks did not.
    missed_webhooks: u64,
    /// Programs whose downloads through Prowlarr are not taken for grabs: apps that are not configured, and what only probes.
    foreign_sources: Vec<ForeignProgram>,
    /// What you should know of and can mend.
    findings: Vec<FindingView>,
}

/// A program whose downloads through Prowlarr are no grabs.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct ForeignProgram {
    /// Its name, as Prowlarr's history gives it.
    source: String,
    /// How many downloads there were.
    downloads: u64,
    /// When the last was.
    last_at: String,
}

/// Tell how the service is doing.
#[utoipa::path(get, path = "/api/v1/status", tag = "status", operation_id = "getStatus",
    responses((status = 200, description = "A few numbers.", body = Status)))]
pub async fn show(
    State(state): State<WebState>,
    Extension(RequestLang(lang)): Extension<RequestLang>,
) -> Result<Json<Status>, Problem> {
    let status = admin::status::status(&state.deps).await?;
    let foreign_sources = status.foreign_sources.into_iter().map(|one| ForeignProgram {
        source: one.source,
        downloads: one.downloads,
        last_at: one.last_at.to_string(),
    });
    Ok(Json(Status {
        version: env!("CARGO_PKG_VERSION"),
        uptime_seconds: state.clock().now().since(state.facts.started_at).as_secs(),
        mode: state.mode().as_str(),
        grabs: status.grabs.into_iter().map(|(state, count)| (state.as_str(), count)).collect(),
        torrents: status.torrents,
        feeds: status.feeds,
        missed_webhooks: status.missed_webhooks,
        foreign_sources: foreign_sources.collect(),
        findings: status.findings.into_iter().map(|finding| FindingView::new(finding, lang)).collect(),
    }))
}
