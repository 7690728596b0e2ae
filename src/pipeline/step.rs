//! One step of one grab: from what is known of it to an outcome.
//!
//! A step may ask an app, Prowlarr or an indexer; it writes nothing. The order of ways is that of the design: what is
//! stored already, the app's own link, and a search only if there is no link.

use std::time::Duration;

use secrecy::SecretString;
use tokio::time::Instant;

use super::deps::{Deps, Rules};
use super::{pace, torrent};
use crate::domain::attempt::AttemptStep;
use crate::domain::grab::Grab;
use crate::domain::ids::TorrentId;
use crate::domain::place::Place;
use crate::domain::reason::Reason;
use crate::domain::schedule::{self, Failed, HISTORY_PATIENCE, Next};
use crate::domain::sighting::Protocol;
use crate::domain::text::indexer_key;
use crate::domain::time::Ts;
use crate::fetch::download::{Link, Via};
use crate::matching::plan::{Plan, host_of};
use crate::matching::{query, score};
use crate::store::{Claimed, Ending, StepEnd, StoreError};
use crate::upstream::error::{ApiError, Fault};

/// Takes one step.
pub async fn step(deps: &Deps, grab: &Grab, now: Ts) -> Result<StepEnd<()>, StoreError> {
    let started = Instant::now();
    let end = try_ways(deps, grab, now).await?;
    Ok(StepEnd { duration: started.elapsed(), ..end })
}

fn end(step: AttemptStep, ending: Ending<()>, detail: Option<String>) -> StepEnd<()> {
    StepEnd { step, ending, detail, duration: Duration::ZERO, place: None }
}

/// Where a link leads, for what is kept of failures there.
fn place_of(deps: &Deps, grab: &Grab, link: Option<&SecretString>) -> Option<Place> {
    match deps.plan(link) {
        Plan::Direct(url) => host_of(&url).map(Place::Host),
        Plan::ThroughProwlarr { .. } | Plan::Unusable(Reason::ProwlarrNotConfigured) => {
            Some(Place::Prowlarr(indexer_key(grab.indexer.as_deref().unwrap_or_default())))
        }
        Plan::Magnet(_) | Plan::Unusable(_) | Plan::NoLink => None,
    }
}

async fn try_ways(deps: &Deps, grab: &Grab, now: Ts) -> Result<StepEnd<()>, StoreError> {
    if grab.protocol == Protocol::Usenet {
        return Ok(end(AttemptStep::History, Ending::Skipped(Reason::Usenet), None));
    }
    if let Some(stored) = already_stored(deps, grab).await? {
        return Ok(end(AttemptStep::History, Ending::AlreadyStored(stored), None));
    }
    if let Some((ending, detail)) = follow(deps, grab, grab.link.as_ref()).await? {
        let is_stale = matches!(ending, Ending::Failing { reason: Reason::BadLink, .. });
        // Prowlarr cannot read its own link any more: it was installed anew. That is as good as no link.
        if is_stale && deps.is_link_of_prowlarr(grab.link.as_ref()) && deps.rules.allow_search {
            return search(deps, grab, now).await;
        }
        let place = place_of(deps, grab, grab.link.as_ref());
        return Ok(StepEnd { place, ..end(AttemptStep::Download, ending, detail) });
    }
    match wait_for_history(deps, grab, now).await? {
        Some(reason) => Ok(end(AttemptStep::History, Ending::failing(reason), None)),
        // Anybody with the webhook's secret can invent a grab; a search costs the tracker something.
        None if never_confirmed(deps, grab) => {
            Ok(end(AttemptStep::History, Ending::failing(Reason::NotInHistory), None))
        }
        None => search(deps, grab, now).await,
    }
}

/// Whether only a webhook told of the grab though its app has a history that should.
fn never_confirmed(deps: &Deps, grab: &Grab) -> bool {
    !grab.seen_in_history && !grab.retried && deps.app(&grab.app).is_some()
}

/// Follows a link, as the plan says, to a torrent that may be stored. `None`: there is no link.
async fn follow(
    deps: &Deps,
    grab: &Grab,
    link: Option<&SecretString>,
) -> Result<Option<(Ending<()>, Option<String>)>, StoreError> {
    let fetch = |via, url| async move { torrent::fetch(deps, grab, &Link { url, via }).await };
    Ok(Some(match deps.plan(link) {
        Plan::ThroughProwlarr { url, .. } => fetch(Via::Prowlarr, url).await,
        Plan::Direct(url) => match pace::wait(deps, grab, &url).await? {
            Ok(()) => fetch(Via::Direct, url).await,
            Err(wait) => (waiting(Reason::AwaitingTurn, wait), None),
        },
        Plan::Magnet(link) => (torrent::magnet(&deps.rules, grab, &link), None),
        Plan::Unusable(reason) => (Ending::failing(reason), None),
        Plan::NoLink => return Ok(None),
    }))
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

/// The last resort: one search at the grab's indexer, and the best candidate's link.
async fn search(deps: &Deps, grab: &Grab, now: Ts) -> Result<StepEnd<()>, StoreError> {
    let indexer = indexer_key(grab.indexer.as_deref().unwrap_or_default());
    let place = || Some(Place::Prowlarr(indexer.clone()));
    let searched = |ending, detail| StepEnd { place: place(), ..end(AttemptStep::Search, ending, detail) };
    let Some(prowlarr) = deps.prowlarr.as_ref().filter(|_| deps.rules.allow_search) else {
        return Ok(searched(Ending::failing(Reason::NoLink), None));
    };
    if let Some(until) = deps.store.held_until(&indexer, now).await? {
        return Ok(searched(waiting(Reason::IndexerBlocked, until.since(now)), None));
    }
    let indexer_id = match indexer_number(deps, grab, prowlarr).await {
        Ok(Some(id)) => id,
        Ok(None) => return Ok(searched(Ending::failing(Reason::NoCandidate), None)),
        Err(error) => return Ok(searched(of_api_error(&error), None)),
    };
    if let Some(next_hour) = deps.store.spend_search(&indexer, deps.rules.searches_per_hour, now).await? {
        return Ok(searched(waiting(Reason::SearchBudget, next_hour.since(now)), None));
    }
    let found = match prowlarr.client.search(&query::query(&grab.title), indexer_id).await {
        Ok(found) => found,
        Err(error) if error.fault == Fault::IndexerUnavailable => {
            return Ok(searched(blocked(prowlarr, indexer_id, now).await, None));
        }
        Err(error) => return Ok(searched(of_api_error(&error), None)),
    };
    // Prowlarr leaves out an indexer that it has just blocked, and says nothing.
    if found.is_empty()
        && let Ok(Some(until)) = prowlarr.client.blocked_until(indexer_id).await
        && until > now
    {
        return Ok(searched(waiting(Reason::IndexerBlocked, until.since(now)), None));
    }
    let (best, judged) = choose(&deps.rules, grab, &found);
    let detail = serde_json::to_string(&serde_json::json!({ "candidates": judged })).ok();
    let followed = follow(deps, grab, best.as_ref()).await?;
    let ending = followed.map_or(Ending::failing(Reason::NoCandidate), |(ending, _)| ending);
    Ok(searched(ending, detail))
}

/// Not before so long.
const fn waiting(reason: Reason, wait: Duration) -> Ending<()> {
    Ending::Failing { reason, retry_after: Some(wait), next: () }
}

/// What Prowlarr's block of an indexer means: it says itself until when.
async fn blocked(prowlarr: &super::deps::Prowlarr, indexer_id: i64, now: Ts) -> Ending<()> {
    /// Prowlarr's shortest block.
    const UNKNOWN: Duration = Duration::from_mins(5);
    let until = prowlarr.client.blocked_until(indexer_id).await.ok().flatten();
    waiting(
        Reason::IndexerBlocked,
        until.filter(|until| *until > now).map_or(UNKNOWN, |until| until.since(now)),
    )
}

fn choose(
    rules: &Rules,
    grab: &Grab,
    found: &[crate::upstream::prowlarr::Candidate],
) -> (Option<SecretString>, Vec<score::CandidateScore>) {
    /// Verdicts kept in the timeline; an indexer may answer with hundreds of results.
    const KEPT: usize = 20;
    let (best, mut verdicts) = score::choose(grab, found, rules.min_score, rules.strict_hash);
    verdicts.truncate(KEPT);
    let link = best.and_then(|best| best.download_url.clone().or_else(|| best.magnet_url.clone()));
    (link, verdicts)
}

/// Prowlarr's number of the grab's indexer, by name where no row told it, or where Prowlarr does not know the number any
/// more: it was installed anew.
async fn indexer_number(
    deps: &Deps,
    grab: &Grab,
    prowlarr: &super::deps::Prowlarr,
) -> Result<Option<i64>, ApiError> {
    let indexers = deps.indexers.get(&prowlarr.client).await?;
    let named = grab.indexer.as_deref().map(indexer_key);
    let by_name = || indexers.iter().find(|indexer| Some(indexer_key(&indexer.name)) == named);
    let by_number = || indexers.iter().find(|indexer| Some(indexer.id) == grab.prowlarr_indexer_id);
    Ok(by_number().or_else(by_name).map(|indexer| indexer.id))
}

fn of_api_error(error: &ApiError) -> Ending<()> {
    Ending::Failing { reason: error.reason(), retry_after: error.retry_after(), next: () }
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
    let ending = Ending::failing(Reason::InternalError);
    end(AttemptStep::Download, ending, None)
}
