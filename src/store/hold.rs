//! Indexers that are left alone for a while.

use super::{Store, StoreError};
use crate::domain::reason::Reason;
use crate::domain::time::Ts;

impl Store {
    /// Leaves an indexer alone until this moment; a longer hold that is already set stays.
    pub async fn hold_indexer(&self, indexer_key: &str, until: Ts, reason: Reason) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        exec!(&mut tx, conn => sqlx::query(
            "INSERT INTO indexer_hold (indexer_key, held_until, reason) VALUES ($1, $2, $3) \
             ON CONFLICT (indexer_key) DO UPDATE SET held_until = excluded.held_until, reason = excluded.reason \
             WHERE indexer_hold.held_until < excluded.held_until",
        ).bind(indexer_key.to_owned()).bind(until.millis()).bind(reason.code()).execute(conn))?;
        tx.commit().await
    }

    /// Lets an indexer be asked again, after a success or at the person's wish.
    pub async fn free_indexer(&self, indexer_key: &str) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        exec!(&mut tx, conn => sqlx::query("DELETE FROM indexer_hold WHERE indexer_key = $1")
            .bind(indexer_key.to_owned()).execute(conn))?;
        tx.commit().await
    }

    /// The indexers that are held now, with the end of the hold.
    pub async fn held_indexers(&self, now: Ts) -> Result<Vec<(String, Ts)>, StoreError> {
        let rows: Vec<(String, i64)> = read!(self, pool => sqlx::query_as(
            "SELECT indexer_key, held_until FROM indexer_hold WHERE held_until > $1 ORDER BY indexer_key",
        ).bind(now.millis()).fetch_all(pool))?;
        Ok(rows.into_iter().map(|(key, until)| (key, Ts::from_millis(until))).collect())
    }
}
