//! The last resort: one search at the grab's indexer.
//!
//! Owns: what a search may cost, and which candidate is taken. Must not know: what comes before it.

use std::time::Duration;

use secrecy::SecretString;

use super::deps::{Deps, Prowlarr, Rules};
use super::link::follow;
use super::tried::{Tried, end, waiting};
use crate::domain::attempt::AttemptStep;
use crate::domain::grab::Grab;
use crate::domain::place::Place;
use crate::domain::reason::Reason;
use crate::domain::text::indexer_key;
use crate::domain::time::Ts;
use crate::matching::{query, score};
use crate::store::{Ending, StepEnd, StoreError};
use crate::upstream::error::{ApiError, Fault};
use crate::upstream::prowlarr::Candidate;

/// One search at the grab's indexer, and the best candidate's link.
pub(super) async fn search(deps: &Deps, grab: &Grab, now: Ts) -> Result<StepEnd<()>, StoreError> {
    let indexer = indexer_key(grab.indexer.as_deref().unwrap_or_default());
    let place = || Some(Place::Prowlarr(indexer.clone()));
    let searched = |tried: Tried| StepEnd { place: place(), ..end(AttemptStep::Search, tried) };
    if !deps.rules.allow_search {
        return Ok(searched(Reason::NoLink.into()));
    }
    let Some(prowlarr) = &deps.prowlarr else { return Ok(searched(Reason::NoProwlarr.into())) };
    if let Some(until) = deps.store.held_until(&indexer, now).await? {
        return Ok(searched(waiting(Reason::IndexerBlocked, until.since(now)).into()));
    }
    let indexer_id = match indexer_number(deps, grab, prowlarr).await {
        Ok(Some(id)) => id,
        Ok(None) => return Ok(searched(Reason::NoCandidate.into())),
        Err(error) => return Ok(searched(of_api_error(&error).into())),
    };
    if let Some(next_hour) = deps.store.spend_search(&indexer, deps.rules.searches_per_hour, now).await? {
        return Ok(searched(waiting(Reason::SearchBudget, next_hour.since(now)).into()));
    }
    let found = match prowlarr.client.search(&query::query(&grab.title), indexer_id).await {
        Ok(found) => found,
        Err(error) if error.fault == Fault::IndexerUnavailable => {
            return Ok(searched(blocked(prowlarr, indexer_id, now).await.into()));
        }
        Err(error) => return Ok(searched(of_api_error(&error).into())),
    };
    // Prowlarr leaves out an indexer that it has just blocked, and says nothing.
    if found.is_empty()
        && let Ok(Some(until)) = prowlarr.client.blocked_until(indexer_id).await
        && until > now
    {
        return Ok(searched(waiting(Reason::IndexerBlocked, until.since(now)).into()));
    }
    let (best, judged) = choose(&deps.rules, grab, &found);
    let detail = serde_json::to_string(&serde_json::json!({ "candidates": judged })).ok();
    let followed = follow(deps, grab, best.as_ref()).await?.unwrap_or_else(|| Reason::NoCandidate.into());
    // What was found is kept: the next try must not cost the indexer another search.
    Ok(StepEnd { found_link: best, ..searched(Tried { detail: followed.detail.or(detail), ..followed }) })
}

/// What Prowlarr's block of an indexer means: it says itself until when.
async fn blocked(prowlarr: &Prowlarr, indexer_id: i64, now: Ts) -> Ending<()> {
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
    found: &[Candidate],
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
async fn indexer_number(deps: &Deps, grab: &Grab, prowlarr: &Prowlarr) -> Result<Option<i64>, ApiError> {
    let indexers = deps.indexers.get(&prowlarr.client).await?;
    let named = grab.indexer.as_deref().map(indexer_key);
    let by_name = || indexers.iter().find(|indexer| Some(indexer_key(&indexer.name)) == named);
    let by_number = || indexers.iter().find(|indexer| Some(indexer.id) == grab.prowlarr_indexer_id);
    Ok(by_number().or_else(by_name).map(|indexer| indexer.id))
}

fn of_api_error(error: &ApiError) -> Ending<()> {
    Ending::Failing { reason: error.reason(), retry_after: error.retry_after(), next: () }
}
