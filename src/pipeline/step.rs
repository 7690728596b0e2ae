//! One step of one grab: from what is known of it to an outcome.
//!
//! A step may ask an app, Prowlarr or an indexer; it writes nothing. The order of ways is that of the design: what is
//! stored already, the app's own link, and a search only if there is no link.

use std::time::Duration;

use tokio::time::Instant;

use super::deps::{Deps, Rules};
use super::torrent;
use crate::domain::grab::Grab;
use crate::domain::reason::Reason;
use crate::domain::schedule::{self, Failed, HISTORY_PATIENCE, Next};
use crate::domain::sighting::Protocol;
use crate::domain::text::indexer_key;
use crate::domain::time::Ts;
use crate::fetch::download::{Link, Via};
use crate::matching::plan::{Plan, plan};
use crate::matching::{query, score};
use crate::ops::metrics::AttemptKind;
use crate::store::{Claimed, NewAttempt, NewTorrent, Resolution, StoreError};

/// How a step ended, before the schedule is asked.
#[derive(Debug)]
pub enum Outcome {
    /// The torrent is here.
    Got(NewTorrent),
    /// It had been stored for another grab.
    Have(crate::domain::ids::TorrentId),
    /// There is nothing to fetch.
    Skip(Reason),
    /// Not this time.
    Not {
        /// Why.
        reason: Reason,
        /// The wait that the upstream asked for.
        retry_after: Option<Duration>,
    },
}

impl Outcome {
    pub(super) const fn not(reason: Reason) -> Self {
        Self::Not { reason, retry_after: None }
    }
}

/// A step's outcome and what its attempt is to say.
#[derive(Debug)]
pub struct Stepped {
    /// How it ended.
    pub outcome: Outcome,
    /// What was tried.
    pub kind: AttemptKind,
    /// JSON for the timeline; never a URL.
    pub detail: Option<String>,
    /// How long it took.
    pub duration: Duration,
}

impl Stepped {
    /// A step that a panic ended.
    pub(super) const fn broken_off() -> Self {
        let outcome = Outcome::not(Reason::InternalError);
        Self { outcome, kind: AttemptKind::Download, detail: None, duration: Duration::ZERO }
    }
}

/// Takes one step.
pub async fn step(deps: &Deps, grab: &Grab, now: Ts) -> Result<Stepped, StoreError> {
    let started = Instant::now();
    let (kind, outcome, detail) = try_ways(deps, grab, now).await?;
    Ok(Stepped { outcome, kind, detail, duration: started.elapsed() })
}

type Tried = (AttemptKind, Outcome, Option<String>);

async fn try_ways(deps: &Deps, grab: &Grab, now: Ts) -> Result<Tried, StoreError> {
    if grab.protocol == Protocol::Usenet {
        return Ok((AttemptKind::History, Outcome::Skip(Reason::Usenet), None));
    }
    if let Some(stored) = already_stored(deps, grab).await? {
        return Ok((AttemptKind::History, Outcome::Have(stored), None));
    }
    let via = |via, url| async move {
        let (outcome, detail) = torrent::fetch(deps, grab, &Link { url, via }).await;
        (AttemptKind::Download, outcome, detail)
    };
    Ok(match plan(grab.link.as_ref(), deps.prowlarr.as_ref().map(|prowlarr| &prowlarr.client)) {
        Plan::ThroughProwlarr { url, .. } => match via(Via::Prowlarr, url).await {
            // Prowlarr cannot read its own link any more: it was installed anew. That is as good as no link.
            (_, Outcome::Not { reason: Reason::BadLink, .. }, _) if deps.rules.allow_search => {
                search(deps, grab).await
            }
            tried => tried,
        },
        Plan::Direct(url) => via(Via::Direct, url).await,
        Plan::Magnet(link) => (AttemptKind::Download, torrent::magnet(&deps.rules, grab, &link), None),
        Plan::Unusable(reason) => (AttemptKind::Download, Outcome::not(reason), None),
        Plan::NoLink => match wait_for_history(deps, grab, now).await? {
            Some(reason) => (AttemptKind::History, Outcome::not(reason), None),
            None => search(deps, grab).await,
        },
    })
}

/// A torrent of this indexer with the hash that the app named needs no second download.
async fn already_stored(
    deps: &Deps,
    grab: &Grab,
) -> Result<Option<crate::domain::ids::TorrentId>, StoreError> {
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
async fn search(deps: &Deps, grab: &Grab) -> Tried {
    let not = |reason| (AttemptKind::Search, Outcome::not(reason), None);
    let Some(prowlarr) = &deps.prowlarr else { return not(Reason::NoLink) };
    if !deps.rules.allow_search {
        return not(Reason::NoLink);
    }
    let indexer_id = match indexer_number(grab, prowlarr).await {
        Ok(Some(id)) => id,
        Ok(None) => return not(Reason::NoCandidate),
        Err(outcome) => return (AttemptKind::Search, outcome, None),
    };
    let found = match prowlarr.client.search(&query::query(&grab.title), indexer_id).await {
        Ok(found) => found,
        Err(error) => return (AttemptKind::Search, asked_in_vain(&error), None),
    };
    let (best, verdicts) = choose(&deps.rules, grab, &found);
    let detail = serde_json::to_string(&serde_json::json!({ "candidates": verdicts })).ok();
    let Some(link) = best else { return (AttemptKind::Search, Outcome::not(Reason::NoCandidate), detail) };
    let outcome = match plan(Some(&link), Some(&prowlarr.client)) {
        Plan::ThroughProwlarr { url, .. } => {
            torrent::fetch(deps, grab, &Link { url, via: Via::Prowlarr }).await.0
        }
        Plan::Direct(url) => torrent::fetch(deps, grab, &Link { url, via: Via::Direct }).await.0,
        Plan::Magnet(link) => torrent::magnet(&deps.rules, grab, &link),
        Plan::NoLink => Outcome::not(Reason::NoCandidate),
        Plan::Unusable(reason) => Outcome::not(reason),
    };
    (AttemptKind::Search, outcome, detail)
}

fn choose(
    rules: &Rules,
    grab: &Grab,
    found: &[crate::upstream::prowlarr::Candidate],
) -> (Option<secrecy::SecretString>, Vec<score::Verdict>) {
    /// Verdicts kept in the timeline; an indexer may answer with hundreds of results.
    const KEPT: usize = 20;
    let (best, mut verdicts) = score::choose(grab, found, rules.min_score, rules.strict_hash);
    verdicts.truncate(KEPT);
    let link = best.and_then(|best| best.download_url.clone().or_else(|| best.magnet_url.clone()));
    (link, verdicts)
}

/// Prowlarr's number of the grab's indexer, by name where no row told it.
async fn indexer_number(grab: &Grab, prowlarr: &super::deps::Prowlarr) -> Result<Option<i64>, Outcome> {
    if grab.prowlarr_indexer_id.is_some() {
        return Ok(grab.prowlarr_indexer_id);
    }
    let Some(name) = grab.indexer.as_deref().map(indexer_key) else { return Ok(None) };
    let indexers = prowlarr.client.indexers().await.map_err(|error| asked_in_vain(&error))?;
    Ok(indexers.iter().find(|indexer| indexer_key(&indexer.name) == name).map(|indexer| indexer.id))
}

fn asked_in_vain(error: &crate::upstream::error::ApiError) -> Outcome {
    Outcome::Not { reason: error.reason(), retry_after: error.retry_after() }
}

/// What the outcome means for the grab, by the schedule.
pub fn resolution(claimed: &Claimed, outcome: Outcome, now: Ts, jitter: f64) -> Resolution {
    match outcome {
        Outcome::Got(torrent) => Resolution::Ready(torrent),
        Outcome::Have(id) => Resolution::AlreadyStored(id),
        Outcome::Skip(reason) => Resolution::Skipped(reason),
        Outcome::Not { reason, retry_after } => {
            let counts = schedule::counts(reason);
            let count = claimed.grab.attempts.saturating_add(u32::from(counts)).max(1);
            let failed = Failed { reason, count, since: claimed.round_since, retry_after };
            match schedule::next(failed, now, jitter) {
                Next::At(at) => Resolution::Retry { at, reason, counts },
                Next::GiveUp(reason) => Resolution::Failed(reason),
            }
        }
    }
}

/// The attempt as the timeline keeps it.
pub fn attempt(
    kind: AttemptKind,
    reason: Option<Reason>,
    detail: Option<String>,
    duration: Duration,
    resolution: &Resolution,
) -> NewAttempt {
    let outcome = match resolution {
        Resolution::Ready(_) | Resolution::AlreadyStored(_) => "ready",
        Resolution::Retry { .. } => "retry",
        Resolution::Failed(_) => "failed",
        Resolution::Skipped(_) => "skipped",
    };
    NewAttempt { step: kind.as_str(), outcome, reason, detail, duration }
}
