//! Periodic work: each job runs once per period over all replicas.

use std::time::Duration;

use super::engine::Tx;
use super::{Store, StoreError};
use crate::domain::time::Ts;

/// A job that this process may do until its lease ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobLease {
    /// The job.
    pub name: String,
    token: i64,
}

impl Store {
    /// Makes a job known; it is first due at `due`. A job that is known keeps its date.
    pub async fn ensure_job(&self, name: &str, due: Ts) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        exec!(&mut tx, conn => sqlx::query(
            "INSERT INTO job (name, due_at) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING",
        ).bind(name.to_owned()).bind(due.millis()).execute(conn))?;
        tx.commit().await
    }

    /// Makes a job due at this moment at the latest.
    pub async fn nudge_job(&self, name: &str, at: Ts) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        bring_forward(&mut tx, name, at).await?;
        tx.commit().await
    }

    /// Claims a job that is due and that nobody does now. Its date is moved to the end of the lease, so that a nudge
    /// while it runs can be told from none.
    pub async fn claim_job(
        &self,
        name: &str,
        now: Ts,
        lease: Duration,
    ) -> Result<Option<JobLease>, StoreError> {
        let mut tx = self.begin().await?;
        // Due again when the lease ends, should this process die; what is earlier when it ends well is a nudge.
        let token: Option<i64> = run!(&mut tx, conn => sqlx::query_scalar(
            "UPDATE job SET lease_until = $3, due_at = $3, lease_token = lease_token + 1 \
             WHERE name = $1 AND due_at <= $2 AND lease_until <= $2 RETURNING lease_token",
        ).bind(name.to_owned()).bind(now.millis()).bind(now.plus(lease).millis()).fetch_optional(conn))?;
        tx.commit().await?;
        Ok(token.map(|token| JobLease { name: name.to_owned(), token }))
    }

    /// Prolongs a job's lease. False: the lease was lost, and somebody else does the job.
    pub async fn renew_job(&self, lease: &JobLease, until: Ts) -> Result<bool, StoreError> {
        let mut tx = self.begin().await?;
        let done = run!(&mut tx, conn => sqlx::query_scalar::<_, i64>(
            "UPDATE job SET due_at = CASE WHEN due_at = lease_until THEN $3 ELSE due_at END, lease_until = $3 \
             WHERE name = $1 AND lease_token = $2 AND lease_until > 0 RETURNING lease_token",
        ).bind(lease.name.clone()).bind(lease.token).bind(until.millis()).fetch_optional(conn))?;
        tx.commit().await?;
        Ok(done.is_some())
    }

    /// Ends a job's run; it is due again at `next`, or sooner if it was nudged while it ran. Nothing happens if the
    /// lease was lost.
    pub async fn finish_job(&self, lease: &JobLease, next: Ts) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        exec!(&mut tx, conn => sqlx::query(
            "UPDATE job SET lease_until = 0, due_at = CASE WHEN due_at < lease_until AND due_at < $3 THEN due_at ELSE $3 END \
             WHERE name = $1 AND lease_token = $2",
        ).bind(lease.name.clone()).bind(lease.token).bind(next.millis()).execute(conn))?;
        tx.commit().await
    }

    /// The jobs that are due and that nobody does now.
    pub async fn due_jobs(&self, now: Ts) -> Result<Vec<String>, StoreError> {
        Ok(read!(self, pool => sqlx::query_scalar(
            "SELECT name FROM job WHERE due_at <= $1 AND lease_until <= $1 ORDER BY due_at, name",
        ).bind(now.millis()).fetch_all(pool))?)
    }

    /// When a job is due; while it is done, the end of the lease or the moment for which it was nudged meanwhile.
    pub async fn job_due(&self, name: &str) -> Result<Option<Ts>, StoreError> {
        let due: Option<i64> = read!(self, pool => sqlx::query_scalar("SELECT due_at FROM job WHERE name = $1")
            .bind(name.to_owned()).fetch_optional(pool))?;
        Ok(due.map(Ts::from_millis))
    }
}

pub(super) async fn bring_forward(tx: &mut Tx, name: &str, at: Ts) -> Result<(), StoreError> {
    exec!(tx, conn => sqlx::query("UPDATE job SET due_at = $2 WHERE name = $1 AND due_at > $2")
        .bind(name.to_owned()).bind(at.millis()).execute(conn))?;
    Ok(())
}
