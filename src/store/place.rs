//! What brings grabs back that failed: the place where they failed is well again, or the setting that was in their way has
//! changed.

use std::time::Duration;

use super::engine::Tx;
use super::{Store, StoreError};
use crate::domain::ids::GrabId;
use crate::domain::reason::Reason;
use crate::domain::time::Ts;

/// How often a place's healing makes one grab due before its time: a link that is really dead must not be asked for after
/// every success of others.
const FREED_AT_MOST: i64 = 3;
/// How long after it was given up a grab comes back by itself.
const COMES_BACK_FOR: Duration = Duration::from_hours(14 * 24);

impl Store {
    /// Keeps what a setting is now, as a hash. If it is another than when it was last kept, makes due what failed, or waits,
    /// for these reasons and at this place (as `LIKE` writes it), in the same transaction: a process that is killed in between
    /// finds the change again. Gives how many grabs that are; `None`: the setting has not changed, or was never kept.
    pub async fn keep_setting(
        &self,
        name: &'static str,
        hash: &str,
        reasons: &[Reason],
        place: Option<&str>,
        now: Ts,
    ) -> Result<Option<u64>, StoreError> {
        let mut tx = self.begin().await?;
        let former: Option<String> = run!(&mut tx, conn => sqlx::query_scalar(
            "SELECT hash FROM setting_seen WHERE name = $1",
        ).bind(name).fetch_optional(conn))?;
        exec!(&mut tx, conn => sqlx::query(
            "INSERT INTO setting_seen (name, hash) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET hash = excluded.hash",
        ).bind(name).bind(hash.to_owned()).execute(conn))?;
        let brought = match former {
            Some(former) if former != hash => Some(bring_back(&mut tx, reasons, place, now).await?),
            _ => None,
        };
        tx.commit().await?;
        Ok(brought)
    }
}

async fn bring_back(
    tx: &mut Tx,
    reasons: &[Reason],
    place: Option<&str>,
    now: Ts,
) -> Result<u64, StoreError> {
    let since = now.minus(COMES_BACK_FOR).millis();
    let mut brought = 0;
    for reason in reasons {
        brought += exec!(&mut *tx, conn => sqlx::query(
            "UPDATE grab SET state = 'pending', reason = NULL, finished_at = NULL, attempts = 0, round_since = $2, \
             next_attempt_at = $2, place = NULL \
             WHERE reason = $1 AND (state = 'pending' OR (state IN ('failed', 'skipped') AND finished_at > $3))",
        ).bind(reason.code()).bind(now.millis()).bind(since).execute(conn))?;
    }
    if let Some(place) = place {
        brought += exec!(&mut *tx, conn => sqlx::query(
            "UPDATE grab SET state = 'pending', reason = NULL, finished_at = NULL, attempts = 0, round_since = $2, \
             next_attempt_at = $2, place = NULL \
             WHERE place LIKE $1 AND (state = 'pending' OR (state = 'failed' AND finished_at > $3))",
        ).bind(place.to_owned()).bind(now.millis()).bind(since).execute(conn))?;
    }
    Ok(brought)
}

/// Makes due what failed at places that are well again.
pub(super) async fn heal(tx: &mut Tx, places: &[String], now: Ts) -> Result<(), StoreError> {
    for place in places {
        exec!(&mut *tx, conn => sqlx::query(
            "UPDATE grab SET next_attempt_at = $2, freed = freed + 1 \
             WHERE place = $1 AND state = 'pending' AND next_attempt_at > $2 AND lease_until <= $2 AND freed < $3",
        ).bind(place.clone()).bind(now.millis()).bind(FREED_AT_MOST).execute(conn))?;
        exec!(&mut *tx, conn => sqlx::query(
            "UPDATE grab SET state = 'pending', reason = NULL, finished_at = NULL, attempts = 0, round_since = $2, \
             next_attempt_at = $2, freed = freed + 1 \
             WHERE place = $1 AND state = 'failed' AND finished_at > $4 AND freed < $3",
        ).bind(place.clone()).bind(now.millis()).bind(FREED_AT_MOST)
         .bind(now.minus(COMES_BACK_FOR).millis()).execute(conn))?;
    }
    Ok(())
}

/// Keeps where a grab's last attempt failed; `None`: nowhere.
pub(super) async fn note(tx: &mut Tx, id: GrabId, place: Option<String>) -> Result<(), StoreError> {
    exec!(&mut *tx, conn => sqlx::query("UPDATE grab SET place = $2 WHERE id = $1").bind(id.0).bind(place).execute(conn))?;
    Ok(())
}
