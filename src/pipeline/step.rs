//! One step of one grab: from what is known of it to an outcome.
//!
//! A step may ask an app, Prowlarr or an indexer; it writes nothing. The order of ways is that of the design: what is
//! stored already, the app's own link, and a search only if there is no link.

use std::time::Duration;

use tokio::time::Instant;

use super::deps::Deps;
use super::link::{follow, place_of};
use super::search::search;
use super::tried::end;
use crate::domain::attempt::AttemptStep;
use crate::domain::grab::Grab;
use crate::domain::ids::TorrentId;
use crate::domain::reason::Reason;
use crate::domain::schedule::{self, Failed, HISTORY_PATIENCE, Next};
use crate::domain::sighting::Protocol;
use crate::domain::text::indexer_key;
use crate::domain::time::Ts;
use crate::store::{Claimed, Ending, StepEnd, StoreError};

/// Takes one step.
pub async fn step(deps: &Deps, grab: &Grab, now: Ts) -> Result<StepEnd<()>, StoreError> {
    let started = Instant::now();
    let end = try_ways(deps, grab, now).await?;
    Ok(StepEnd { duration: started.elapsed(), ..end })
}

async fn try_ways(deps: &Deps, grab: &Grab, now: Ts) -> Result<StepEnd<()>, StoreError> {
    if grab.protocol == Protocol::Usenet {
        return Ok(end(AttemptStep::History, Ending::Skipped(Reason::Usenet).into()));
    }
    if let Some(stored) = already_stored(deps, grab).await? {
        return Ok(end(AttemptStep::History, Ending::AlreadyStored(stored).into()));
    }
    // The app's own link first; a search has found the other.
    for link in [&grab.link, &grab.found_link] {
        let Some(tried) = follow(deps, grab, link.as_ref()).await? else { continue };
        let is_stale = matches!(tried.ending, Ending::Failing { reason: Reason::BadLink, .. });
        // Prowlarr cannot read its own link any more: it was installed anew. That is as good as no link.
        if is_stale && deps.is_link_of_prowlarr(link.as_ref()) && deps.rules.allow_search {
            continue;
        }
        let place = place_of(deps, grab, link.as_ref());
        return Ok(StepEnd { place, ..end(AttemptStep::Download, tried) });
    }
    if grab.link.is_some() {
        return search(deps, grab, now).await;
    }
    match wait_for_history(deps, grab, now).await? {
        Some(reason) => Ok(end(AttemptStep::History, reason.into())),
        // Anybody with the webhook's secret can invent a grab; a search costs the tracker something.
        None if never_confirmed(deps, grab) => Ok(end(AttemptStep::History, Reason::NotInHistory.into())),
        None => search(deps, grab, now).await,
    }
}

/// Whether only a webhook told of the grab though its app has a history that should.
fn never_confirmed(deps: &Deps, grab: &Grab) -> bool {
    !grab.seen_in_history && !grab.retried && deps.app(&grab.app).is_some()
}

/// A torrent of this indexer with the hash that the app named needs no second download, nor does the same release.
async fn already_stored(deps: &Deps, grab: &Grab) -> Result<Option<TorrentId>, StoreError> {
    if let Some(stored) = deps.store.torrent_of_same_release(grab.id).await? {
        return Ok(Some(stored));
    }
    match (&grab.expected_infohash, grab.indexer.as_deref()) {
        (Some(hash), Some(indexer)) if !indexer_key(indexer).is_empty() => {
            deps.store.find_torrent(hash, Some(indexer)).await
        }
        _ => Ok(None),
    }
}

/// Why to wait for the app's history to give the link; `None`: it has no more to give.
async fn wait_for_history(deps: &Deps, grab: &Grab, now: Ts) -> Result<Option<Reason>, StoreError> {
    let Some(app) = deps.app(&grab.app) else { return Ok(None) };
    if grab.seen_in_history {
        return Ok(None);
    }
    let sync = deps.store.app_sync(&app.name).await?;
    let read_after_patience =
        sync.last_success_at.is_some_and(|at| at >= grab.created_at.plus(HISTORY_PATIENCE));
    if read_after_patience {
        return Ok(None);
    }
    deps.store.nudge_job(&Deps::sync_job(&app.name), now).await?;
    let failing = sync.last_failure_at > sync.last_success_at;
    Ok(Some(if failing { Reason::AppUnavailable } else { Reason::AwaitingHistory }))
}

/// What follows a step that failed, by the schedule.
pub fn what_follows(
    claimed: &Claimed,
    reason: Reason,
    retry_after: Option<Duration>,
    now: Ts,
    jitter: f64,
) -> Next {
    let counts = schedule::counts(reason);
    let count = claimed.grab.attempts.saturating_add(u32::from(counts)).max(1);
    schedule::next(Failed { reason, count, since: claimed.round_since, retry_after }, now, jitter)
}

/// The end of a step that a panic ended.
pub fn broken_off() -> StepEnd<()> {
    end(AttemptStep::Download, Reason::InternalError.into())
}
