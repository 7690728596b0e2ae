//! What each process does for itself from time to time: writing down counted polls, reviewing feeds, refreshing gauges.

use std::sync::Arc;
use std::time::Duration;

use super::deps::Deps;
use super::report;
use crate::domain::grab::GrabState;
use crate::domain::time::Ts;
use crate::ops::metrics::{self, ItemState};
use crate::ops::shutdown::Lifecycle;
use crate::store::StoreError;

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

/// A scrape reads what the last round left; it asks nobody.
async fn refresh_gauges(deps: &Deps) -> Result<(), StoreError> {
    let now = deps.store.now().await?;
    let counts = deps.store.grab_counts().await?;
    let gauges = [
        (GrabState::Pending, metrics::GrabState::Pending),
        (GrabState::Ready, metrics::GrabState::Ready),
        (GrabState::Failed, metrics::GrabState::Failed),
        (GrabState::Skipped, metrics::GrabState::Skipped),
    ];
    for (state, gauge) in gauges {
        let sum: i64 =
            counts.iter().filter(|count| count.state == state.as_str()).map(|count| count.grabs).sum();
        deps.metrics.set_grabs(gauge, u32::try_from(sum).unwrap_or(u32::MAX));
    }
    let oldest = counts
        .iter()
        .filter(|count| count.state == GrabState::Pending.as_str())
        .map(|count| count.oldest)
        .min();
    deps.metrics.set_oldest_pending(oldest.map_or(Duration::ZERO, |at| now.since(Ts::from_millis(at))));
    let (mut waiting, mut delivered) = (0, 0);
    for (_, queued, listed, done) in deps.store.ledger_counts().await? {
        waiting += queued + listed;
        delivered += done;
    }
    deps.metrics.set_feed_items(ItemState::Waiting, u32::try_from(waiting).unwrap_or(u32::MAX));
    deps.metrics.set_feed_items(ItemState::Delivered, u32::try_from(delivered).unwrap_or(u32::MAX));
    Ok(())
}
