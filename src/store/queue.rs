//! The queue: claiming due grabs under a lease, and keeping the lease.

use std::time::Duration;

use super::engine::Lock;
use super::row::{GrabRow, grab_columns};
use super::{Store, StoreError};
use crate::domain::grab::Grab;
use crate::domain::ids::GrabId;
use crate::domain::time::Ts;

/// A grab that this process may work on until its lease ends.
#[derive(Debug)]
pub struct Claimed {
    /// The grab as it was when claimed.
    pub grab: Grab,
    /// Proof of the claim; a later claim of the same grab makes it worthless.
    pub token: i64,
    /// When the current round of attempts began.
    pub round_since: Ts,
}

#[derive(sqlx::FromRow)]
struct ClaimedRow {
    #[sqlx(flatten)]
    grab: GrabRow,
    lease_token: i64,
    round_since: i64,
}

/// The claim, once with the row lock of PostgreSQL (a row that intake holds is passed over, not waited for) and once
/// without, since SQLite has one writer and no such words.
macro_rules! claim {
    ($lock:literal) => {
        concat!(
            "UPDATE grab SET lease_until = $2, lease_token = lease_token + 1 WHERE id = (",
            "SELECT g.id FROM grab g WHERE g.state = 'pending' AND g.next_attempt_at <= $1 AND g.lease_until <= $1 ",
            // A look into the app's history costs the indexer nothing.
            "AND ((g.link IS NULL AND g.seen_in_history = 0) OR NOT EXISTS (SELECT 1 FROM indexer_hold h ",
            "WHERE h.indexer_key = g.indexer_key AND h.held_until > $1)) ",
            "AND (SELECT COUNT(*) FROM grab b WHERE b.state = 'pending' AND b.lease_until > $1 ",
            "AND b.indexer_key = g.indexer_key) < $3 ",
            // The same file for another app is in work: when that ends well, this one needs no download.
            "AND NOT EXISTS (SELECT 1 FROM grab b WHERE b.state = 'pending' AND b.lease_until > $1 ",
            "AND b.indexer_key = g.indexer_key AND b.expected_infohash = g.expected_infohash) ORDER BY g.backfilled, g.next_attempt_at, g.id LIMIT 1",
            $lock,
            ") RETURNING ",
            grab_columns!(),
            ", lease_token, round_since"
        )
    };
}
const CLAIM: &str = claim!("");
const CLAIM_SKIP_LOCKED: &str = claim!(" FOR UPDATE OF g SKIP LOCKED");

impl Store {
    /// Claims the grab that is due longest, new ones before those of a first look into the past, passing over indexers that are held or already have `per_indexer` grabs in
    /// work, and grabs of a file that is being fetched for another. `None` if nothing can be claimed now.
    pub async fn claim_due(
        &self,
        now: Ts,
        lease: Duration,
        per_indexer: u32,
    ) -> Result<Option<Claimed>, StoreError> {
        let claim = if self.is_shared() { CLAIM_SKIP_LOCKED } else { CLAIM };
        let mut tx = self.begin().await?;
        tx.lock(Lock::Claim).await?;
        let row: Option<ClaimedRow> = run!(&mut tx, conn => sqlx::query_as(claim)
            .bind(now.millis()).bind(now.plus(lease).millis()).bind(i64::from(per_indexer)).fetch_optional(conn))?;
        tx.commit().await?;
        row.map(|row| {
            let round_since = Ts::from_millis(row.round_since);
            Ok(Claimed { grab: row.grab.into_grab()?, token: row.lease_token, round_since })
        })
        .transpose()
    }

    /// Prolongs a lease. False: the lease was lost to another worker.
    pub async fn renew_lease(&self, id: GrabId, token: i64, until: Ts) -> Result<bool, StoreError> {
        let mut tx = self.begin().await?;
        let done = run!(&mut tx, conn => sqlx::query_scalar::<_, i64>(
            "UPDATE grab SET lease_until = $3 WHERE id = $1 AND lease_token = $2 AND state = 'pending' RETURNING id",
        ).bind(id.0).bind(token).bind(until.millis()).fetch_optional(conn))?;
        tx.commit().await?;
        Ok(done.is_some())
    }

    /// Gives claimed grabs back at once, for a stop that does not wait for them.
    pub async fn release_lease(&self, id: GrabId, token: i64) -> Result<(), StoreError> {
        self.renew_lease(id, token, Ts::MIN).await.map(|_still_ours| ())
    }

    /// Ends every lease, for the start of the only process: whoever held one is dead. A job that was being done is due.
    pub async fn release_all_leases(&self) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        exec!(&mut tx, conn => sqlx::query("UPDATE grab SET lease_until = 0 WHERE lease_until > 0").execute(conn))?;
        exec!(&mut tx, conn => sqlx::query("UPDATE job SET lease_until = 0, due_at = 0 WHERE lease_until > 0").execute(conn))?;
        tx.commit().await
    }

    /// The moment at which the next pending grab can be claimed, held indexers and their limits not considered.
    pub async fn next_due(&self) -> Result<Option<Ts>, StoreError> {
        let millis: Option<i64> = read!(self, pool => sqlx::query_scalar(
            "SELECT MIN(CASE WHEN lease_until > next_attempt_at THEN lease_until ELSE next_attempt_at END) \
             FROM grab WHERE state = 'pending'",
        ).fetch_one(pool))?;
        Ok(millis.map(Ts::from_millis))
    }
}
