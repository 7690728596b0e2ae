//! The rows of the apps' histories.
//!
//! Owns: what differs between the kinds of app, and what a row means. Must not know: how rows are asked for.

use secrecy::SecretString;

use crate::domain::app::AppKind;
use crate::domain::infohash::Infohash;
use crate::domain::text::clean;
use crate::domain::time::Ts;
use crate::upstream::record::Record;
use crate::upstream::release::{Protocol, size_bytes};

/// Titles and the like are cut to this many characters.
const MAX_TEXT_CHARS: usize = 1000;

/// What differs between the kinds.
#[derive(Debug, Clone, Copy)]
pub(super) struct Profile {
    pub(super) api: &'static str,
    /// The number of `grabbed`, which every version takes as a filter; names are refused by some.
    pub(super) grabbed: &'static str,
    /// The fields that name what was grabbed, whichever is there: Whisparr is a fork of Sonarr or of Radarr.
    pub(super) subject: &'static [&'static str],
    /// The fields that name the part of it that the row is about.
    pub(super) part: &'static [&'static str],
}

impl Profile {
    pub(super) const fn from_kind(kind: AppKind) -> Option<Self> {
        let (api, subject, part): (_, &'static [_], &'static [_]) = match kind {
            AppKind::Radarr => ("api/v3", &["movieId"], &[]),
            AppKind::Sonarr => ("api/v3", &["seriesId"], &["episodeId"]),
            AppKind::Whisparr => ("api/v3", &["seriesId", "movieId"], &["episodeId"]),
            AppKind::Lidarr => ("api/v1", &["artistId"], &["albumId"]),
            AppKind::Readarr => ("api/v1", &["authorId"], &["bookId"]),
            AppKind::Prowlarr => return None,
        };
        Some(Self { api, grabbed: "1", subject, part })
    }

    /// Reads a row of this kind of app.
    pub(super) fn row(&self, record: &Record) -> HistoryRow {
        let first_id =
            |keys: &[&str]| keys.iter().map(|key| record.int(key)).find(|id| *id != 0).unwrap_or(0);
        let short = |text: String| clean(&text, MAX_TEXT_CHARS);
        let download_id = record.text("downloadId").map(short);
        HistoryRow {
            id: record.int("id"),
            date: record.text("date").and_then(|text| Ts::parse_upstream(&text)).unwrap_or_default(),
            event: match record.text("eventType") {
                Some(event) if event == self.grabbed || event.eq_ignore_ascii_case("grabbed") => {
                    HistoryEvent::Grabbed
                }
                _ => HistoryEvent::Other,
            },
            source_title: record.text("sourceTitle").map(short).unwrap_or_default(),
            data: grab_data(record, download_id.as_deref()),
            download_id,
            subject_id: first_id(self.subject),
            part_id: first_id(self.part),
        }
    }
}

/// What a row reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HistoryEvent {
    /// The app sent a release to a download client.
    Grabbed,
    /// Anything else.
    Other,
}

/// One row of history. Several rows may be about one grab: one per episode, album or book.
#[derive(Debug, Clone)]
pub struct HistoryRow {
    /// The row's number in the app, 0 if it has none. A restored backup gives numbers out again.
    pub id: i64,
    /// When it happened; 1970 if that cannot be read.
    pub date: Ts,
    /// What it reports.
    pub event: HistoryEvent,
    /// The release's title.
    pub source_title: String,
    /// What the download client calls the download: often the infohash, never surely.
    pub download_id: Option<String>,
    /// What a grab says of its release.
    pub data: GrabData,
    /// The film, series, artist or author; 0 if not said.
    pub subject_id: i64,
    /// The episode, album or book; 0 if not said.
    pub part_id: i64,
}

/// What a `grabbed` row says of its release.
#[derive(Debug, Clone)]
pub struct GrabData {
    /// The indexer's name in this app.
    pub indexer: Option<String>,
    /// The exact URL that the app fetched. It holds keys.
    pub download_url: Option<SecretString>,
    /// The indexer's name for the release: often a URL, which may hold a passkey.
    pub guid: Option<SecretString>,
    /// As the app computed it from the file, or as the indexer claimed; else the download id of a torrent client.
    pub info_hash: Option<Infohash>,
    /// Size of the release in bytes, if known.
    pub size_bytes: Option<u64>,
    /// How it is downloaded.
    pub protocol: Protocol,
    /// The release group.
    pub release_group: Option<String>,
    /// When the indexer published it. Some apps mistake the zone: right to the day, not to the hour.
    pub published: Option<Ts>,
}

fn grab_data(record: &Record, download_id: Option<&str>) -> GrabData {
    let short = |text: String| clean(&text, MAX_TEXT_CHARS);
    let secret = |key| record.data(key).map(SecretString::from);
    let protocol = record.data("protocol").map_or(Protocol::Unknown, |text| Protocol::parse(&text));
    // Usenet clients have ids of their own, which may look like hashes.
    let from_client = download_id.filter(|_| protocol == Protocol::Torrent);
    let told = record.data("torrentInfoHash").and_then(|text| text.parse().ok());
    GrabData {
        indexer: record.data("indexer").map(short),
        download_url: secret("downloadUrl"),
        guid: secret("guid"),
        info_hash: told.or_else(|| from_client?.parse().ok()),
        size_bytes: record.data("size").and_then(|text| size_bytes(&text)),
        protocol,
        release_group: record.data("releaseGroup").map(short),
        published: record
            .data("publishedDate")
            .and_then(|text| Ts::parse_upstream(&text))
            .filter(|ts| *ts > Ts::MIN),
    }
}
