//! Writing down how an attempt ended. What a worker learned is written only under its lease.

use super::attempt::{NewAttempt, insert_attempt};
use super::engine::{Lock, Tx};
use super::queue::Claimed;
use super::torrent::{NewTorrent, insert_torrent};
use super::{Store, StoreError};
use crate::domain::ids::TorrentId;
use crate::domain::reason::Reason;
use crate::domain::time::Ts;

/// How an attempt ended.
#[derive(Debug)]
pub enum Resolution {
    /// The torrent is here: it is stored, queued in the feeds, and the grab is ready, in one transaction.
    Ready(NewTorrent),
    /// The torrent had been stored for another grab.
    AlreadyStored(TorrentId),
    /// Try again at this moment. `counts` is false where the attempt cost no one anything.
    Retry {
        /// When.
        at: Ts,
        /// Why.
        reason: Reason,
        /// Whether the schedule moves on.
        counts: bool,
    },
    /// Gave up.
    Failed(Reason),
    /// There is nothing to fetch.
    Skipped(Reason),
}

impl Resolution {
    /// What is done instead if a link came in while the attempt ran without one: it is what the grab waited for, so
    /// the grab is due at once.
    fn given_link(self, arrived: bool, now: Ts) -> Self {
        match self {
            Self::Retry { reason, counts, .. } if arrived => Self::Retry { at: now, reason, counts },
            Self::Failed(reason) if arrived => Self::Retry { at: now, reason, counts: true },
            other => other,
        }
    }
}

impl Store {
    /// Ends an attempt. False: the lease was lost meanwhile, nothing was written, the other worker decides.
    pub async fn resolve(
        &self,
        claimed: &Claimed,
        resolution: Resolution,
        attempt: NewAttempt,
        now: Ts,
    ) -> Result<bool, StoreError> {
        let mut tx = self.begin().await?;
        let held: Option<Option<String>> = run!(&mut tx, conn => sqlx::query_scalar(
            "UPDATE grab SET lease_until = 0 WHERE id = $1 AND lease_token = $2 AND state = 'pending' RETURNING link",
        ).bind(claimed.grab.id.0).bind(claimed.token).fetch_optional(conn))?;
        let Some(link) = held else { return Ok(false) };
        let resolution = resolution.given_link(claimed.grab.link.is_none() && link.is_some(), now);
        let next_attempt_at = match &resolution {
            Resolution::Retry { at, .. } => Some(*at),
            _ => None,
        };
        match resolution {
            Resolution::Ready(torrent) => {
                tx.lock(Lock::Ledger).await?;
                let id = insert_torrent(&mut tx, &torrent, now).await?;
                make_ready(&mut tx, claimed, id, now).await?;
            }
            Resolution::AlreadyStored(id) => {
                tx.lock(Lock::Ledger).await?;
                make_ready(&mut tx, claimed, id, now).await?;
            }
            Resolution::Retry { at, reason, counts } => retry(&mut tx, claimed, at, reason, counts).await?,
            Resolution::Failed(reason) => finish(&mut tx, claimed, "failed", reason, now).await?,
            Resolution::Skipped(reason) => finish(&mut tx, claimed, "skipped", reason, now).await?,
        }
        insert_attempt(&mut tx, claimed.grab.id, attempt, now, next_attempt_at).await?;
        tx.commit().await?;
        Ok(true)
    }
}

async fn make_ready(tx: &mut Tx, claimed: &Claimed, torrent: TorrentId, now: Ts) -> Result<(), StoreError> {
    exec!(&mut *tx, conn => sqlx::query(
        "UPDATE grab SET state = 'ready', reason = NULL, torrent_id = $2, finished_at = $3, next_attempt_at = NULL, \
         attempts = attempts + 1 WHERE id = $1",
    ).bind(claimed.grab.id.0).bind(torrent.0).bind(now.millis()).execute(conn))?;
    super::ledger::queue_in_feeds(tx, claimed.grab.id, torrent, now).await
}

async fn retry(
    tx: &mut Tx,
    claimed: &Claimed,
    at: Ts,
    reason: Reason,
    counts: bool,
) -> Result<(), StoreError> {
    exec!(&mut *tx, conn => sqlx::query(
        "UPDATE grab SET reason = $2, attempts = attempts + $3, next_attempt_at = $4 WHERE id = $1",
    ).bind(claimed.grab.id.0).bind(reason.code()).bind(i64::from(counts)).bind(at.millis()).execute(conn))?;
    Ok(())
}

async fn finish(
    tx: &mut Tx,
    claimed: &Claimed,
    state: &'static str,
    reason: Reason,
    now: Ts,
) -> Result<(), StoreError> {
    exec!(&mut *tx, conn => sqlx::query(
        "UPDATE grab SET state = $2, reason = $3, finished_at = $4, next_attempt_at = NULL, attempts = attempts + 1 \
         WHERE id = $1",
    ).bind(claimed.grab.id.0).bind(state).bind(reason.code()).bind(now.millis()).execute(conn))?;
    Ok(())
}
