//! Reading histories: the source of truth, since apps never send a webhook twice.
//!
//! A cursor per app moves only in the transaction that stored the rows before it; a failed page moves nothing. Every
//! reading begins some time before the cursor, because rows appear late and clocks differ; what was seen is known.

use std::time::Duration;

use tokio::time::Instant;
use tracing::{info, warn};

use super::deps::{App, Deps, Prowlarr};
use super::silence;
use crate::config::section::sync::SyncMode;
use crate::domain::app::{AppKind, AppName};
use crate::domain::time::Ts;
use crate::intake::app_history::{self, Reading};
use crate::intake::prowlarr_history;
use crate::ops::metrics::{Outcome, Source};
use crate::store::{AppSync, Batch, Cursor, Recorded, StoreError};
use crate::upstream::error::ApiError;

/// How far before the cursor a reading begins.
const OVERLAP: Duration = Duration::from_mins(15);
/// How far before the cursor the first reading after a longer pause begins: an app whose webhook we failed to answer
/// stays silent for up to an hour.
const LONG_OVERLAP: Duration = Duration::from_hours(26);
/// A pause after which a reading begins that far back.
const PAUSE: Duration = Duration::from_mins(15);
/// Sightings written in one transaction, so that a long history does not keep webhooks waiting.
const CHUNK: usize = 200;
/// How long a row of Prowlarr's waits after the asking app was read without claiming it.
const CLAIM_PATIENCE: Duration = Duration::from_mins(10);

/// What one reading of one history gave.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Summary {
    /// Rows that tell of grabs, those that were known already included.
    pub rows: usize,
    /// Grabs that were new.
    pub new: usize,
    /// When the newest of those was made of which a webhook should have told.
    pub unannounced: Option<Ts>,
}

/// Why a history was not read to its end.
#[derive(Debug, thiserror::Error)]
pub enum SyncError {
    /// The app did not give it.
    #[error(transparent)]
    Upstream(#[from] ApiError),
    /// The database did not take it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Reads an app's history from its cursor on.
pub async fn app(deps: &Deps, app: &App) -> Result<Summary, SyncError> {
    let now = deps.store.now().await?;
    let known = deps.store.app_sync(&app.name).await?;
    let only_known = deps.rules.mode == SyncMode::WebhookOnly;
    let since = if only_known {
        match deps.store.oldest_without_link(&app.name).await? {
            Some(oldest) => oldest.minus(OVERLAP),
            None => return Ok(Summary::default()),
        }
    } else {
        start(&known, deps.rules.lookback, now, app.client.ahead_millis())
    };
    let started = Instant::now();
    let reading = app_history::read(&app.client, &app.name, since, now).await;
    let unreadable = app.client.take_unreadable();
    if unreadable > 0 {
        deps.metrics.rows_unreadable(Source::AppHistory, unreadable);
        warn!(event = "sync.rows-unreadable", app = app.name.as_str(), rows = unreadable);
    }
    let batch = Batch { only_known, backfill: known.cursor_at.is_none(), ..Batch::default() };
    let cycle = Cycle { app: &app.name, source: Source::AppHistory, known: &known, since, started, now };
    let summary = finish(deps, &cycle, reading, batch).await?;
    settle(deps, now).await?;
    silence::notice(deps, &app.name, summary.unannounced, now).await?;
    Ok(summary)
}

/// Reads Prowlarr's history from its cursor on.
pub async fn prowlarr(deps: &Deps, prowlarr: &Prowlarr) -> Result<Summary, SyncError> {
    let now = deps.store.now().await?;
    let known = deps.store.app_sync(&prowlarr.name).await?;
    let since = if deps.rules.mode == SyncMode::WebhookOnly {
        known.cursor_at.unwrap_or(now).minus(OVERLAP)
    } else {
        start(&known, deps.rules.lookback, now, prowlarr.client.ahead_millis())
    };
    let polled = kinds(deps);
    let context = prowlarr_history::Context {
        app: &prowlarr.name,
        polled: &polled,
        grab_sources: &deps.rules.grab_sources,
        now,
    };
    let started = Instant::now();
    let reading = prowlarr_history::read(&prowlarr.client, &context, since).await;
    let batch = Batch { backfill: known.cursor_at.is_none(), ..Batch::default() };
    let cycle =
        Cycle { app: &prowlarr.name, source: Source::ProwlarrHistory, known: &known, since, started, now };
    finish(deps, &cycle, reading, batch).await
}

/// One reading, for writing and telling.
struct Cycle<'a> {
    app: &'a AppName,
    source: Source,
    known: &'a AppSync,
    since: Ts,
    started: Instant,
    now: Ts,
}

/// Where a reading begins, by the clock of the app, which is `ahead_millis` ahead of ours. A cursor that lies in the future
/// was moved while a clock was wrong. No reading goes further back than the first, which the person has chosen.
fn start(known: &AppSync, lookback: Duration, now: Ts, ahead_millis: i64) -> Ts {
    let app_now = now.ahead_by(ahead_millis);
    let Some(cursor) = known.cursor_at else { return app_now.minus(lookback) };
    let paused = known.last_success_at.is_none_or(|at| now.since(at) >= PAUSE);
    let begin = cursor.min(app_now).minus(if paused { LONG_OVERLAP } else { OVERLAP });
    begin.max(known.began_at.unwrap_or_default().min(app_now))
}

async fn finish(
    deps: &Deps,
    cycle: &Cycle<'_>,
    reading: Result<Reading, ApiError>,
    batch: Batch,
) -> Result<Summary, SyncError> {
    let app = cycle.app.as_str();
    let written = match reading {
        Ok(reading) => write(deps, cycle, reading, &batch).await.map_err(SyncError::Store),
        Err(error) => {
            deps.store.sync_failed(cycle.app, error.reason(), cycle.now).await?;
            if is_news(cycle.known, cycle.now) {
                warn!(event = "sync.failed", app, cause = %error);
            }
            Err(error.into())
        }
    };
    let (outcome, rows) =
        written.as_ref().map_or((Outcome::Failed, 0), |summary| (Outcome::Ok, summary.rows));
    let rows = u64::try_from(rows).unwrap_or(u64::MAX);
    deps.metrics.sync_ended(cycle.source, outcome, rows, cycle.started.elapsed(), cycle.now);
    if written.is_ok() && is_failing(cycle.known) {
        let since = cycle.known.last_success_at.unwrap_or(cycle.now);
        info!(event = "sync.recovered", app, minutes = cycle.now.since(since).as_secs().div_ceil(60));
    }
    if let Ok(summary) = &written
        && summary.new > 0
    {
        info!(event = "sync.found", app, new = summary.new, rows = summary.rows);
    }
    written
}

fn is_failing(known: &AppSync) -> bool {
    known.last_failure_at > known.last_success_at
}

/// Whether a failure is worth a line: the first of an outage, and one an hour.
fn is_news(known: &AppSync, now: Ts) -> bool {
    let began = known.last_success_at.unwrap_or_default();
    let hours_until = |at: Ts| at.since(began).as_secs() / 3600;
    !is_failing(known) || known.last_failure_at.is_none_or(|before| hours_until(before) != hours_until(now))
}

/// Writes a reading down in chunks; the cursor follows each chunk, so that a failure in the middle loses nothing and
/// repeats little.
async fn write(
    deps: &Deps,
    cycle: &Cycle<'_>,
    mut reading: Reading,
    batch: &Batch,
) -> Result<Summary, StoreError> {
    let mut summary = Summary { rows: reading.sightings.len(), ..Summary::default() };
    reading.sightings.sort_by_key(|sighting| sighting.grabbed_at);
    // A row dated in the future must not move the cursor past what happens until then.
    let ahead_millis = reading.ahead_millis;
    let app_now = cycle.now.ahead_by(ahead_millis);
    let end =
        reading.newest.unwrap_or(cycle.since).max(cycle.known.cursor_at.unwrap_or_default()).min(app_now);
    let mut rest = reading.sightings;
    loop {
        let chunk: Vec<_> = rest.drain(..rest.len().min(CHUNK)).collect();
        let reached = if rest.is_empty() {
            end
        } else {
            chunk
                .last()
                .map_or(cycle.since, |sighting| sighting.grabbed_at.ahead_by(ahead_millis))
                .min(app_now)
        };
        let cursor = (!batch.only_known || rest.is_empty()).then(|| Cursor {
            app: cycle.app.clone(),
            at: reached,
            began_at: cycle.since,
            latest: app_now,
        });
        let part = Batch {
            sightings: chunk,
            cursor,
            only_known: batch.only_known,
            backfill: batch.backfill,
            ..Batch::default()
        };
        let made_at: Vec<Ts> = part.sightings.iter().map(|sighting| sighting.grabbed_at).collect();
        let recorded = deps.store.record(part, cycle.now).await?;
        let new = made_at.iter().zip(&recorded).filter(|(_, recorded)| matches!(recorded, Recorded::New(_)));
        if !batch.backfill {
            summary.unannounced = new.map(|(at, _)| *at).max().max(summary.unannounced);
        }
        summary.new += count(deps, cycle, batch, &recorded);
        if rest.is_empty() {
            break;
        }
    }
    if summary.rows > 0 {
        deps.wake.notify_one();
    }
    Ok(summary)
}

fn count(deps: &Deps, cycle: &Cycle<'_>, batch: &Batch, recorded: &[Recorded]) -> usize {
    let mut new = 0;
    for outcome in recorded {
        match outcome {
            Recorded::New(_) => {
                new += 1;
                if !batch.backfill && deps.rules.mode == SyncMode::WebhookPlusHistory {
                    deps.metrics.grab_recovered(cycle.source);
                }
            }
            Recorded::OwnEcho => deps.metrics.own_echo_skipped(),
            Recorded::Known
            | Recorded::Merged(_)
            | Recorded::Waiting
            | Recorded::Ignored
            | Recorded::Foreign => {}
        }
    }
    new
}

/// The kinds of app of which at least one tells us of its grabs itself.
fn kinds(deps: &Deps) -> Vec<AppKind> {
    let mut kinds: Vec<AppKind> = deps.apps.iter().map(|app| app.kind).collect();
    kinds.sort_unstable_by_key(|kind| kind.as_str());
    kinds.dedup();
    kinds
}

/// Ends the wait of Prowlarr's rows that every app of the asking kind has had the time to claim.
async fn settle(deps: &Deps, now: Ts) -> Result<(), StoreError> {
    // What an app failed to send is lost in this mode, as its setting says; Prowlarr's row does not bring it back.
    if deps.rules.mode == SyncMode::WebhookOnly {
        return Ok(());
    }
    let mut settled = Vec::new();
    for kind in kinds(deps) {
        let mut read_until = Some(now);
        for app in deps.apps.iter().filter(|app| app.kind == kind) {
            let at = deps.store.app_sync(&app.name).await?.last_success_at;
            read_until = read_until.min(at);
        }
        if let Some(at) = read_until {
            settled.push((kind.as_str().to_owned(), at.minus(CLAIM_PATIENCE)));
        }
    }
    let made = deps.store.settle_waiting(&settled, now).await?;
    if !made.is_empty() {
        info!(event = "sync.unclaimed", grabs = made.len());
        deps.wake.notify_one();
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Ts = Ts::from_millis(1_800_000_000_000);
    const WEEK: Duration = Duration::from_hours(7 * 24);

    fn before(seconds: u64) -> Ts {
        NOW.minus(Duration::from_secs(seconds))
    }

    fn read_up_to(cursor: Ts) -> AppSync {
        AppSync { cursor_at: Some(cursor), last_success_at: Some(before(60)), ..AppSync::default() }
    }

    #[test]
    fn a_cursor_from_a_time_when_a_clock_was_fast_hides_nothing() {
        for ahead_seconds in [0, 7_200, 400_000] {
            let known = read_up_to(NOW.plus(Duration::from_secs(ahead_seconds)));
            assert_eq!(start(&known, WEEK, NOW, 0), before(900), "{ahead_seconds}");
        }
    }

    #[test]
    fn an_app_whose_clock_differs_is_read_by_its_own_time() {
        let days_behind = -2 * 24 * 3_600_000;
        let app_now = NOW.ahead_by(days_behind);
        assert_eq!(start(&read_up_to(app_now), WEEK, NOW, days_behind), app_now.minus(OVERLAP));
        assert_eq!(start(&AppSync::default(), WEEK, NOW, days_behind), app_now.minus(WEEK));
    }

    #[test]
    fn no_reading_goes_further_back_than_the_first_however_long_the_pause() {
        for began in [0, 60, 3_600] {
            let known = AppSync {
                began_at: Some(before(began)),
                last_success_at: Some(before(200_000)),
                ..read_up_to(before(began))
            };
            assert_eq!(start(&known, WEEK, NOW, 0), before(began));
        }
    }

    #[test]
    fn an_outage_is_told_of_once_and_then_once_an_hour() {
        let failing = |since: u64, last: u64| AppSync {
            last_success_at: Some(before(since)),
            last_failure_at: Some(before(last)),
            ..AppSync::default()
        };
        assert!(is_news(&AppSync::default(), NOW));
        assert!(is_news(&failing(60, 120), NOW), "it was well since");
        assert!(!is_news(&failing(600, 60), NOW));
        assert!(is_news(&failing(3_630, 60), NOW));
        assert!(!is_news(&failing(5_000, 60), NOW));
    }
}
