//! Retention: what is old and done with is removed; pending and undelivered work never is.

use std::time::Duration;

use super::engine::{Engine, Lock, Tx};
use super::{Store, StoreError};
use crate::domain::time::Ts;

/// Rows removed in one statement, so that a purge does not hold the writer for long.
const CHUNK: i64 = 500;

/// How long after its end a hold is remembered: an indexer that fails again within this time is left alone longer.
const STRIKES_COUNT_FOR: Duration = Duration::from_hours(24);

/// How long what is left of a purged grab is kept: no app keeps its history longer by default.
const TOMBSTONES_COUNT_FOR: Duration = Duration::from_hours(400 * 24);

/// How long torrents are kept that no client has fetched, once they are past the retention.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnfetchedLimits {
    /// How long since they were stored; `None`: for ever.
    pub kept_for: Option<Duration>,
    /// How many bytes they may take together; the oldest go first.
    pub max_bytes: u64,
}

/// Torrents stored before `$1` that no newer grab needs.
macro_rules! old_torrents {
    ($select:literal, $has_unfetched:literal) => {
        concat!(
            $select,
            " FROM torrent t WHERE t.stored_at < $1 \
             AND NOT EXISTS (SELECT 1 FROM grab g WHERE g.torrent_id = t.id AND g.finished_at >= $1) AND ",
            $has_unfetched,
            " EXISTS (SELECT 1 FROM feed_item i JOIN feed f ON f.id = i.feed_id AND f.revoked_at IS NULL \
             WHERE i.torrent_id = t.id AND i.delivered_at IS NULL)"
        )
    };
}

const DONE_WITH: &str = concat!(old_torrents!("SELECT t.id", "NOT"), " ORDER BY t.stored_at, t.id LIMIT $2");
/// Each with the bytes of those like it that are as new or newer.
const UNFETCHED: &str = concat!(
    "SELECT id FROM (",
    old_torrents!(
        "SELECT t.id, t.stored_at, SUM(COALESCE(LENGTH(t.bytes), 0)) \
         OVER (ORDER BY t.stored_at DESC, t.id DESC) AS bytes_so_far",
        ""
    ),
    ") unfetched WHERE stored_at < $2 OR bytes_so_far > $3 ORDER BY stored_at, id LIMIT $4"
);

/// What a purge removed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Purged {
    /// Grabs, with their sightings and attempts.
    pub grabs: u64,
    /// Torrents.
    pub torrents: u64,
    /// Torrents among them that no client of some feed ever fetched.
    pub unfetched: u64,
    /// Whether more is left to remove.
    pub more: bool,
}

impl Store {
    /// Removes grabs that were finished before `before`, and torrents that no grab needs and no feed still has to
    /// deliver. An item that no client of its feed has fetched keeps its torrent, within limits of its own, and a torrent
    /// keeps its grabs. The rows of the histories that told of them are remembered, or the next reading
    /// would take them for new grabs.
    pub async fn purge(&self, before: Ts, unfetched: &UnfetchedLimits) -> Result<Purged, StoreError> {
        let now = self.now().await?;
        let mut tx = self.begin().await?;
        // No report may join a grab while it is removed.
        tx.lock(Lock::Intake).await?;
        tx.lock(Lock::Ledger).await?;
        let mut torrents: Vec<i64> = run!(&mut tx, conn => sqlx::query_scalar(DONE_WITH)
            .bind(before.millis()).bind(CHUNK).fetch_all(conn))?;
        let given_up = unfetched_too_long(&mut tx, before, unfetched, now).await?;
        torrents.extend(&given_up);
        let mut grabs = 0;
        for id in &torrents {
            exec!(&mut tx, conn => sqlx::query(
                "UPDATE feed SET version = version + 1 WHERE id IN (SELECT feed_id FROM feed_item WHERE torrent_id = $1)",
            ).bind(*id).execute(conn))?;
            exec!(&mut tx, conn => sqlx::query("DELETE FROM feed_item WHERE torrent_id = $1").bind(*id).execute(conn))?;
            let ids: Vec<i64> = run!(&mut tx, conn => sqlx::query_scalar("SELECT id FROM grab WHERE torrent_id = $1")
                .bind(*id).fetch_all(conn))?;
            remove_grabs(&mut tx, &ids, given_up.contains(id), now).await?;
            grabs += ids.len();
            exec!(&mut tx, conn => sqlx::query("DELETE FROM torrent WHERE id = $1").bind(*id).execute(conn))?;
        }
        let others: Vec<i64> = run!(&mut tx, conn => sqlx::query_scalar(
            "SELECT id FROM grab WHERE state IN ('failed', 'skipped') AND finished_at < $1 \
             ORDER BY finished_at, id LIMIT $2",
        ).bind(before.millis()).bind(CHUNK).fetch_all(conn))?;
        remove_grabs(&mut tx, &others, false, now).await?;
        tx.commit().await?;
        let full = |count: usize| i64::try_from(count).is_ok_and(|count| count == CHUNK);
        Ok(Purged {
            grabs: u64::try_from(grabs + others.len()).unwrap_or(0),
            torrents: u64::try_from(torrents.len()).unwrap_or(0),
            unfetched: u64::try_from(given_up.len()).unwrap_or(0),
            more: full(torrents.len() - given_up.len()) || full(given_up.len()) || full(others.len()),
        })
    }

    /// The bytes of the torrents that are past the retention and kept because no client has fetched them.
    pub async fn unfetched_bytes(&self, before: Ts) -> Result<u64, StoreError> {
        let bytes: i64 = read!(self, pool => sqlx::query_scalar(old_torrents!(
            "SELECT CAST(COALESCE(SUM(LENGTH(t.bytes)), 0) AS BIGINT)",
            ""
        )).bind(before.millis()).fetch_one(pool))?;
        Ok(u64::try_from(bytes).unwrap_or(0))
    }

    /// Forgets rows of histories that became no grab or whose grab is gone, once no reading can meet them again: a
    /// reading begins at most `overlap` before the app's cursor. Also lines at hosts that nobody stands in, holds that ended a day ago, what is left of grabs purged long ago, and the feeds of expired keys.
    pub async fn forget_loose_ends(&self, overlap: Duration, now: Ts) -> Result<(), StoreError> {
        let overlap = i64::try_from(overlap.as_millis()).unwrap_or(i64::MAX);
        let mut tx = self.begin().await?;
        exec!(&mut tx, conn => sqlx::query(
            "DELETE FROM sighting WHERE grab_id IS NULL AND outcome IN ('own_echo', 'purged') \
             AND grabbed_at < (SELECT s.cursor_at - $1 FROM app_sync s WHERE s.app = sighting.app)",
        ).bind(overlap).execute(conn))?;
        exec!(&mut tx, conn => sqlx::query("DELETE FROM indexer_hold WHERE held_until < $1").bind(now.minus(STRIKES_COUNT_FOR).millis()).execute(conn))?;
        // A host whose turns are all over has no line.
        exec!(&mut tx, conn => sqlx::query("DELETE FROM host_pace WHERE free_at < $1 AND catch_up_at < $1")
            .bind(now.millis()).execute(conn))?;
        exec!(&mut tx, conn => sqlx::query("DELETE FROM purged_grab WHERE purged_at < $1")
            .bind(now.minus(TOMBSTONES_COUNT_FOR).millis()).execute(conn))?;
        tx.lock(Lock::Ledger).await?;
        super::key_feed::revoke_feeds_of_dead_keys(&mut tx, now).await?;
        tx.commit().await
    }

    /// What an engine's own check says of the whole database, and whether every row that points to another finds it.
    /// Empty: all is well.
    pub async fn check(&self) -> Result<Vec<String>, StoreError> {
        let Engine::Sqlite { writer, .. } = &self.engine else { return Ok(Vec::new()) };
        let mut findings: Vec<String> =
            sqlx::query_scalar("PRAGMA integrity_check").fetch_all(writer).await?;
        findings.retain(|line| line != "ok");
        let broken: Vec<String> =
            sqlx::query_scalar("SELECT \"table\" FROM pragma_foreign_key_check").fetch_all(writer).await?;
        findings.extend(broken);
        Ok(findings)
    }
}

/// Removes grabs with their attempts, and keeps the memory of the history rows that told of them.
async fn unfetched_too_long(
    tx: &mut Tx,
    before: Ts,
    limits: &UnfetchedLimits,
    now: Ts,
) -> Result<Vec<i64>, StoreError> {
    let oldest = limits.kept_for.map_or(Ts::MIN, |length| now.minus(length)).min(before);
    let max_bytes = i64::try_from(limits.max_bytes).unwrap_or(i64::MAX);
    Ok(run!(tx, conn => sqlx::query_scalar(UNFETCHED)
        .bind(before.millis()).bind(oldest.millis()).bind(max_bytes).bind(CHUNK).fetch_all(conn))?)
}

async fn remove_grabs(tx: &mut Tx, ids: &[i64], unfetched: bool, now: Ts) -> Result<(), StoreError> {
    for id in ids {
        exec!(&mut *tx, conn => sqlx::query(
            "UPDATE sighting SET grab_id = NULL, outcome = 'purged' WHERE grab_id = $1 AND origin <> 'webhook'",
        ).bind(*id).execute(conn))?;
        exec!(&mut *tx, conn => sqlx::query(
            "INSERT INTO purged_grab (title_key, indexer_key, infohash, grabbed_at, purged_at, unfetched) \
             SELECT g.title_key, g.indexer_key, COALESCE(t.infohash_v1, t.infohash, g.expected_infohash), g.grabbed_at, $2, $3 \
             FROM grab g LEFT JOIN torrent t ON t.id = g.torrent_id WHERE g.id = $1",
        ).bind(*id).bind(now.millis()).bind(i64::from(unfetched)).execute(conn))?;
        exec!(&mut *tx, conn => sqlx::query("DELETE FROM grab WHERE id = $1").bind(*id).execute(conn))?;
    }
    Ok(())
}
