//! Searches that an indexer was asked for in the present hour, over all replicas.

use super::{Store, StoreError};
use crate::domain::time::Ts;

const HOUR_MILLIS: i64 = 3_600_000;

impl Store {
    /// Counts a search at an indexer, if fewer than `budget` were made there in this hour. Else gives when the next hour begins.
    pub async fn spend_search(
        &self,
        indexer_key: &str,
        budget: u32,
        now: Ts,
    ) -> Result<Option<Ts>, StoreError> {
        let hour = now.millis().div_euclid(HOUR_MILLIS);
        let mut tx = self.begin().await?;
        let spent: Option<i64> = run!(&mut tx, conn => sqlx::query_scalar(
            "INSERT INTO search_spent (indexer_key, hour, searches) SELECT $1, $2, 1 WHERE $3 > 0 \
             ON CONFLICT (indexer_key, hour) DO UPDATE SET searches = search_spent.searches + 1 \
             WHERE search_spent.searches < $3 RETURNING searches",
        ).bind(indexer_key.to_owned()).bind(hour).bind(i64::from(budget)).fetch_optional(conn))?;
        exec!(&mut tx, conn => sqlx::query("DELETE FROM search_spent WHERE hour < $1").bind(hour - 24).execute(conn))?;
        tx.commit().await?;
        Ok(if spent.is_some() { None } else { Some(Ts::from_millis((hour + 1) * HOUR_MILLIS)) })
    }
}
