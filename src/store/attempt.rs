//! Attempts: a grab's timeline.

use std::time::Duration;

use super::engine::Tx;
use super::step_end::{Ending, StepEnd};
use super::{Store, StoreError};
use crate::domain::attempt::{AttemptOutcome, AttemptStep};
use crate::domain::ids::GrabId;
use crate::domain::reason::Reason;
use crate::domain::schedule::Next;
use crate::domain::time::Ts;

/// An attempt, as it is listed.
#[derive(Debug, Clone)]
pub struct Attempt {
    /// When.
    pub at: Ts,
    /// What was tried.
    pub step: AttemptStep,
    /// How it ended.
    pub outcome: AttemptOutcome,
    /// Why; `None` also for a reason that this version does not know any more.
    pub reason: Option<Reason>,
    /// JSON with more.
    pub detail: Option<String>,
    /// How long it took.
    pub duration: Duration,
    /// When the next one was due.
    pub next_attempt_at: Option<Ts>,
}

#[derive(sqlx::FromRow)]
struct AttemptRow {
    id: i64,
    at: i64,
    step: String,
    outcome: String,
    reason: Option<String>,
    detail: Option<String>,
    duration_ms: i64,
    next_attempt_at: Option<i64>,
}

impl TryFrom<AttemptRow> for Attempt {
    type Error = StoreError;

    fn try_from(row: AttemptRow) -> Result<Self, StoreError> {
        let unknown = |what| StoreError::Inconsistent { table: "attempt", what, row: row.id };
        Ok(Self {
            at: Ts::from_millis(row.at),
            step: AttemptStep::from_name(&row.step).ok_or(unknown("step"))?,
            outcome: AttemptOutcome::from_name(&row.outcome).ok_or(unknown("outcome"))?,
            reason: row.reason.as_deref().and_then(Reason::from_code),
            detail: row.detail,
            duration: Duration::from_millis(row.duration_ms.try_into().unwrap_or(0)),
            next_attempt_at: row.next_attempt_at.map(Ts::from_millis),
        })
    }
}

impl Store {
    /// A grab's attempts, oldest first; the newest 200.
    pub async fn attempts(&self, grab: GrabId) -> Result<Vec<Attempt>, StoreError> {
        let mut rows: Vec<AttemptRow> = read!(self, pool => sqlx::query_as(
            "SELECT id, at, step, outcome, reason, detail, duration_ms, next_attempt_at FROM attempt \
             WHERE grab_id = $1 ORDER BY id DESC LIMIT 200",
        ).bind(grab.0).fetch_all(pool))?;
        rows.reverse();
        rows.into_iter().map(Attempt::try_from).collect()
    }
}

pub(super) async fn insert_attempt(
    tx: &mut Tx,
    grab: GrabId,
    end: &StepEnd,
    now: Ts,
) -> Result<(), StoreError> {
    let next_attempt_at = match end.ending {
        Ending::Failing { next: Next::At { at, .. }, .. } => Some(at),
        _ => None,
    };
    let millis = i64::try_from(end.duration.as_millis()).unwrap_or(i64::MAX);
    exec!(tx, conn => sqlx::query(
        "INSERT INTO attempt (grab_id, at, step, outcome, reason, detail, duration_ms, next_attempt_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    ).bind(grab.0).bind(now.millis()).bind(end.step.as_str()).bind(end.outcome().as_str()).bind(end.ending.reason().map(Reason::code))
     .bind(end.detail.clone()).bind(millis).bind(next_attempt_at.map(Ts::millis)).execute(conn))?;
    Ok(())
}
