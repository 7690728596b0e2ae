//! `/api/v1/status`: how the service is doing, in a few numbers.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::grab::GrabState;
use crate::pipeline::housekeeping::WEBHOOK_PATIENCE;
use crate::web::WebState;
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
pub async fn show(State(state): State<WebState>) -> Result<Json<Status>, Problem> {
    let store = state.store();
    let counts = store.grab_counts().await?;
    let in_state = |state: GrabState| counts.iter().filter(move |count| count.state == state);
    let grabs = GrabState::ALL
        .map(|state| (state.as_str(), in_state(state).map(|count| count.grabs).sum()))
        .into_iter()
        .collect();
    let now = store.now().await?;
    let missed = store.webhooks_missed(now.minus(WEBHOOK_PATIENCE)).await?;
    let (torrents, _bytes) = store.torrent_totals().await?;
    let feeds = store.feeds().await?.len();
    let foreign = store.foreign_sources().await?.into_iter();
    let foreign_sources = foreign
        .map(|one| ForeignProgram {
            source: one.source,
            downloads: one.downloads,
            last_at: one.last_at.to_string(),
        })
        .collect();
    Ok(Json(Status {
        version: env!("CARGO_PKG_VERSION"),
        uptime_seconds: state.clock().now().since(state.facts.started_at).as_secs(),
        mode: state.mode().as_str(),
        grabs,
        torrents,
        feeds,
        missed_webhooks: missed.iter().map(|app| app.grabs).sum(),
        foreign_sources,
    }))
}
