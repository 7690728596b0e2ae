//! One step of one grab: from what is known of it to an outcome.
//!
//! A step may ask an app, Prowlarr or an indexer; it writes nothing. The order of ways is that of the design: what is
//! stored already, the app's own link, and a search only if there is no link.

use std::time::Duration;

use secrecy::SecretString;
use tokio::time::Instant;

use super::deps::{Deps, Rules};
use super::torrent;
use crate::domain::attempt::AttemptStep;
use crate::domain::grab::Grab;
use crate::domain::ids::TorrentId;
use crate::domain::reason::Reason;
use crate::domain::schedule::{self, Failed, HISTORY_PATIENCE, Next};
use crate::domain::sighting::Protocol;
use crate::domain::text::indexer_key;
use crate::domain::time::Ts;
use crate::fetch::download::{Link, Via};
use crate::matching::plan::{Plan, plan};
use crate::matching::{query, score};
use crate::store::{Claimed, Ending, StepEnd, StoreError};
use crate::upstream::error::ApiError;

/// Takes one step.
pub async fn step(deps: &Deps, grab: &Grab, now: Ts) -> Result<StepEnd<()>, StoreError> {
    let started = Instant::now();
    let end = try_ways(deps, grab, now).await?;
    Ok(StepEnd { duration: started.elapsed(), ..end })
}

fn end(step: AttemptStep, ending: Ending<()>, detail: Option<String>) -> StepEnd<()> {
    StepEnd { step, ending, detail, duration: Duration::ZERO }
}

async fn try_ways(deps: &Deps, grab: &Grab, now: Ts) -> Result<StepEnd<()>, StoreError> {
    if grab.protocol == Protocol::Usenet {
        return Ok(end(AttemptStep::History, Ending::Skipped(Reason::Usenet), None));
    }
    if let Some(stored) = already_stored(deps, grab).await? {
        return Ok(end(AttemptStep::History, Ending::AlreadyStored(stored), None));
    }
    if let Some((ending, detail)) = follow(deps, grab, grab.link.as_ref()).await {
        let is_stale = matches!(ending, Ending::Failing { reason: Reason::BadLink, .. });
        // Prowlarr cannot read its own link any more: it was installed anew. That is as good as no link.
        if is_stale && deps.is_link_of_prowlarr(grab.link.as_ref()) && deps.rules.allow_search {
            return Ok(search(deps, grab).await);
        }
        return Ok(end(AttemptStep::Download, ending, detail));
    }
    Ok(match wait_for_history(deps, grab, now).await? {
        Some(reason) => end(AttemptStep::History, Ending::failing(reason), None),
        None => search(deps, grab).await,
    })
}

/// Follows a link, as the plan says, to a torrent that may be stored. `None`: there is no link.
async fn follow(
    deps: &Deps,
    grab: &Grab,
    link: Option<&SecretString>,
) -> Option<(Ending<()>, Option<String>)> {
    let fetch = |via, url| async move { torrent::fetch(deps, grab, &Link { url, via }).await };
    Some(match plan(link, deps.prowlarr.as_ref().map(|prowlarr| &prowlarr.client)) {
        Plan::ThroughProwlarr { url, .. } => fetch(Via::Prowlarr, url).await,
        Plan::Direct(url) => fetch(Via::Direct, url).await,
        Plan::Magnet(link) => (torrent::magnet(&deps.rules, grab, &link), None),
        Plan::Unusable(reason) => (Ending::failing(reason), None),
        Plan::NoLink => return None,
    })
}

/// A torrent of this indexer with the hash that the app named needs no second download.
async fn already_stored(deps: &Deps, grab: &Grab) -> Result<Option<TorrentId>, StoreError> {
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
async fn search(deps: &Deps, grab: &Grab) -> StepEnd<()> {
    let searched = |ending, detail| end(AttemptStep::Search, ending, detail);
    let Some(prowlarr) = deps.prowlarr.as_ref().filter(|_| deps.rules.allow_search) else {
        return searched(Ending::failing(Reason::NoLink), None);
    };
    let indexer_id = match indexer_number(grab, prowlarr).await {
        Ok(Some(id)) => id,
        Ok(None) => return searched(Ending::failing(Reason::NoCandidate), None),
        Err(error) => return searched(of_api_error(&error), None),
    };
    let found = match prowlarr.client.search(&query::query(&grab.title), indexer_id).await {
        Ok(found) => found,
        Err(error) => return searched(of_api_error(&error), None),
    };
    let (best, judged) = choose(&deps.rules, grab, &found);
    let detail = serde_json::to_string(&serde_json::json!({ "candidates": judged })).ok();
    let followed = follow(deps, grab, best.as_ref()).await;
    let ending = followed.map_or(Ending::failing(Reason::NoCandidate), |(ending, _)| ending);
    searched(ending, detail)
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

/// Prowlarr's number of the grab's indexer, by name where no row told it.
async fn indexer_number(grab: &Grab, prowlarr: &super::deps::Prowlarr) -> Result<Option<i64>, ApiError> {
    if grab.prowlarr_indexer_id.is_some() {
        return Ok(grab.prowlarr_indexer_id);
    }
    let Some(name) = grab.indexer.as_deref().map(indexer_key) else { return Ok(None) };
    let indexers = prowlarr.client.indexers().await?;
    Ok(indexers.iter().find(|indexer| indexer_key(&indexer.name) == name).map(|indexer| indexer.id))
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
    StepEnd { step: AttemptStep::Download, ending, detail: None, duration: Duration::ZERO }
}
