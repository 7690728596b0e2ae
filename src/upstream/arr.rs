//! Radarr, Sonarr, Lidarr, Readarr and Whisparr: one client, driven by a profile per kind.
//!
//! Owns: the routes of their history and what a row means. Must not know: how a request is made, or what becomes of
//! a row. Facts: the apps' `HistoryController` and `HistoryService` sources.

mod row;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use self::row::Profile;
pub use self::row::{GrabData, HistoryEvent, HistoryRow};
use super::circuit::Circuit;
use super::connection::{InvalidUpstream, Request, SystemStatus, Upstream, UpstreamOptions};
use super::error::{ApiError, Fault};
use super::http::Http;
use super::observe::Observer;
use super::record;
use super::transport::TransportFault;
use super::webhooks::Webhooks;
use crate::domain::time::Ts;

/// The largest answer of a history route; what is larger is asked for by pages.
const HISTORY_LIMIT_BYTES: usize = 16 << 20;
/// The most rows that one call gives.
const MAX_ROWS: usize = 200_000;
/// Rows asked for per page, where `history/since` is missing.
const PAGE_ROWS: usize = 500;
/// The most pages that one call walks.
const MAX_PAGES: usize = 200;
/// A client of one app.
pub struct ArrClient {
    upstream: Upstream,
    profile: Profile,
    /// Whether all rows at once are more than an answer may have: from then on they are read by pages, which costs the app
    /// less as well.
    answers_too_much: AtomicBool,
    unreadable: AtomicUsize,
}

/// Whether the app answered with more than fits, or worked at it for too long.
fn is_too_much(fault: Fault) -> bool {
    matches!(fault, Fault::TooLarge | Fault::Transport(TransportFault::TimedOut))
}

impl ArrClient {
    /// A client of the app that the options describe.
    pub fn new(
        http: Http,
        options: UpstreamOptions,
        observer: Arc<dyn Observer>,
    ) -> Result<Self, InvalidUpstream> {
        let profile = Profile::from_kind(options.kind).ok_or(InvalidUpstream::Kind)?;
        Ok(Self {
            upstream: Upstream::new(http, options, observer)?,
            profile,
            answers_too_much: AtomicBool::new(false),
            unreadable: AtomicUsize::new(0),
        })
    }

    /// Which app this is.
    pub fn options(&self) -> &UpstreamOptions {
        self.upstream.options()
    }

    /// How far its clock is ahead of ours, in milliseconds, as its last answer said.
    pub fn ahead_millis(&self) -> i64 {
        self.upstream.ahead_millis()
    }

    /// Its circuit.
    pub fn circuit(&self) -> &Arc<Circuit> {
        self.upstream.circuit()
    }

    /// Who answers.
    pub async fn status(&self) -> Result<SystemStatus, ApiError> {
        self.upstream.status(&self.path("system/status")).await
    }

    /// Its webhooks.
    pub const fn webhooks(&self) -> Webhooks<'_> {
        Webhooks::new(&self.upstream, self.profile.api)
    }

    /// The grabs since a moment, and some of the second before it, oldest first. Where the app lacks the route, or they are
    /// too many for one answer, history is walked by pages.
    pub async fn history_since(&self, since: Ts) -> Result<Vec<HistoryRow>, ApiError> {
        if self.answers_too_much.load(Ordering::Relaxed) {
            return self.walk_back_to(since).await;
        }
        // On SQLite the apps compare dates as text, where a whole second loses its own fractions.
        let date = since.minus(Duration::from_secs(1)).rfc3339_seconds();
        let query = [("date", date.as_str()), ("eventType", self.profile.grabbed)];
        let path = self.path("history/since");
        let request = self.history_request(&path, &query);
        let parse = |body: &[u8]| {
            self.counting(record::parse_list_counting(body, MAX_ROWS, |record| {
                Some(self.profile.row(record))
            }))
        };
        match self.upstream.get(&request, &parse).await {
            Err(ApiError { fault, .. }) if fault == Fault::NotFound || is_too_much(fault) => {
                self.answers_too_much.store(is_too_much(fault), Ordering::Relaxed);
                self.walk_back_to(since).await
            }
            rows => rows,
        }
    }

    /// One page of grabs, from page 1.
    pub async fn history_page(
        &self,
        page: usize,
        page_rows: usize,
        ascending: bool,
    ) -> Result<Vec<HistoryRow>, ApiError> {
        let (page, page_rows) = (page.to_string(), page_rows.to_string());
        let query = [
            ("page", page.as_str()),
            ("pageSize", page_rows.as_str()),
            ("sortKey", "date"),
            ("sortDirection", if ascending { "ascending" } else { "descending" }),
            ("eventType", self.profile.grabbed),
        ];
        self.page(&query).await
    }

    /// Walks from the newest page back to the moment. Neither the order nor `totalRecords` nor the page size of the
    /// answers is believed: the walk ends where a page brings nothing new, or after so many pages.
    async fn walk_back_to(&self, since: Ts) -> Result<Vec<HistoryRow>, ApiError> {
        let mut rows = Vec::new();
        let mut seen = BTreeSet::new();
        for page in 1..=MAX_PAGES {
            let before = seen.len();
            let mut reached = false;
            for row in self.history_page(page, PAGE_ROWS, false).await? {
                reached |= row.date < since;
                if seen.insert((row.date, row.id, row.source_title.clone())) && row.date >= since {
                    rows.push(row);
                }
            }
            if reached || seen.len() == before {
                rows.sort_by_key(|row| (row.date, row.id));
                return Ok(rows);
            }
        }
        Err(self.upstream.error(Fault::TooLarge))
    }

    fn counting(&self, parsed: Option<(Vec<HistoryRow>, usize)>) -> Option<Vec<HistoryRow>> {
        let (rows, unreadable) = parsed?;
        self.unreadable.fetch_add(unreadable, Ordering::Relaxed);
        Some(rows)
    }

    /// How many rows could not be read since this was last asked.
    pub fn take_unreadable(&self) -> usize {
        self.unreadable.swap(0, Ordering::Relaxed)
    }

    async fn page(&self, query: &[(&str, &str)]) -> Result<Vec<HistoryRow>, ApiError> {
        let path = self.path("history");
        let request = self.history_request(&path, query);
        let parse = |body: &[u8]| {
            self.counting(record::parse_page(body, MAX_ROWS, |record| Some(self.profile.row(record))))
        };
        self.upstream.get(&request, &parse).await
    }

    fn history_request<'a>(&self, path: &'a str, query: &'a [(&'a str, &'a str)]) -> Request<'a> {
        Request { limit_bytes: HISTORY_LIMIT_BYTES, ..self.upstream.request("history", path, query) }
    }

    fn path(&self, route: &str) -> String {
        format!("{}/{route}", self.profile.api)
    }
}
