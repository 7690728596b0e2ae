//! Prowlarr's API: its indexers, its own history, its search, and the links that download through it.
//!
//! Must not know: how a request is made, or what becomes of an answer. Facts: Prowlarr's `HistoryService`,
//! `SearchController` and `NewznabController` sources.

mod link;

use std::sync::Arc;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};

pub use self::link::{ProxyLink, UnreadableLink, recognise};
use super::circuit::Circuit;
use super::connection::{InvalidUpstream, Request, SystemStatus, Upstream, UpstreamOptions};
use super::error::{ApiError, Fault};
use super::http::Http;
use super::observe::Observer;
use super::record::{self, Record};
use super::release::{Protocol, size_bytes};
use super::webhooks::Webhooks;
use crate::domain::app::AppKind;
use crate::domain::infohash::Infohash;
use crate::domain::text::clean;
use crate::domain::time::Ts;

/// The number of `releaseGrabbed`.
const GRABBED: &str = "1";
/// The largest answer of a list.
const LIST_LIMIT_BYTES: usize = 32 << 20;
/// The most rows that one call gives.
const MAX_ROWS: usize = 200_000;
/// Titles and the like are cut to this many characters.
const MAX_TEXT_CHARS: usize = 1000;
/// A search takes as long as the slowest indexer, which may have to solve a challenge first.
const SEARCH_TIMEOUT: Duration = Duration::from_mins(2);

/// Who may use an indexer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Privacy {
    /// Anybody.
    Public,
    /// Anybody with an account.
    SemiPrivate,
    /// Members.
    Private,
    /// Not said.
    Unknown,
}

/// One indexer of Prowlarr.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Indexer {
    /// Its number, which stays when it is renamed.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// What it lists.
    pub protocol: Protocol,
    /// Whether Prowlarr uses it.
    pub enabled: bool,
    /// Who may use it.
    pub privacy: Privacy,
}

/// One download through Prowlarr, ours included.
#[derive(Debug, Clone)]
pub struct ProwlarrRow {
    /// The row's number, 0 if it has none.
    pub id: i64,
    /// When; 1970 if that cannot be read.
    pub date: Ts,
    /// Which indexer.
    pub indexer_id: i64,
    /// What Prowlarr thinks: a redirect counts as a success, unseen.
    pub successful: bool,
    /// The program that asked, by the first word of its user agent; `Prowlarr` is its own search page.
    pub source: String,
    /// The machine that asked.
    pub host: String,
    /// The release's title, with `+` decoded to a space.
    pub grab_title: String,
    /// The tracker's own URL or a magnet link. It holds passkeys.
    pub url: Option<SecretString>,
    /// `Proxy` or `Redirect`.
    pub grab_method: String,
    /// Whether Prowlarr sent the release to a download client of its own: a grab, whoever asked for it.
    pub sent_to_client: bool,
    /// The indexer's name for the release, where the row has it. It may hold a passkey.
    pub guid: Option<SecretString>,
}

/// One search result.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// The indexer's name for the release: often a URL, which may hold a passkey.
    pub guid: Option<SecretString>,
    /// The release's title.
    pub title: String,
    /// Which indexer.
    pub indexer_id: i64,
    /// The indexer's name.
    pub indexer: String,
    /// Size in bytes, if known.
    pub size_bytes: Option<u64>,
    /// If the indexer lists it.
    pub info_hash: Option<Infohash>,
    /// A link through Prowlarr, with its key.
    pub download_url: Option<SecretString>,
    /// Also a link through Prowlarr, which redirects to a magnet link.
    pub magnet_url: Option<SecretString>,
    /// How it is downloaded.
    pub protocol: Protocol,
    /// When the indexer published it.
    pub published: Option<Ts>,
}

/// A link through our configured Prowlarr.
#[derive(Debug, Clone)]
pub struct Rewritten {
    /// Which indexer it downloads from.
    pub indexer_id: i64,
    /// The link, with our key.
    pub url: SecretString,
}

/// A client of Prowlarr.
pub struct ProwlarrClient {
    upstream: Upstream,
}

impl ProwlarrClient {
    /// A client of the Prowlarr that the options describe.
    pub fn new(
        http: Http,
        options: UpstreamOptions,
        observer: Arc<dyn Observer>,
    ) -> Result<Self, InvalidUpstream> {
        if options.kind != AppKind::Prowlarr {
            return Err(InvalidUpstream::Kind);
        }
        Ok(Self { upstream: Upstream::new(http, options, observer)? })
    }

    /// Which Prowlarr this is.
    pub fn options(&self) -> &UpstreamOptions {
        self.upstream.options()
    }

    /// How far its clock is ahead of ours, in milliseconds, as its last answer said.
    pub fn ahead_millis(&self) -> i64 {
        self.upstream.ahead_millis()
    }

    /// Its webhooks.
    pub const fn webhooks(&self) -> Webhooks<'_> {
        Webhooks::new(&self.upstream, "api/v1")
    }

    /// Its circuit.
    pub fn circuit(&self) -> &Arc<Circuit> {
        self.upstream.circuit()
    }

    /// Who answers.
    pub async fn status(&self) -> Result<SystemStatus, ApiError> {
        self.upstream.status("api/v1/system/status").await
    }

    /// Every indexer.
    pub async fn indexers(&self) -> Result<Vec<Indexer>, ApiError> {
        self.list("indexers", "api/v1/indexer", &[], indexer).await
    }

    /// The downloads at or after a moment, oldest first.
    pub async fn history_since(&self, since: Ts) -> Result<Vec<ProwlarrRow>, ApiError> {
        let date = since.minus(Duration::from_secs(1)).rfc3339_seconds();
        let query = [("date", date.as_str()), ("eventType", GRABBED)];
        self.list("history", "api/v1/history/since", &query, row).await
    }

    /// Until when Prowlarr leaves this indexer alone, if it does.
    pub async fn blocked_until(&self, indexer_id: i64) -> Result<Option<Ts>, ApiError> {
        let read = |record: &Record| Some((record.int("indexerId"), date(record.text("disabledTill"))?));
        let blocks = self.list("indexers", "api/v1/indexerstatus", &[], read).await?;
        Ok(blocks.into_iter().filter(|(id, _)| *id == indexer_id).map(|(_, until)| until).max())
    }

    /// Searches one indexer by text. Without `limit`, Prowlarr asks the tracker for nothing. An empty answer proves nothing: Prowlarr leaves out what failed. A search that
    /// timed out is not repeated, since it has cost the indexer its query.
    pub async fn search(&self, query: &str, indexer_id: i64) -> Result<Vec<Candidate>, ApiError> {
        let indexer_id = indexer_id.to_string();
        let query = [
            ("query", query),
            ("indexerIds", indexer_id.as_str()),
            ("type", "search"),
            ("limit", "100"),
            ("offset", "0"),
        ];
        let request = Request {
            limit_bytes: LIST_LIMIT_BYTES,
            timeout: self.options().timeout.max(SEARCH_TIMEOUT),
            retry_timeouts: false,
            ..self.upstream.request("search", "api/v1/search", &query)
        };
        let found = self.upstream.get(&request, &|body| record::parse_list(body, MAX_ROWS, candidate)).await;
        found.map_err(|error| match error.fault {
            Fault::Refused(400) => ApiError { fault: Fault::IndexerUnavailable, ..error },
            _ => error,
        })
    }

    /// Turns a link through some Prowlarr, under whatever origin, base path and key the app that searched knew it,
    /// into one through ours. `None` if it is no such link.
    pub fn rewrite(&self, link: &SecretString) -> Result<Option<Rewritten>, UnreadableLink> {
        let options = self.options();
        let rewritten = recognise(link)?.map(|found| Rewritten {
            indexer_id: found.indexer_id,
            url: found.through(&options.base_url, options.api_key.expose_secret()),
        });
        Ok(rewritten)
    }

    async fn list<T>(
        &self,
        operation: &'static str,
        path: &str,
        query: &[(&str, &str)],
        row: impl Fn(&Record) -> Option<T> + Sync,
    ) -> Result<Vec<T>, ApiError> {
        let request =
            Request { limit_bytes: LIST_LIMIT_BYTES, ..self.upstream.request(operation, path, query) };
        self.upstream.get(&request, &|body| record::parse_list(body, MAX_ROWS, &row)).await
    }
}

fn short(text: Option<String>) -> String {
    text.map(|text| clean(&text, MAX_TEXT_CHARS)).unwrap_or_default()
}

fn protocol(record: &Record) -> Protocol {
    record.text("protocol").map_or(Protocol::Unknown, |text| Protocol::parse(&text))
}

fn date(text: Option<String>) -> Option<Ts> {
    text.and_then(|text| Ts::parse_upstream(&text))
}

fn indexer(record: &Record) -> Option<Indexer> {
    let privacy = match record.text("privacy").unwrap_or_default().to_ascii_lowercase().as_str() {
        "public" => Privacy::Public,
        "semiprivate" => Privacy::SemiPrivate,
        "private" => Privacy::Private,
        _ => Privacy::Unknown,
    };
    let id = record.int("id");
    (id != 0).then(|| Indexer {
        id,
        name: short(record.text("name")),
        protocol: protocol(record),
        enabled: record.is_true("enable"),
        privacy,
    })
}

fn row(record: &Record) -> Option<ProwlarrRow> {
    // Only asked-for events come, unless an old version does not know the filter.
    let event = record.text("eventType")?;
    if event != GRABBED && !event.eq_ignore_ascii_case("releaseGrabbed") {
        return None;
    }
    Some(ProwlarrRow {
        id: record.int("id"),
        date: date(record.text("date")).unwrap_or_default(),
        indexer_id: record.int("indexerId"),
        successful: record.is_true("successful"),
        source: short(record.data("source")),
        host: short(record.data("host")),
        grab_title: short(record.data("grabTitle").or_else(|| record.data("title"))),
        url: record.data("url").map(SecretString::from),
        grab_method: short(record.data("grabMethod")),
        sent_to_client: record.data("downloadClient").is_some(),
        guid: record.data("guid").map(SecretString::from),
    })
}

fn candidate(record: &Record) -> Option<Candidate> {
    let secret = |key| record.text(key).map(SecretString::from);
    Some(Candidate {
        guid: secret("guid"),
        title: record.text("title").map(|title| clean(&title, MAX_TEXT_CHARS))?,
        indexer_id: record.int("indexerId"),
        indexer: short(record.text("indexer")),
        size_bytes: record.text("size").and_then(|text| size_bytes(&text)),
        info_hash: record.text("infoHash").and_then(|text| text.parse().ok()),
        download_url: secret("downloadUrl"),
        magnet_url: secret("magnetUrl"),
        protocol: protocol(record),
        published: date(record.text("publishDate")).filter(|ts| *ts > Ts::MIN),
    })
}
