//! How the service is doing, in a few numbers, and what a person should know of.

use crate::domain::grab::GrabState;
use crate::domain::time::Ts;
use crate::pipeline::deps::Deps;
use crate::pipeline::findings::{self, Finding, WEBHOOK_PATIENCE};
use crate::store::{ForeignSource, StoreError};

/// How the service is doing.
#[derive(Debug)]
pub struct Status {
    /// How many grabs are in each state.
    pub grabs: Vec<(GrabState, u64)>,
    /// How many torrents are stored.
    pub torrents: u64,
    /// How many feeds there are.
    pub feeds: usize,
    /// Grabs that histories told of and webhooks did not.
    pub missed_webhooks: u64,
    /// Programs whose downloads through Prowlarr are not taken for grabs.
    pub foreign_sources: Vec<ForeignSource>,
    /// What a person should know of.
    pub findings: Vec<Finding>,
}

/// Counts, and looks for findings.
pub async fn status(deps: &Deps) -> Result<Status, StoreError> {
    let store = &deps.store;
    let counts = store.grab_counts().await?;
    let in_state = |state| counts.iter().filter(move |count| count.state == state).map(|count| count.grabs);
    let now = store.now().await?;
    let missed = store.webhooks_missed(Ts::MIN, now.minus(WEBHOOK_PATIENCE)).await?;
    Ok(Status {
        grabs: GrabState::ALL.into_iter().map(|state| (state, in_state(state).sum())).collect(),
        torrents: store.torrent_totals().await?.0,
        feeds: store.feeds().await?.len(),
        missed_webhooks: missed.iter().map(|app| app.grabs).sum(),
        foreign_sources: store.foreign_sources().await?,
        findings: findings::all(deps).await?,
    })
}
