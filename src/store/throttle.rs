//! Attempts that may fail, counted per subject over all replicas.
//!
//! An attempt is counted before it is made and forgotten if it succeeds: a hundred at once on several replicas are
//! a hundred, not one.

use std::time::Duration;

use super::{Store, StoreError};
use crate::domain::throttle::ThrottleRule;
use crate::domain::time::Ts;

/// More subjects than this are forgotten: strangers can invent subjects. Those that wait, and those that have failed most
/// often, are forgotten last, or inventing others would end a wait.
const MOST_SUBJECTS: i64 = 50_000;

impl Store {
    /// Counts an attempt of every subject, or says how long it has to wait because one of them is blocked; then
    /// nothing is counted.
    pub async fn begin_attempt(
        &self,
        subjects: &[(String, ThrottleRule)],
        now: Ts,
    ) -> Result<Option<Duration>, StoreError> {
        let mut tx = self.begin().await?;
        // In one order, or two replicas could wait for each other.
        let mut subjects: Vec<_> = subjects.iter().collect();
        subjects.sort_by(|left, right| left.0.cmp(&right.0));
        let mut longest = Duration::ZERO;
        for (subject, rule) in subjects {
            // Takes the row's lock, so that attempts of one subject take turns.
            let (failures, blocked_until): (i64, i64) = run!(&mut tx, conn => sqlx::query_as(
                "INSERT INTO throttle (subject, failures, last_at, blocked_until) VALUES ($1, 1, $2, 0) \
                 ON CONFLICT (subject) DO UPDATE SET last_at = excluded.last_at, \
                 failures = CASE WHEN throttle.last_at < $3 THEN 1 ELSE throttle.failures + 1 END \
                 RETURNING failures, blocked_until",
            ).bind(subject.clone()).bind(now.millis()).bind(now.minus(rule.forget_after).millis()).fetch_one(conn))?;
            longest = longest.max(left(Ts::from_millis(blocked_until), rule, now));
            let wait = rule.wait(u32::try_from(failures).unwrap_or(u32::MAX));
            exec!(&mut tx, conn => sqlx::query("UPDATE throttle SET blocked_until = $2 WHERE subject = $1")
                .bind(subject.clone()).bind(now.plus(wait).millis()).execute(conn))?;
        }
        if longest > Duration::ZERO {
            // Dropped, not committed: an attempt that was not made does not count.
            return Ok(Some(longest));
        }
        tx.commit().await?;
        Ok(None)
    }

    /// How long a subject has to wait now; `None`: not at all. Nothing is counted.
    pub async fn attempt_wait(
        &self,
        (subject, rule): &(String, ThrottleRule),
        now: Ts,
    ) -> Result<Option<Duration>, StoreError> {
        let until: Option<i64> = read!(self, pool => sqlx::query_scalar("SELECT blocked_until FROM throttle WHERE subject = $1")
            .bind(subject.clone()).fetch_optional(pool))?;
        let left = until.map_or(Duration::ZERO, |until| left(Ts::from_millis(until), rule, now));
        Ok((left > Duration::ZERO).then_some(left))
    }

    /// Forgets the failures of a subject, because an attempt succeeded.
    pub async fn forget_attempts(&self, subjects: &[String]) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        for subject in subjects {
            exec!(&mut tx, conn => sqlx::query("DELETE FROM throttle WHERE subject = $1").bind(subject.clone()).execute(conn))?;
        }
        tx.commit().await
    }

    /// Removes subjects whose last attempt is older, and above a bound those that have failed least often.
    pub async fn purge_attempts(&self, before: Ts) -> Result<u64, StoreError> {
        let mut tx = self.begin().await?;
        let old = exec!(&mut tx, conn => sqlx::query("DELETE FROM throttle WHERE last_at < $1")
            .bind(before.millis()).execute(conn))?;
        let many = exec!(&mut tx, conn => sqlx::query(
            "DELETE FROM throttle WHERE subject IN (SELECT subject FROM throttle ORDER BY failures DESC, last_at DESC, subject \
             LIMIT 1000000 OFFSET $1)",
        ).bind(MOST_SUBJECTS).execute(conn))?;
        tx.commit().await?;
        Ok(old + many)
    }
}

/// What is left of a wait. More than the rule's longest means that the clock was set back since: nobody is locked out by
/// that.
fn left(blocked_until: Ts, rule: &ThrottleRule, now: Ts) -> Duration {
    let left = blocked_until.since(now);
    if left > rule.longest { Duration::ZERO } else { left }
}
