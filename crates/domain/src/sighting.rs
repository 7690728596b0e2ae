//! A sighting: one report that a grab happened, in the one form that every way in yields.

use std::fmt;

use secrecy::SecretString;

use super::app::{AppKind, AppName};
use super::infohash::Infohash;
use super::time::Ts;

/// The way by which a sighting came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Origin {
    /// The app called us.
    Webhook,
    /// We read the app's history.
    AppHistory,
    /// We read Prowlarr's history.
    ProwlarrHistory,
}

impl Origin {
    /// The name used in the database, the API and the metrics.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Webhook => "webhook",
            Self::AppHistory => "app_history",
            Self::ProwlarrHistory => "prowlarr_history",
        }
    }
}

/// How the release is transported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Protocol {
    /// BitTorrent.
    Torrent,
    /// Usenet: grabfeed has nothing to fetch.
    Usenet,
    /// The report does not say; webhooks never do.
    Unknown,
}

impl Protocol {
    /// The name used in the database and the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Torrent => "torrent",
            Self::Usenet => "usenet",
            Self::Unknown => "unknown",
        }
    }

    /// Reads a name, ours or Prowlarr's, or the number that the apps' histories have as text.
    pub fn parse(text: &str) -> Self {
        match text.to_ascii_lowercase().as_str() {
            "2" | "torrent" => Self::Torrent,
            "1" | "usenet" => Self::Usenet,
            _ => Self::Unknown,
        }
    }
}

/// Who asked Prowlarr for the download that a row of its history records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Requester {
    /// The product token of the caller's `User-Agent`, as an app kind where it is one.
    pub kind: Option<AppKind>,
    /// The caller's host, as Prowlarr resolved it; tells two apps of the same kind apart.
    pub host: String,
    /// Whether an app of that kind is polled by us, so that the grab will come from that app's own history.
    pub polled: bool,
    /// Whether it was ourselves, fetching a torrent.
    pub ourselves: bool,
    /// The program, if its downloads are no grabs: it only probes, or is an app that is not configured.
    pub foreign: Option<String>,
}

/// One report that a grab happened.
#[derive(Clone)]
pub struct Sighting {
    /// The app that reported it; for Prowlarr's history, Prowlarr.
    pub app: AppName,
    /// What the app is.
    pub kind: AppKind,
    /// The way it came in.
    pub origin: Origin,
    /// Unique among the sightings of this app and origin; the same report seen again has the same key.
    pub origin_key: String,
    /// When the app made the grab: the row's date, or the moment the webhook came in.
    pub grabbed_at: Ts,
    /// The release title.
    pub title: String,
    /// The indexer's name as the app gives it.
    pub indexer: Option<String>,
    /// Prowlarr's number of the indexer.
    pub prowlarr_indexer_id: Option<i64>,
    /// What the download client answered when the app added the release; often the infohash.
    pub download_id: Option<String>,
    /// The infohash that the app names.
    pub infohash: Option<Infohash>,
    /// How the release is transported.
    pub protocol: Protocol,
    /// Size of the content in bytes, where known.
    pub size_bytes: Option<u64>,
    /// The URL from which the app took the release. It holds keys.
    pub link: Option<SecretString>,
    /// For Prowlarr's history: who asked for the download.
    pub requester: Option<Requester>,
    /// What the indexer calls the release, as a hash, since it may hold a passkey.
    pub release_hash: Option<String>,
}

impl fmt::Debug for Sighting {
    /// Ids only: titles are the person's business and links hold keys.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sighting")
            .field("app", &self.app)
            .field("origin", &self.origin)
            .field("origin_key", &self.origin_key)
            .finish_non_exhaustive()
    }
}

impl Sighting {
    /// The download id in the form in which grabs keep and compare it. Apps write an infohash in either case.
    pub fn download_id_key(&self) -> Option<String> {
        let id = self.download_id.as_deref()?.trim();
        (!id.is_empty()).then(|| id.to_uppercase())
    }

    /// The infohash: the download id where it has the form of one and the release is not known to be for Usenet, since it
    /// is the client's; else what the app names, which may be no more than the indexer's claim.
    pub fn expected_infohash(&self) -> Option<Infohash> {
        let from_download_id = || {
            let id = self.download_id.as_deref()?.trim();
            (self.protocol != Protocol::Usenet).then(|| id.parse().ok()).flatten()
        };
        from_download_id().or(self.infohash)
    }
}
