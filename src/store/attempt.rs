//! Attempts: a grab's timeline.

use std::time::Duration;

use super::engine::Tx;
use super::{Store, StoreError};
use crate::domain::ids::GrabId;
use crate::domain::reason::Reason;
use crate::domain::time::Ts;

/// An attempt to be written.
#[derive(Debug, Clone)]
pub struct NewAttempt {
    /// What was tried: `lookup`, `download` or `search`.
    pub step: &'static str,
    /// How it ended: `ready`, `retry`, `failed` or `skipped`.
    pub outcome: &'static str,
    /// Why.
    pub reason: Option<Reason>,
    /// JSON: the refused candidates with their reasons, or the HTTP status. Never a URL.
    pub detail: Option<String>,
    /// How long it took.
    pub duration: Duration,
}

/// An attempt, as it is listed.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Attempt {
    /// When, in milliseconds since 1970.
    pub at: i64,
    /// What was tried.
    pub step: String,
    /// How it ended.
    pub outcome: String,
    /// Code of the reason.
    pub reason: Option<String>,
    /// JSON with more.
    pub detail: Option<String>,
    /// How long it took, in milliseconds.
    pub duration_ms: i64,
    /// When the next one was due, in milliseconds since 1970.
    pub next_attempt_at: Option<i64>,
}

impl Store {
    /// A grab's attempts, oldest first; the newest 200.
    pub async fn attempts(&self, grab: GrabId) -> Result<Vec<Attempt>, StoreError> {
        let mut attempts: Vec<Attempt> = read!(self, pool => sqlx::query_as(
            "SELECT at, step, outcome, reason, detail, duration_ms, next_attempt_at FROM attempt \
             WHERE grab_id = $1 ORDER BY id DESC LIMIT 200",
        ).bind(grab.0).fetch_all(pool))?;
        attempts.reverse();
        Ok(attempts)
    }
}

pub(super) async fn insert_attempt(
    tx: &mut Tx,
    grab: GrabId,
    attempt: NewAttempt,
    now: Ts,
    next_attempt_at: Option<Ts>,
) -> Result<(), StoreError> {
    let millis = i64::try_from(attempt.duration.as_millis()).unwrap_or(i64::MAX);
    exec!(tx, conn => sqlx::query(
        "INSERT INTO attempt (grab_id, at, step, outcome, reason, detail, duration_ms, next_attempt_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    ).bind(grab.0).bind(now.millis()).bind(attempt.step).bind(attempt.outcome).bind(attempt.reason.map(Reason::code))
     .bind(attempt.detail).bind(millis).bind(next_attempt_at.map(Ts::millis)).execute(conn))?;
    Ok(())
}
