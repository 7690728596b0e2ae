//! Writing down how an attempt ended. What a worker learned is written only under its lease.

use secrecy::ExposeSecret;

use super::attempt::insert_attempt;
use super::engine::{Lock, Tx};
use super::queue::Claimed;
use super::step_end::{Ending, StepEnd};
use super::torrent::insert_torrent;
use super::{Store, StoreError};
use crate::domain::grab::GrabState;
use crate::domain::ids::TorrentId;
use crate::domain::reason::Reason;
use crate::domain::schedule::Next;
use crate::domain::time::Ts;

impl StepEnd {
    /// What is done instead if a link came in while the step ran without one: it is what the grab waited for, so the grab
    /// is due at once.
    fn given_link(mut self, arrived: bool, now: Ts) -> Self {
        if let Ending::Failing { next, .. } = &mut self.ending
            && arrived
        {
            let counts = match next {
                Next::At { counts, .. } => *counts,
                Next::GiveUp(_) => true,
            };
            *next = Next::At { at: now, counts };
        }
        self
    }
}

impl Store {
    /// Writes down how a step ended, and gives it back as it was written. `None`: the lease was lost meanwhile, nothing
    /// was written, the other worker decides.
    pub async fn resolve(
        &self,
        claimed: &Claimed,
        end: StepEnd,
        now: Ts,
    ) -> Result<Option<StepEnd>, StoreError> {
        let mut tx = self.begin().await?;
        let held: Option<Option<String>> = run!(&mut tx, conn => sqlx::query_scalar(
            "UPDATE grab SET lease_until = 0 WHERE id = $1 AND lease_token = $2 AND state = 'pending' RETURNING link",
        ).bind(claimed.grab.id.0).bind(claimed.token).fetch_optional(conn))?;
        let Some(link) = held else { return Ok(None) };
        let end = end.given_link(claimed.grab.link.is_none() && link.is_some(), now);
        match &end.ending {
            Ending::Ready(torrent) => {
                tx.lock(Lock::Ledger).await?;
                let id = insert_torrent(&mut tx, torrent, now).await?;
                make_ready(&mut tx, claimed, id, now).await?;
                if let Some(place) = &end.place {
                    super::place::heal(&mut tx, &place.shown_well(), now).await?;
                }
                super::hold::forget_strikes(&mut tx, claimed.grab.id, now).await?;
            }
            Ending::AlreadyStored(id) => {
                tx.lock(Lock::Ledger).await?;
                make_ready(&mut tx, claimed, *id, now).await?;
            }
            Ending::Failing { reason, next: Next::At { at, counts }, .. } => {
                retry(&mut tx, claimed, *at, *reason, *counts).await?;
            }
            Ending::Failing { next: Next::GiveUp(reason), .. } => {
                finish(&mut tx, claimed, GrabState::Failed, *reason, now).await?;
            }
            Ending::Skipped(reason) => finish(&mut tx, claimed, GrabState::Skipped, *reason, now).await?,
        }
        let failed_at = match (&end.place, end.ending.reason()) {
            (Some(place), Some(reason)) => place.of_failure(reason),
            _ => None,
        };
        super::place::note(&mut tx, claimed.grab.id, failed_at).await?;
        note_found(&mut tx, claimed, &end).await?;
        insert_attempt(&mut tx, claimed.grab.id, &end, now).await?;
        tx.commit().await?;
        Ok(Some(end))
    }
}

/// Keeps what the reason is about, and the link that a search found.
async fn note_found(tx: &mut Tx, claimed: &Claimed, end: &StepEnd) -> Result<(), StoreError> {
    let found = end.found_link.as_ref().map(|link| link.expose_secret().to_owned());
    exec!(tx, conn => sqlx::query(
        "UPDATE grab SET reason_about = $2, found_link = COALESCE($3, found_link) WHERE id = $1",
    ).bind(claimed.grab.id.0).bind(end.about.clone()).bind(found).execute(conn))?;
    Ok(())
}

async fn make_ready(tx: &mut Tx, claimed: &Claimed, torrent: TorrentId, now: Ts) -> Result<(), StoreError> {
    exec!(&mut *tx, conn => sqlx::query(
        "UPDATE grab SET state = 'ready', reason = NULL, torrent_id = $2, finished_at = $3, next_attempt_at = NULL, \
         attempts = attempts + 1 WHERE id = $1",
    ).bind(claimed.grab.id.0).bind(torrent.0).bind(now.millis()).execute(conn))?;
    super::feed_queue::queue_in_feeds(tx, claimed.grab.id, torrent, now).await
}

async fn retry(
    tx: &mut Tx,
    claimed: &Claimed,
    at: Ts,
    reason: Reason,
    counts: bool,
) -> Result<(), StoreError> {
    exec!(&mut *tx, conn => sqlx::query(
        "UPDATE grab SET reason = $2, attempts = attempts + $3, next_attempt_at = $4 WHERE id = $1",
    ).bind(claimed.grab.id.0).bind(reason.code()).bind(i64::from(counts)).bind(at.millis()).execute(conn))?;
    Ok(())
}

async fn finish(
    tx: &mut Tx,
    claimed: &Claimed,
    state: GrabState,
    reason: Reason,
    now: Ts,
) -> Result<(), StoreError> {
    exec!(&mut *tx, conn => sqlx::query(
        "UPDATE grab SET state = $2, reason = $3, finished_at = $4, next_attempt_at = NULL, attempts = attempts + 1 \
         WHERE id = $1",
    ).bind(claimed.grab.id.0).bind(state.as_str()).bind(reason.code()).bind(now.millis()).execute(conn))?;
    Ok(())
}
