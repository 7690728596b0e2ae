//! Reading grabs: one, a page of them, how many; and the retry button.

use super::order::{like, sort_keys};
use super::row::{GrabRow, grab_columns};
use super::{Direction, Store, StoreError};
use crate::domain::app::AppName;
use crate::domain::grab::{Grab, GrabState};
use crate::domain::ids::GrabId;
use crate::domain::reason::Reason;
use crate::domain::text::{indexer_key, title_key};
use crate::domain::time::Ts;

/// Which grabs to list, and in which order.
#[derive(Debug, Clone, Default)]
pub struct GrabFilter {
    /// Only this state.
    pub state: Option<GrabState>,
    /// Only this app.
    pub app: Option<AppName>,
    /// Only those that wait, failed or were skipped for this reason.
    pub reason: Option<Reason>,
    /// Only those with this text in their title, whatever its case.
    pub title: Option<String>,
    /// What they are sorted by.
    pub sort: GrabSort,
    /// Upwards or downwards.
    pub direction: Direction,
}

macro_rules! listed {
    ($select:expr) => {
        concat!(
            $select,
            " FROM grab WHERE ($1 IS NULL OR state = $1) AND ($2 IS NULL OR app = $2) \
             AND ($3 IS NULL OR reason = $3) AND ($4 IS NULL OR title_key LIKE $4 ESCAPE '!')"
        )
    };
}

sort_keys! {
    /// What grabs can be sorted by.
    GrabSort, listed!(concat!("SELECT ", grab_columns!())), "LIMIT $5 OFFSET $6";
    /// When they were first heard of.
    #[default]
    CreatedAt = "createdAt" by "created_at",
    /// When the app made them.
    GrabbedAt = "grabbedAt" by "grabbed_at",
    /// When they left `pending`; those that have not come before all others.
    FinishedAt = "finishedAt" by "COALESCE(finished_at, -1)",
    /// The title, without regard to case.
    Title = "title" by "title_key",
    /// The app's name.
    App = "app" by "app",
    /// The state's name.
    State = "state" by "state",
    /// The size; an unknown one comes before all others.
    Size = "sizeBytes" by "COALESCE(size_bytes, -1)",
}

/// A page of grabs.
#[derive(Debug)]
pub struct GrabPage {
    /// The grabs.
    pub grabs: Vec<Grab>,
    /// How many there are on all pages.
    pub total: u64,
}

/// How many grabs of one app are in one state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StateCount {
    /// The app.
    pub app: AppName,
    /// The state.
    pub state: GrabState,
    /// How many.
    pub grabs: u64,
    /// When the oldest of them was first heard of.
    pub oldest: Ts,
}

impl Store {
    /// The grab with this number.
    pub async fn grab(&self, id: GrabId) -> Result<Option<Grab>, StoreError> {
        let row: Option<GrabRow> = read!(self, pool => sqlx::query_as(concat!(
            "SELECT ", grab_columns!(), " FROM grab WHERE id = $1",
        )).bind(id.0).fetch_optional(pool))?;
        let mut grab = row.map(GrabRow::into_grab).transpose()?;
        self.note_holds(grab.as_mut_slice()).await?;
        Ok(grab)
    }

    /// A page of grabs.
    pub async fn grabs(&self, filter: &GrabFilter, limit: u32, offset: u64) -> Result<GrabPage, StoreError> {
        let state = filter.state.map(GrabState::as_str);
        let app = filter.app.as_ref().map(AppName::as_str);
        let reason = filter.reason.map(Reason::code);
        let title = filter.title.as_deref().map(|text| like(&title_key(text)));
        let offset = i64::try_from(offset).unwrap_or(i64::MAX);
        let rows: Vec<GrabRow> = read!(self, pool => sqlx::query_as(filter.sort.page(filter.direction))
            .bind(state).bind(app).bind(reason).bind(title.clone()).bind(i64::from(limit)).bind(offset)
            .fetch_all(pool))?;
        let total: i64 = read!(self, pool => sqlx::query_scalar(listed!("SELECT COUNT(*)"))
            .bind(state).bind(app).bind(reason).bind(title).fetch_one(pool))?;
        let mut grabs = rows.into_iter().map(GrabRow::into_grab).collect::<Result<Vec<_>, _>>()?;
        self.note_holds(&mut grabs).await?;
        Ok(GrabPage { grabs, total: u64::try_from(total).unwrap_or(0) })
    }

    /// How many grabs each app has in each state.
    pub async fn grab_counts(&self) -> Result<Vec<StateCount>, StoreError> {
        let rows: Vec<(String, String, i64, i64, i64)> = read!(self, pool => sqlx::query_as(
            "SELECT app, state, COUNT(*), MIN(created_at), MIN(id) FROM grab GROUP BY app, state ORDER BY app, state",
        ).fetch_all(pool))?;
        let count = |(app, state, grabs, oldest, row): (String, String, i64, i64, i64)| {
            let unknown = |what| StoreError::Inconsistent { table: "grab", what, row };
            Ok(StateCount {
                app: AppName::parse(&app).map_err(|_| unknown("app"))?,
                state: GrabState::from_name(&state).ok_or_else(|| unknown("state"))?,
                grabs: u64::try_from(grabs).unwrap_or(0),
                oldest: Ts::from_millis(oldest),
            })
        };
        rows.into_iter().map(count).collect()
    }

    /// Notes in each grab that waits for its indexer why and until when that is left alone.
    async fn note_holds(&self, grabs: &mut [Grab]) -> Result<(), StoreError> {
        if !grabs.iter().any(Grab::needs_its_indexer) {
            return Ok(());
        }
        let holds = self.held_indexers(self.now().await?).await?;
        for grab in grabs.iter_mut().filter(|grab| grab.needs_its_indexer()) {
            let key = indexer_key(grab.indexer.as_deref().unwrap_or_default());
            grab.held = holds.iter().find(|(indexer, _)| *indexer == key).map(|(_, held)| *held);
        }
        Ok(())
    }

    /// Makes a grab that is not ready due now, at the person's wish, and begins a new round. False: it is ready.
    pub async fn retry_grab(&self, id: GrabId, now: Ts) -> Result<bool, StoreError> {
        let mut tx = self.begin().await?;
        let done = run!(&mut tx, conn => sqlx::query_scalar::<_, i64>(
            "UPDATE grab SET state = 'pending', reason = NULL, finished_at = NULL, attempts = 0, round_since = $2, \
             next_attempt_at = $2, retried = 1, freed = 0, reason_about = NULL, found_link = NULL \
             WHERE id = $1 AND state <> 'ready' RETURNING id",
        ).bind(id.0).bind(now.millis()).fetch_optional(conn))?;
        tx.commit().await?;
        Ok(done.is_some())
    }

    /// How many grabs of an app wait for a row of its history, which only webhooks have told of.
    pub async fn unconfirmed_grabs(&self, app: &AppName) -> Result<u64, StoreError> {
        let count: i64 = read!(self, pool => sqlx::query_scalar(
            "SELECT COUNT(*) FROM grab WHERE app = $1 AND state = 'pending' AND seen_in_history = 0",
        ).bind(app.as_str()).fetch_one(pool))?;
        Ok(u64::try_from(count).unwrap_or(0))
    }

    /// The date of the oldest pending grab of an app that still has no link.
    pub async fn oldest_without_link(&self, app: &AppName) -> Result<Option<Ts>, StoreError> {
        let millis: Option<i64> = read!(self, pool => sqlx::query_scalar(
            "SELECT MIN(grabbed_at) FROM grab WHERE state = 'pending' AND link IS NULL AND app = $1",
        ).bind(app.as_str()).fetch_one(pool))?;
        Ok(millis.map(Ts::from_millis))
    }
}
