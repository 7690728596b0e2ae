//! What was written while the clock was wrong.

use std::time::Duration;

use super::{Store, StoreError};
use crate::domain::time::Ts;

impl Store {
    /// The clock went back by `by` to `now`: what was put off until a moment of the former time is put off as much less, so
    /// that nothing stands still until the clock has caught up.
    pub async fn clock_set_back(&self, by: Duration, now: Ts) -> Result<(), StoreError> {
        let by = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
        let mut tx = self.begin().await?;
        for statement in [
            "UPDATE job SET due_at = CASE WHEN due_at - $1 > $2 THEN due_at - $1 ELSE $2 END WHERE due_at > $2",
            "UPDATE job SET lease_until = lease_until - $1 WHERE lease_until > $2",
            "UPDATE grab SET next_attempt_at = CASE WHEN next_attempt_at - $1 > $2 THEN next_attempt_at - $1 ELSE $2 END \
             WHERE state = 'pending' AND next_attempt_at > $2",
            "UPDATE grab SET lease_until = lease_until - $1 WHERE lease_until > $2",
            "UPDATE indexer_hold SET held_until = held_until - $1 WHERE held_until > $2",
            "UPDATE host_pace SET free_at = free_at - $1, catch_up_at = catch_up_at - $1 WHERE free_at > $2",
            "UPDATE app_sync SET last_success_at = last_success_at - $1 WHERE last_success_at > $2",
        ] {
            exec!(&mut tx, conn => sqlx::query(statement).bind(by).bind(now.millis()).execute(conn))?;
        }
        tx.commit().await
    }
}
