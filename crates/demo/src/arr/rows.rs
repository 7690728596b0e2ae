//! The history rows of a grab, field by field as each app writes them.
//!
//! After `HistoryService.cs` and `HistoryResource.cs`. Values inside `data` are text or null; `downloadClient` is the
//! client's type here and its name in webhooks.

use serde_json::{Map, Value, json};

use super::grabbed::Grabbed;
use super::profile::{Feature, Profile};
use crate::release::{Delivery, Release};
use grabfeed_domain::app::AppKind;
use grabfeed_domain::time::Ts;

/// The rows of one grab: several for a pack in the apps that write one for each part.
pub(super) fn rows(
    kind: AppKind,
    profile: &Profile,
    grabbed: &Grabbed<'_>,
    at: Ts,
) -> Vec<Map<String, Value>> {
    let parts = if profile.has(Feature::RowPerPart) { grabbed.release.parts.max(1) } else { 1 };
    (1..=u64::from(parts)).map(|part| row(kind, profile, grabbed, at, part)).collect()
}

fn row(kind: AppKind, profile: &Profile, grabbed: &Grabbed<'_>, at: Ts, part: u64) -> Map<String, Value> {
    let mut row = about(kind, profile, grabbed.release, part);
    if let Some(id) = &grabbed.download_id {
        row.insert("downloadId".to_owned(), id.as_str().into());
    }
    row.insert("data".to_owned(), data(kind, profile, grabbed, at));
    row
}

/// What the rows of every event say of a part of a release.
pub(super) fn about(kind: AppKind, profile: &Profile, release: &Release, part: u64) -> Map<String, Value> {
    let subject = release.id.0;
    let item = subject * 100 + part;
    let mut row = match kind {
        AppKind::Radarr | AppKind::Prowlarr => json!({ "movieId": subject }),
        AppKind::Sonarr | AppKind::Whisparr => json!({ "episodeId": item, "seriesId": subject }),
        AppKind::Lidarr => json!({ "albumId": item, "artistId": subject, "trackId": 0 }),
        AppKind::Readarr => json!({ "bookId": item, "authorId": subject }),
    };
    row["sourceTitle"] = release.title.as_str().into();
    if profile.has(Feature::Languages) {
        row["languages"] = json!([{ "id": 2, "name": "French" }]);
    }
    let mut quality = json!({ "id": 3, "name": "WEBDL-1080p" });
    if !matches!(kind, AppKind::Lidarr | AppKind::Readarr) {
        (quality["source"], quality["resolution"]) = ("webdl".into(), 1080.into());
    }
    if kind == AppKind::Radarr {
        quality["modifier"] = "none".into();
    }
    row["quality"] = json!({
        "quality": quality,
        "revision": { "version": 1, "real": 0, "isRepack": false },
    });
    row["customFormats"] = json!([]);
    row["customFormatScore"] = 0.into();
    row["qualityCutoffNotMet"] = false.into();
    if let Value::Object(row) = row { row } else { Map::new() }
}

fn data(kind: AppKind, profile: &Profile, grabbed: &Grabbed<'_>, at: Ts) -> Value {
    let release = grabbed.release;
    let minutes = at.since(release.published).as_secs() / 60;
    let usenet = release.delivery == Delivery::Usenet;
    let mut data = json!({
        "indexer": format!("{} (Prowlarr)", release.indexer),
        "nzbInfoUrl": release.details_url(),
        "releaseGroup": release.title.rsplit_once('-').map(|(_, group)| group),
        "age": (minutes / 1440).to_string(),
        "ageHours": format!("{}.{:02}", minutes / 60, minutes % 60 * 100 / 60),
        "ageMinutes": format!("{minutes}.1"),
        "publishedDate": release.published.rfc3339_seconds(),
        "downloadClient": client(grabbed).0,
        "size": release.torrent.content_bytes().to_string(),
        "downloadUrl": grabbed.download_url,
        "guid": guid(kind, release),
        "protocol": if usenet { "1" } else { "2" },
        "customFormatScore": "0",
        "releaseSource": "Rss",
    });
    if profile.has(Feature::ClientNameInRows) {
        data["downloadClientName"] = client(grabbed).1.into();
    }
    let extra = match kind {
        AppKind::Radarr | AppKind::Prowlarr => json!({
            "tmdbId": "0", "imdbId": "0", "movieMatchType": "Title", "indexerFlags": "G_Freeleech", "indexerId": "9",
        }),
        AppKind::Sonarr => json!({
            "tvdbId": "0", "tvRageId": "0", "imdbId": null, "seriesMatchType": "Title", "releaseType": if release.parts > 1 { "SeasonPack" } else { "SingleEpisode" },
            "indexerFlags": "Freeleech",
        }),
        AppKind::Whisparr => json!({ "tvdbId": "0", "seriesMatchType": "Title" }),
        AppKind::Lidarr => json!({ "downloadForced": "False", "indexerFlags": "0" }),
        AppKind::Readarr => json!({ "downloadForced": "False", "indexerFlags": "0", "releaseGroup": null }),
    };
    if let (Value::Object(data), Value::Object(extra)) = (&mut data, extra) {
        data.extend(extra);
    }
    if !usenet {
        let known =
            grabbed.options.info_hash && (profile.has(Feature::InfohashFromFile) || release.lists_infohash);
        data["torrentInfoHash"] = match kind {
            // It never looks into the file, and writes nothing for nothing.
            AppKind::Whisparr if !release.lists_infohash => "".into(),
            _ if known => release.infohash_upper().into(),
            _ => Value::Null,
        };
    }
    data
}

/// Lidarr puts its number of the indexer in front.
fn guid(kind: AppKind, release: &Release) -> String {
    let guid = release.details_url();
    if kind == AppKind::Lidarr { format!("9_{guid}") } else { guid }
}

/// The type of the download client and the user's name for it.
pub(super) fn client(grabbed: &Grabbed<'_>) -> (&'static str, &'static str) {
    match grabbed.release.delivery {
        Delivery::Usenet => ("SABnzbd", "sab"),
        _ if grabbed.options.blackhole => ("Torrent Blackhole", "watch dir"),
        _ => ("qBittorrent", "qbit main"),
    }
}
