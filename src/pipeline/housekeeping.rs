//! What each process does for itself from time to time: writing down counted polls, reviewing feeds, refreshing gauges.

use std::sync::Arc;
use std::time::Duration;

use super::deps::Deps;
use super::findings::{self, FindingKind, WEBHOOK_PATIENCE};
use super::report;
use tokio::time::Instant;

use crate::auth::throttle;
use crate::domain::app::AppKind;
use crate::domain::grab::GrabState;
use crate::domain::time::Ts;
use crate::ops::metrics::{self, ItemState};
use crate::ops::shutdown::Lifecycle;
use crate::store::StoreError;
use crate::upstream::circuit::{Circuit, CircuitState};

/// Time between two rounds.
const ROUND: Duration = Duration::from_secs(5);
/// Rounds between two reviews of the feeds.
const REVIEW_ROUNDS: u32 = 12;

/// Goes round until the life ends, and once more at the end.
pub async fn run(deps: Arc<Deps>, life: Lifecycle) {
    let stopping = life.stopping();
    let mut round: u32 = 0;
    loop {
        if let Err(error) = go_round(&deps, round).await {
            report::database(&deps, "housekeeping", &error);
        }
        if stopping.is_cancelled() {
            return;
        }
        round = round.wrapping_add(1);
        tokio::select! {
            () = stopping.cancelled() => {}
            () = tokio::time::sleep(ROUND) => {}
        }
    }
}

async fn go_round(deps: &Deps, round: u32) -> Result<(), StoreError> {
    write_polls(deps).await?;
    if round.is_multiple_of(REVIEW_ROUNDS) {
        deps.store.review_feeds().await?;
        // More often than the purge: strangers can add many in an hour.
        let now = deps.store.now().await?;
        deps.store.purge_attempts(now.minus(throttle::MEMORY)).await?;
        deps.store.purge_login_flows(now).await?;
        count_findings(deps).await?;
    }
    refresh_gauges(deps).await
}

async fn write_polls(deps: &Deps) -> Result<(), StoreError> {
    let polls = deps.polls.take();
    if polls.is_empty() {
        return Ok(());
    }
    let written = deps.store.count_polls(&polls).await;
    if written.is_err() {
        deps.polls.give_back(polls);
    }
    written
}

async fn count_findings(deps: &Deps) -> Result<(), StoreError> {
    let found = findings::all(deps).await?;
    for kind in FindingKind::ALL {
        let count = found.iter().filter(|finding| finding.kind == kind).count();
        deps.metrics.set_findings(kind.as_str(), gauge(count));
    }
    Ok(())
}

/// A scrape reads what the last round left; it asks nobody.
async fn refresh_gauges(deps: &Deps) -> Result<(), StoreError> {
    let now = deps.store.now().await?;
    let counts = deps.store.grab_counts().await?;
    for state in GrabState::ALL {
        let grabs: u64 = counts.iter().filter(|count| count.state == state).map(|count| count.grabs).sum();
        deps.metrics.set_grabs(state, gauge(grabs));
    }
    let pending = counts.iter().filter(|count| count.state == GrabState::Pending);
    let oldest = pending.map(|count| count.oldest).min();
    deps.metrics.set_oldest_pending(oldest.map_or(Duration::ZERO, |at| now.since(at)));
    let (mut waiting, mut delivered) = (0, 0);
    for feed in deps.store.ledger_counts().await? {
        waiting += feed.queued + feed.listed;
        delivered += feed.delivered;
    }
    deps.metrics.set_feed_items(ItemState::Waiting, gauge(waiting));
    deps.metrics.set_feed_items(ItemState::Delivered, gauge(delivered));
    refresh_upstream_gauges(deps, now).await
}

/// What says whether the apps, Prowlarr and the indexers do their part.
async fn refresh_upstream_gauges(deps: &Deps, now: Ts) -> Result<(), StoreError> {
    let missed = deps.store.webhooks_missed(Ts::MIN, now.minus(WEBHOOK_PATIENCE)).await?;
    deps.metrics.set_webhooks_missed(gauge(missed.iter().map(|app| app.grabs).sum::<u64>()));
    deps.metrics.set_indexers_held(gauge(deps.store.held_indexers(now).await?.len()));
    let (torrents, size_bytes) = deps.store.torrent_totals().await?;
    deps.metrics.set_torrents(gauge(torrents), size_bytes);
    deps.metrics.set_database(deps.store.size_bytes().await?);
    let circuits = deps.apps.iter().map(|app| (app.kind, app.client.circuit()));
    let circuits: Vec<_> = circuits
        .chain(deps.prowlarr.iter().map(|prowlarr| (AppKind::Prowlarr, prowlarr.client.circuit())))
        .collect();
    for kind in AppKind::ALL {
        let open = |circuit: &Circuit| circuit.state(Instant::now()) == CircuitState::Open;
        let count = circuits.iter().filter(|(of, circuit)| *of == kind && open(circuit)).count();
        deps.metrics.set_circuits_open(metrics::Service::App(kind), gauge(count));
    }
    Ok(())
}

fn gauge(count: impl TryInto<u32>) -> u32 {
    count.try_into().unwrap_or(u32::MAX)
}
