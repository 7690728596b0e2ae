//! Indexers that are left alone for a while.

use std::time::Duration;

use super::engine::Tx;
use super::{Store, StoreError};
use crate::domain::grab::Held;
use crate::domain::ids::GrabId;
use crate::domain::reason::Reason;
use crate::domain::time::Ts;

impl Store {
    /// Leaves an indexer alone for as long as `hold` says of how often it had failed in a row before; a longer hold that is
    /// already set stays. Failures that come in while it is held are the one that was counted. Gives the end of a hold that
    /// begins now.
    pub async fn hold_indexer(
        &self,
        indexer_key: &str,
        reason: Reason,
        now: Ts,
        hold: impl Fn(usize) -> Duration + Send,
    ) -> Result<Option<Ts>, StoreError> {
        let mut tx = self.begin().await?;
        let known: Option<(i64, i64)> = run!(&mut tx, conn => sqlx::query_as(
            "SELECT held_until, strikes FROM indexer_hold WHERE indexer_key = $1",
        ).bind(indexer_key.to_owned()).fetch_optional(conn))?;
        let (held_until, strikes) = known.unwrap_or_default();
        let is_held = held_until > now.millis();
        let before = if is_held { strikes - 1 } else { strikes };
        let until = now.plus(hold(usize::try_from(before).unwrap_or(0))).millis().max(held_until);
        exec!(&mut tx, conn => sqlx::query(
            "INSERT INTO indexer_hold (indexer_key, held_until, reason, strikes) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (indexer_key) DO UPDATE SET held_until = excluded.held_until, reason = excluded.reason, \
             strikes = excluded.strikes",
        ).bind(indexer_key.to_owned()).bind(until).bind(reason.code()).bind(before + 1).execute(conn))?;
        tx.commit().await?;
        Ok((!is_held).then(|| Ts::from_millis(until)))
    }

    /// Until when this indexer is held, if it is.
    pub async fn held_until(&self, indexer_key: &str, now: Ts) -> Result<Option<Ts>, StoreError> {
        let millis: Option<i64> = read!(self, pool => sqlx::query_scalar(
            "SELECT held_until FROM indexer_hold WHERE indexer_key = $1 AND held_until > $2",
        ).bind(indexer_key.to_owned()).bind(now.millis()).fetch_optional(pool))?;
        Ok(millis.map(Ts::from_millis))
    }

    /// Lets an indexer be asked again, after a success or at the person's wish.
    pub async fn free_indexer(&self, indexer_key: &str) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        exec!(&mut tx, conn => sqlx::query("DELETE FROM indexer_hold WHERE indexer_key = $1")
            .bind(indexer_key.to_owned()).execute(conn))?;
        tx.commit().await
    }

    /// The indexers that are held now, by their folded names.
    pub async fn held_indexers(&self, now: Ts) -> Result<Vec<(String, Held)>, StoreError> {
        let rows: Vec<(String, i64, String)> = read!(self, pool => sqlx::query_as(
            "SELECT indexer_key, held_until, reason FROM indexer_hold WHERE held_until > $1 ORDER BY indexer_key",
        ).bind(now.millis()).fetch_all(pool))?;
        let held = |(key, until, reason): (String, i64, String)| {
            // A reason that this version does not know any more is some error of the indexer.
            let reason = Reason::from_code(&reason).unwrap_or(Reason::IndexerError);
            (key, Held { reason, until: Ts::from_millis(until) })
        };
        Ok(rows.into_iter().map(held).collect())
    }
}

/// A success of a grab's indexer ends its strikes, unless it is held: then the success was under way before it failed.
pub(super) async fn forget_strikes(tx: &mut Tx, grab: GrabId, now: Ts) -> Result<(), StoreError> {
    exec!(&mut *tx, conn => sqlx::query(
        "DELETE FROM indexer_hold WHERE held_until <= $2 AND indexer_key = (SELECT indexer_key FROM grab WHERE id = $1)",
    ).bind(grab.0).bind(now.millis()).execute(conn))?;
    Ok(())
}
