//! Turns at hosts that torrents are fetched from directly, over all replicas.
//!
//! Owns: the lines. Must not know: how long a line a caller puts up with.

use std::time::Duration;

use super::{Store, StoreError};
use crate::domain::ids::GrabId;
use crate::domain::time::Ts;

impl Store {
    /// When the next turn at a host is free.
    pub async fn next_turn(&self, host: &str, now: Ts) -> Result<Ts, StoreError> {
        let millis: Option<i64> = read!(self, pool => sqlx::query_scalar("SELECT free_at FROM host_pace WHERE host = $1")
            .bind(host.to_owned()).fetch_optional(pool))?;
        Ok(millis.map_or(now, Ts::from_millis).max(now))
    }

    /// Takes the next turn at a host and gives its moment; the one after it is `spacing` later.
    pub async fn take_turn(&self, host: &str, spacing: Duration, now: Ts) -> Result<Ts, StoreError> {
        let mut tx = self.begin().await?;
        let free_at: i64 = run!(&mut tx, conn => sqlx::query_scalar(
            "INSERT INTO host_pace (host, free_at, catch_up_at) VALUES ($1, $2 + $3, $2) ON CONFLICT (host) DO UPDATE \
             SET free_at = $3 + CASE WHEN host_pace.free_at > $2 THEN host_pace.free_at ELSE $2 END RETURNING free_at",
        ).bind(host.to_owned()).bind(now.millis()).bind(millis(spacing)).fetch_one(conn))?;
        tx.commit().await?;
        Ok(Ts::from_millis(free_at).minus(spacing))
    }

    /// Puts a grab of a first look into the past in line at a host, and gives the moment of its turn.
    pub async fn stand_in_line(
        &self,
        grab: GrabId,
        host: &str,
        spacing: Duration,
        now: Ts,
    ) -> Result<Ts, StoreError> {
        let mut tx = self.begin().await?;
        let next: i64 = run!(&mut tx, conn => sqlx::query_scalar(
            "INSERT INTO host_pace (host, free_at, catch_up_at) VALUES ($1, $2, $2 + $3) ON CONFLICT (host) DO UPDATE \
             SET catch_up_at = $3 + CASE WHEN host_pace.catch_up_at > $2 THEN host_pace.catch_up_at ELSE $2 END \
             RETURNING catch_up_at",
        ).bind(host.to_owned()).bind(now.millis()).bind(millis(spacing)).fetch_one(conn))?;
        exec!(&mut tx, conn => sqlx::query("UPDATE grab SET has_turn = 1 WHERE id = $1").bind(grab.0).execute(conn))?;
        tx.commit().await?;
        Ok(Ts::from_millis(next).minus(spacing))
    }
}

fn millis(length: Duration) -> i64 {
    i64::try_from(length.as_millis()).unwrap_or(i64::MAX)
}
