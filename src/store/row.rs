//! Rows of the grab table as the domain's types.

use sqlx::FromRow;

use super::StoreError;
use crate::domain::app::AppName;
use crate::domain::grab::{Grab, GrabState, Line};
use crate::domain::ids::{GrabId, TorrentId};
use crate::domain::merge::Known;
use crate::domain::reason::Reason;
use crate::domain::sighting::Protocol;
use crate::domain::time::Ts;

/// The columns that make a [`Grab`], in one place for every statement that returns one.
macro_rules! grab_columns {
    () => {
        "id, app, app_kind, state, reason, title, title_key, indexer, indexer_key, prowlarr_indexer_id, download_id, \
         expected_infohash, protocol, size_bytes, link, grabbed_at, created_at, finished_at, attempts, next_attempt_at, \
         torrent_id, seen_by_webhook, seen_in_history, backfilled, has_turn, retried, reason_about, found_link"
    };
}
pub(super) use grab_columns;

#[derive(FromRow)]
pub(super) struct GrabRow {
    id: i64,
    app: String,
    app_kind: String,
    state: String,
    reason: Option<String>,
    title: String,
    title_key: String,
    indexer: Option<String>,
    indexer_key: String,
    prowlarr_indexer_id: Option<i64>,
    download_id: Option<String>,
    expected_infohash: Option<String>,
    protocol: String,
    size_bytes: Option<i64>,
    link: Option<String>,
    grabbed_at: i64,
    created_at: i64,
    finished_at: Option<i64>,
    attempts: i64,
    next_attempt_at: Option<i64>,
    torrent_id: Option<i64>,
    seen_by_webhook: i64,
    seen_in_history: i64,
    backfilled: i64,
    has_turn: i64,
    retried: i64,
    reason_about: Option<String>,
    found_link: Option<String>,
}

impl GrabRow {
    fn unknown(&self, what: &'static str) -> StoreError {
        StoreError::Inconsistent { table: "grab", what, row: self.id }
    }

    fn reason(&self) -> Result<Option<Reason>, StoreError> {
        let read = |code| Reason::from_code(code).ok_or_else(|| self.unknown("reason"));
        self.reason.as_deref().map(read).transpose()
    }

    pub(super) fn into_grab(self) -> Result<Grab, StoreError> {
        Ok(Grab {
            id: GrabId(self.id),
            app: AppName::parse(&self.app).map_err(|_| self.unknown("app"))?,
            kind: self.app_kind.parse().map_err(|_| self.unknown("app_kind"))?,
            state: GrabState::from_name(&self.state).ok_or_else(|| self.unknown("state"))?,
            reason: self.reason()?,
            held: None,
            expected_infohash: self.expected_infohash.as_deref().and_then(|hash| hash.parse().ok()),
            protocol: Protocol::parse(&self.protocol),
            size_bytes: self.size_bytes.and_then(|size| u64::try_from(size).ok()),
            grabbed_at: Ts::from_millis(self.grabbed_at),
            created_at: Ts::from_millis(self.created_at),
            finished_at: self.finished_at.map(Ts::from_millis),
            attempts: u32::try_from(self.attempts).unwrap_or(u32::MAX),
            next_attempt_at: self.next_attempt_at.map(Ts::from_millis),
            torrent: self.torrent_id.map(TorrentId),
            seen_by_webhook: self.seen_by_webhook != 0,
            seen_in_history: self.seen_in_history != 0,
            retried: self.retried != 0,
            line: match (self.backfilled != 0, self.has_turn != 0) {
                (false, _) => Line::None,
                (true, false) => Line::ToJoin,
                (true, true) => Line::Joined,
            },
            prowlarr_indexer_id: self.prowlarr_indexer_id,
            title: self.title,
            indexer: self.indexer,
            download_id: self.download_id,
            link: self.link.map(Into::into),
            found_link: self.found_link.map(Into::into),
            reason_about: self.reason_about,
        })
    }

    pub(super) fn into_known(self) -> Result<Known, StoreError> {
        Ok(Known {
            id: GrabId(self.id),
            app: AppName::parse(&self.app).map_err(|_| self.unknown("app"))?,
            kind: self.app_kind.parse().map_err(|_| self.unknown("app_kind"))?,
            state: GrabState::from_name(&self.state).ok_or_else(|| self.unknown("state"))?,
            reason: self.reason()?,
            grabbed_at: Ts::from_millis(self.grabbed_at),
            finished_at: self.finished_at.map(Ts::from_millis),
            title_key: self.title_key,
            indexer_key: self.indexer_key,
            download_id: self.download_id,
            protocol: Protocol::parse(&self.protocol),
            infohash: self.expected_infohash.as_deref().and_then(|hash| hash.parse().ok()),
            link: self.link.map(Into::into),
        })
    }
}
