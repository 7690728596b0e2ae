//! Writing sightings down: each becomes a new grab, joins one, or waits for the app's own report.
//!
//! One transaction a batch, and the cursor of the history that was read moves in the same one: either the rows are
//! stored and the cursor has passed them, or neither.

use secrecy::ExposeSecret;

use super::app_sync::Cursor;
use super::engine::{Lock, Tx};
use super::row::{GrabRow, grab_columns};
use super::{Store, StoreError};
use crate::domain::app::AppName;
use crate::domain::ids::GrabId;
use crate::domain::merge::{self, Known, WINDOW};
use crate::domain::reason::Reason;
use crate::domain::schedule;
use crate::domain::sighting::{Origin, Protocol, Sighting};
use crate::domain::text::{indexer_key, title_key};
use crate::domain::time::Ts;

/// Sightings to be written together.
#[derive(Debug, Default)]
pub struct Batch {
    /// The sightings.
    pub sightings: Vec<Sighting>,
    /// How far a history is read now.
    pub cursor: Option<Cursor>,
    /// Only sightings of grabs that are already known count (`sync.mode: webhook_only`).
    pub only_known: bool,
    /// The rows are from before grabfeed listened, so no webhook was missed.
    pub backfill: bool,
    /// Periodic work that should be done at this moment at the latest.
    pub nudge: Option<(String, Ts)>,
    /// The batch is a webhook of this app.
    pub webhook_of: Option<AppName>,
}

/// What became of one sighting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recorded {
    /// The same report had been seen before.
    Known,
    /// It is a new grab.
    New(GrabId),
    /// It belongs to a grab that was known by another report.
    Merged(GrabId),
    /// It waits for the report of the app that asked Prowlarr for the download.
    Waiting,
    /// It is our own download through Prowlarr.
    OwnEcho,
    /// It is of a grab that is not known, and only known ones count.
    Ignored,
    /// It is the download of a program whose downloads are no grabs.
    Foreign,
}

impl Store {
    /// Writes a batch down in one transaction and says what became of each sighting, in order.
    pub async fn record(&self, batch: Batch, now: Ts) -> Result<Vec<Recorded>, StoreError> {
        let mut tx = self.begin().await?;
        tx.lock(Lock::Intake).await?;
        let mut recorded = Vec::with_capacity(batch.sightings.len());
        for sighting in &batch.sightings {
            recorded.push(record_one(&mut tx, sighting, &batch, now).await?);
        }
        if let Some(cursor) = &batch.cursor {
            super::app_sync::move_cursor(&mut tx, cursor, now).await?;
        }
        if let Some((name, at)) = &batch.nudge {
            super::job::bring_forward(&mut tx, name, *at).await?;
        }
        if let Some(app) = &batch.webhook_of {
            super::app_sync::webhook_came(&mut tx, app, now).await?;
        }
        tx.commit().await?;
        Ok(recorded)
    }

    /// Ends the wait of Prowlarr's rows that no app claimed. `settled` names, per kind of app, the moment up to which
    /// every polled app of that kind has told all its grabs. Returns the grabs that this made.
    ///
    /// What no app recorded is an app's other download (a test, an interactive search that came to nothing) or that of an app
    /// of the same kind that is not configured: it is listed as skipped, and had by hand.
    pub async fn settle_waiting(&self, settled: &[(String, Ts)], now: Ts) -> Result<Vec<GrabId>, StoreError> {
        let mut made = Vec::new();
        let mut tx = self.begin().await?;
        tx.lock(Lock::Intake).await?;
        for (kind, before) in settled {
            let rows: Vec<WaitingRow> = run!(&mut tx, conn => sqlx::query_as(
                "SELECT id, app, title, title_key, indexer, indexer_key, prowlarr_indexer_id, grabbed_at \
                 FROM sighting WHERE outcome = 'waiting' AND requester_kind = $1 AND grabbed_at < $2 ORDER BY id LIMIT 500",
            ).bind(kind.clone()).bind(before.millis()).fetch_all(conn))?;
            for row in rows {
                made.push(settle_one(&mut tx, row, now).await?);
            }
        }
        tx.commit().await?;
        Ok(made)
    }
}

#[derive(sqlx::FromRow)]
struct WaitingRow {
    id: i64,
    app: String,
    title: String,
    title_key: String,
    indexer: Option<String>,
    indexer_key: String,
    prowlarr_indexer_id: Option<i64>,
    grabbed_at: i64,
}

async fn settle_one(tx: &mut Tx, row: WaitingRow, now: Ts) -> Result<GrabId, StoreError> {
    let id: i64 = run!(&mut *tx, conn => sqlx::query_scalar(
        "INSERT INTO grab (app, app_kind, state, reason, title, title_key, indexer, indexer_key, prowlarr_indexer_id, \
         protocol, grabbed_at, created_at, round_since, finished_at, seen_in_history) \
         VALUES ($1, 'prowlarr', 'skipped', $2, $3, $4, $5, $6, $7, 'torrent', $8, $9, $9, $9, 1) RETURNING id",
    ).bind(row.app).bind(Reason::NotRecordedByApp.code()).bind(row.title).bind(row.title_key)
     .bind(row.indexer).bind(row.indexer_key).bind(row.prowlarr_indexer_id).bind(row.grabbed_at).bind(now.millis())
     .fetch_one(conn))?;
    exec!(&mut *tx, conn => sqlx::query("UPDATE sighting SET outcome = 'new', grab_id = $2 WHERE id = $1")
        .bind(row.id).bind(id).execute(conn))?;
    Ok(GrabId(id))
}

async fn record_one(
    tx: &mut Tx,
    sighting: &Sighting,
    batch: &Batch,
    now: Ts,
) -> Result<Recorded, StoreError> {
    let known = candidates(tx, sighting).await?;
    let grab = merge::find(sighting, &known);
    if grab.is_none() && batch.only_known {
        return Ok(Recorded::Ignored);
    }
    let foreign = sighting.requester.as_ref().and_then(|requester| requester.foreign.as_deref());
    if let Some(source) = foreign.filter(|_| grab.is_none()) {
        return Ok(match insert_sighting(tx, sighting, "purged", now).await? {
            Some(_row) => {
                super::foreign::count(tx, source, sighting.grabbed_at).await?;
                Recorded::Foreign
            }
            None => Recorded::Known,
        });
    }
    if grab.is_none() && sighting.origin != Origin::Webhook && was_purged(tx, sighting).await? {
        return Ok(match insert_sighting(tx, sighting, "purged", now).await? {
            Some(_row) => Recorded::Ignored,
            None => Recorded::Known,
        });
    }
    let echo = sighting.requester.as_ref().is_some_and(|requester| requester.ourselves);
    let waits = grab.is_none() && sighting.requester.as_ref().is_some_and(|requester| requester.polled);
    let outcome = match grab {
        _ if echo => "own_echo",
        Some(_) => "merged",
        None if waits => "waiting",
        None => "new",
    };
    let Some(row) = insert_sighting(tx, sighting, outcome, now).await? else {
        return Ok(Recorded::Known);
    };
    if echo {
        return Ok(Recorded::OwnEcho);
    }
    if waits {
        return Ok(Recorded::Waiting);
    }
    let id = match grab {
        Some(grab) => {
            enrich(tx, grab, sighting, now).await?;
            grab.id
        }
        None => insert_grab(tx, sighting, batch.backfill, now).await?,
    };
    exec!(&mut *tx, conn => sqlx::query("UPDATE sighting SET grab_id = $2 WHERE id = $1")
        .bind(row).bind(id.0).execute(conn))?;
    if sighting.origin != Origin::ProwlarrHistory {
        claim_waiting(tx, id, sighting).await?;
    }
    Ok(if grab.is_some() { Recorded::Merged(id) } else { Recorded::New(id) })
}

/// The grabs that could be the sighting's: by download id whatever their age, by title within the window.
async fn candidates(tx: &mut Tx, sighting: &Sighting) -> Result<Vec<Known>, StoreError> {
    let rows: Vec<GrabRow> = run!(&mut *tx, conn => sqlx::query_as(concat!(
        "SELECT ", grab_columns!(), " FROM grab WHERE (download_id = $1 AND app = $2) \
         OR (title_key = $3 AND grabbed_at BETWEEN $4 AND $5) ORDER BY id DESC LIMIT 50",
    )).bind(sighting.download_id_key()).bind(sighting.app.as_str()).bind(title_key(&sighting.title))
      .bind(sighting.grabbed_at.minus(WINDOW).millis()).bind(sighting.grabbed_at.plus(WINDOW).millis())
      .fetch_all(conn))?;
    rows.into_iter().rev().map(GrabRow::into_known).collect()
}

/// Whether a row of a history tells of a grab that was purged: the same release at the same time, whoever tells of it.
async fn was_purged(tx: &mut Tx, sighting: &Sighting) -> Result<bool, StoreError> {
    let found: i32 = run!(&mut *tx, conn => sqlx::query_scalar(
        "SELECT CAST(EXISTS (SELECT 1 FROM purged_grab WHERE title_key = $1 AND grabbed_at BETWEEN $2 AND $3 \
         AND (indexer_key = '' OR $4 = '' OR indexer_key = $4) \
         AND (infohash IS NULL OR $5 IS NULL OR infohash = $5)) AS INTEGER)",
    ).bind(title_key(&sighting.title)).bind(sighting.grabbed_at.minus(WINDOW).millis())
     .bind(sighting.grabbed_at.plus(WINDOW).millis())
     .bind(sighting.indexer.as_deref().map(indexer_key).unwrap_or_default())
     .bind(sighting.expected_infohash().map(|hash| hash.to_string())).fetch_one(conn))?;
    Ok(found > 0)
}

async fn insert_sighting(
    tx: &mut Tx,
    sighting: &Sighting,
    outcome: &'static str,
    now: Ts,
) -> Result<Option<i64>, StoreError> {
    // Titles are kept only where a grab may still be made from this row.
    let keeps_facts = sighting.origin == Origin::ProwlarrHistory;
    let requester = sighting.requester.as_ref();
    Ok(run!(&mut *tx, conn => sqlx::query_scalar(
        "INSERT INTO sighting (app, origin, origin_key, outcome, seen_at, grabbed_at, requester_kind, requester_host, \
         title, title_key, indexer, indexer_key, prowlarr_indexer_id) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) \
         ON CONFLICT (app, origin, origin_key) DO NOTHING RETURNING id",
    ).bind(sighting.app.as_str()).bind(sighting.origin.as_str()).bind(sighting.origin_key.clone()).bind(outcome)
     .bind(now.millis()).bind(sighting.grabbed_at.millis())
     .bind(requester.and_then(|requester| requester.kind).map(crate::domain::app::AppKind::as_str))
     .bind(requester.map(|requester| requester.host.clone()))
     .bind(keeps_facts.then(|| sighting.title.clone())).bind(keeps_facts.then(|| title_key(&sighting.title)))
     .bind(sighting.indexer.clone()).bind(sighting.indexer.as_deref().map(indexer_key).unwrap_or_default())
     .bind(sighting.prowlarr_indexer_id).fetch_optional(conn))?)
}

async fn insert_grab(
    tx: &mut Tx,
    sighting: &Sighting,
    backfill: bool,
    now: Ts,
) -> Result<GrabId, StoreError> {
    let due = schedule::first_attempt(sighting, now);
    let id: i64 = run!(&mut *tx, conn => sqlx::query_scalar(
        "INSERT INTO grab (app, app_kind, state, title, title_key, indexer, indexer_key, prowlarr_indexer_id, \
         download_id, expected_infohash, protocol, size_bytes, link, grabbed_at, created_at, round_since, \
         next_attempt_at, seen_by_webhook, seen_in_history, backfilled, release_hash) \
         VALUES ($1, $2, 'pending', $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $14, $15, $16, $17, $18, $19) \
         RETURNING id",
    ).bind(sighting.app.as_str()).bind(sighting.kind.as_str()).bind(sighting.title.clone())
     .bind(title_key(&sighting.title)).bind(sighting.indexer.clone())
     .bind(sighting.indexer.as_deref().map(indexer_key).unwrap_or_default()).bind(sighting.prowlarr_indexer_id)
     .bind(sighting.download_id_key()).bind(sighting.expected_infohash().map(|hash| hash.to_string()))
     .bind(sighting.protocol.as_str()).bind(sighting.size_bytes.and_then(|size| i64::try_from(size).ok()))
     .bind(sighting.link.as_ref().map(|link| link.expose_secret().to_owned()))
     .bind(sighting.grabbed_at.millis()).bind(now.millis()).bind(due.millis())
     .bind(i64::from(sighting.origin == Origin::Webhook)).bind(i64::from(sighting.origin != Origin::Webhook))
     .bind(i64::from(backfill)).bind(sighting.release_hash.clone()).fetch_one(conn))?;
    Ok(GrabId(id))
}

/// Adds what this report knows and the grab did not, and makes the grab due if that is what it waited for.
async fn enrich(tx: &mut Tx, grab: &Known, sighting: &Sighting, now: Ts) -> Result<(), StoreError> {
    let by_its_app = sighting.origin != Origin::ProwlarrHistory;
    // Of the app's reports the earliest date counts, so that the order in which they come in does not.
    let made_at = if by_its_app { sighting.grabbed_at } else { Ts::MAX };
    // What Prowlarr's history says is its indexer's: a grab that took it over would not be found by its own app's row.
    let protocol = if by_its_app { sighting.protocol } else { Protocol::Unknown };
    let link = sighting.link.as_ref().filter(|_| by_its_app).map(|link| link.expose_secret().to_owned());
    exec!(&mut *tx, conn => sqlx::query(
        "UPDATE grab SET download_id = COALESCE(download_id, $2), expected_infohash = COALESCE(expected_infohash, $3), \
         indexer = COALESCE(indexer, $4), indexer_key = CASE WHEN indexer_key = '' THEN $5 ELSE indexer_key END, \
         prowlarr_indexer_id = COALESCE(prowlarr_indexer_id, $6), \
         protocol = CASE WHEN protocol = 'unknown' THEN $7 ELSE protocol END, size_bytes = COALESCE(size_bytes, $8), \
         next_attempt_at = CASE WHEN state = 'pending' AND link IS NULL AND $9 IS NOT NULL THEN $10 ELSE next_attempt_at END, \
         link = COALESCE($9, link), \
         grabbed_at = CASE WHEN $11 < grabbed_at THEN $11 ELSE grabbed_at END, \
         seen_by_webhook = CASE WHEN $12 = 1 THEN 1 ELSE seen_by_webhook END, \
         seen_in_history = CASE WHEN $13 = 1 THEN 1 ELSE seen_in_history END, \
         release_hash = COALESCE(release_hash, $14) WHERE id = $1",
    ).bind(grab.id.0).bind(sighting.download_id_key()).bind(sighting.expected_infohash().map(|hash| hash.to_string()))
     .bind(sighting.indexer.clone()).bind(sighting.indexer.as_deref().map(indexer_key).unwrap_or_default())
     .bind(sighting.prowlarr_indexer_id).bind(protocol.as_str())
     .bind(sighting.size_bytes.and_then(|size| i64::try_from(size).ok())).bind(link).bind(now.millis())
     .bind(made_at.millis()).bind(i64::from(sighting.origin == Origin::Webhook)).bind(i64::from(sighting.origin == Origin::AppHistory))
     .bind(sighting.release_hash.clone()).execute(conn))?;
    if merge::revives(sighting, grab) {
        exec!(&mut *tx, conn => sqlx::query(
            "UPDATE grab SET state = 'pending', reason = NULL, finished_at = NULL, attempts = 0, round_since = $2, \
             next_attempt_at = $2, app = $3, app_kind = $4 WHERE id = $1",
        ).bind(grab.id.0).bind(now.millis()).bind(sighting.app.as_str()).bind(sighting.kind.as_str()).execute(conn))?;
    }
    Ok(())
}

/// Joins the rows of Prowlarr's history that waited for this report, and learns the indexer from them.
async fn claim_waiting(tx: &mut Tx, id: GrabId, sighting: &Sighting) -> Result<(), StoreError> {
    let indexers: Vec<(Option<i64>, Option<String>, String)> = run!(&mut *tx, conn => sqlx::query_as(
        "UPDATE sighting SET grab_id = $1, outcome = 'merged' WHERE outcome = 'waiting' AND title_key = $2 \
         AND requester_kind = $3 AND grabbed_at BETWEEN $4 AND $5 \
         AND (indexer_key = '' OR $6 = '' OR indexer_key = $6) \
         RETURNING prowlarr_indexer_id, indexer, indexer_key",
    ).bind(id.0).bind(title_key(&sighting.title)).bind(sighting.kind.as_str())
     .bind(sighting.grabbed_at.minus(WINDOW).millis()).bind(sighting.grabbed_at.plus(WINDOW).millis())
     .bind(sighting.indexer.as_deref().map(indexer_key).unwrap_or_default()).fetch_all(conn))?;
    for (number, indexer, key) in indexers {
        exec!(&mut *tx, conn => sqlx::query(
            "UPDATE grab SET prowlarr_indexer_id = COALESCE(prowlarr_indexer_id, $2), indexer = COALESCE(indexer, $3), \
             indexer_key = CASE WHEN indexer_key = '' THEN $4 ELSE indexer_key END WHERE id = $1",
        ).bind(id.0).bind(number).bind(indexer).bind(key).execute(conn))?;
    }
    Ok(())
}
