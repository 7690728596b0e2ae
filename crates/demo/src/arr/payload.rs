//! The webhooks of each app: the Grab event and the Test event.
//!
//! After `Notifications/Webhook/*.cs`. No payload of a grab holds a URL, a guid, a protocol or an infohash field.

use serde_json::{Value, json};

use super::grabbed::Grabbed;
use super::profile::{Feature, Profile};
use super::rows::client;
use crate::release::Release;
use crate::webhook::Payload;
use grabfeed_domain::app::AppKind;

/// The Grab event: one for each grab, whatever the number of its parts.
pub(super) fn grab(kind: AppKind, profile: &Profile, grabbed: &Grabbed<'_>) -> Payload {
    let (client_type, client_name) = client(grabbed);
    let mut pairs = subject(kind, grabbed.release);
    pairs.push(("release", release(kind, profile, grabbed.release)));
    pairs.push(("downloadClient", client_name.into()));
    pairs.push(("downloadClientType", client_type.into()));
    if let Some(id) = &grabbed.download_id {
        pairs.push(("downloadId", id.as_str().into()));
    }
    if profile.has(Feature::CustomFormatInfo) {
        pairs.push(("customFormatInfo", json!({ "customFormats": [], "customFormatScore": 0 })));
    }
    pairs.extend(base(profile, "Grab"));
    Payload(pairs)
}

/// The event of a finished download that the app has taken over. Only Radarr and Sonarr name the download and its client.
pub(super) fn import(kind: AppKind, profile: &Profile, release: &Release, download_id: &str) -> Payload {
    let mut pairs = subject(kind, release);
    if matches!(kind, AppKind::Lidarr | AppKind::Readarr) {
        for (name, value) in &mut pairs {
            if let Value::Array(parts) = value {
                *name = if kind == AppKind::Lidarr { "album" } else { "book" };
                *value = parts.swap_remove(0);
            }
        }
    }
    if matches!(kind, AppKind::Radarr | AppKind::Sonarr) {
        pairs.push(("downloadClient", "qbit main".into()));
        pairs.push(("downloadClientType", "qBittorrent".into()));
        pairs.push(("downloadId", download_id.into()));
    }
    pairs.push(("isUpgrade", false.into()));
    pairs.extend(base(profile, "Download"));
    Payload(pairs)
}

/// The Test event; only Radarr's has a `release`.
pub(super) fn test(kind: AppKind, profile: &Profile) -> Payload {
    let mut pairs = match kind {
        AppKind::Radarr | AppKind::Prowlarr => vec![
            (
                "movie",
                json!({ "id": 1, "title": "Test Title", "year": 1970, "releaseDate": "1970-01-01",
                        "folderPath": "C:\\testpath", "tmdbId": 0, "tags": ["test-tag"] }),
            ),
            ("remoteMovie", json!({ "tmdbId": 1234, "imdbId": "5678", "title": "Test title", "year": 1970 })),
            (
                "release",
                json!({ "quality": "Test Quality", "qualityVersion": 1, "releaseGroup": "Test Group",
                        "releaseTitle": "Test Title", "indexer": "Test Indexer", "size": 9_999_999,
                        "customFormatScore": 0 }),
            ),
        ],
        AppKind::Sonarr | AppKind::Whisparr => vec![
            (
                "series",
                json!({ "id": 1, "title": "Test Title", "path": "C:\\testpath", "tvdbId": 1234, "tvMazeId": 0,
                        "tmdbId": 0, "type": "standard", "year": 0, "tags": ["test-tag"] }),
            ),
            (
                "episodes",
                json!([{ "id": 123, "episodeNumber": 1, "seasonNumber": 1, "title": "Test title", "seriesId": 0,
                         "tvdbId": 0 }]),
            ),
        ],
        AppKind::Lidarr => vec![
            (
                "artist",
                json!({ "id": 1, "name": "Test Name", "path": "C:\\testpath", "mbId": "aaaaa-aaa-aaaa-aaaaaa" }),
            ),
            ("albums", json!([{ "id": 123, "title": "Test title" }])),
        ],
        AppKind::Readarr => vec![
            (
                "author",
                json!({ "id": 1, "name": "Test Name", "path": "C:\\testpath", "goodreadsId": "aaaaa" }),
            ),
            ("books", json!([{ "id": 123, "title": "Test title" }])),
        ],
    };
    pairs.extend(base(profile, "Test"));
    Payload(pairs)
}

fn base(profile: &Profile, event: &str) -> Vec<(&'static str, Value)> {
    let mut pairs = vec![("eventType", event.into()), ("instanceName", profile.app_name.into())];
    if profile.has(Feature::ApplicationUrl) {
        pairs.push(("applicationUrl", "".into()));
    }
    pairs
}

fn release(kind: AppKind, profile: &Profile, release: &Release) -> Value {
    let mut json = json!({
        "quality": "WEBDL-1080p", "qualityVersion": 1, "releaseTitle": release.title,
        "indexer": format!("{} (Prowlarr)", release.indexer), "size": release.torrent.content_bytes(),
        "customFormatScore": 0, "customFormats": [],
    });
    if profile.has(Feature::Languages) && kind != AppKind::Whisparr {
        json["languages"] = json!([{ "id": 2, "name": "French" }]);
    }
    if kind == AppKind::Radarr {
        json["indexerFlags"] = json!(["G_Freeleech"]);
    }
    json
}

fn subject(kind: AppKind, release: &Release) -> Vec<(&'static str, Value)> {
    let id = release.id.0;
    let name = release.title.split(['.', '-']).take(2).collect::<Vec<_>>().join(" ").trim().to_owned();
    let parts = 1..=u64::from(release.parts.max(1));
    match kind {
        AppKind::Radarr | AppKind::Prowlarr => vec![
            (
                "movie",
                json!({ "id": id, "title": name, "year": 2024, "releaseDate": "2024-03-01",
                        "folderPath": format!("/movies/{name} (2024)"), "tmdbId": 900_000 + id,
                        "imdbId": format!("tt9{id:06}"), "overview": "", "genres": ["Drama"], "images": [],
                        "tags": [], "originalLanguage": { "id": 2, "name": "French" } }),
            ),
            (
                "remoteMovie",
                json!({ "tmdbId": 900_000 + id, "imdbId": format!("tt9{id:06}"), "title": name, "year": 2024 }),
            ),
        ],
        AppKind::Sonarr | AppKind::Whisparr => {
            let mut series = json!({ "id": id, "title": name, "titleSlug": format!("demo-{id}"),
                                     "path": format!("/tv/{name}"), "tvdbId": 800_000 + id });
            if kind == AppKind::Sonarr {
                let rest = json!({ "tvMazeId": 0, "tmdbId": 0, "type": "standard", "year": 2024, "genres": [],
                                   "images": [], "tags": [], "originalLanguage": { "id": 2, "name": "French" } });
                if let (Value::Object(series), Value::Object(rest)) = (&mut series, rest) {
                    series.extend(rest);
                }
            }
            let episode = |part: u64| {
                let mut episode = json!({
                    "id": id * 100 + part, "seasonNumber": 1, "title": format!("Partie {part}"),
                    "airDate": "2024-01-05", "airDateUtc": "2024-01-05T20:00:00Z", "seriesId": id,
                });
                if kind == AppKind::Sonarr {
                    episode["tvdbId"] = (700_000 + id * 100 + part).into();
                    episode["episodeNumber"] = part.into();
                }
                episode
            };
            vec![("series", series), ("episodes", parts.map(episode).collect())]
        }
        AppKind::Lidarr => {
            let album = |part: u64| {
                json!({ "id": id * 100 + part, "mbId": format!("00000000-0000-4000-8000-{:012}", id * 100 + part),
                        "title": format!("{name} {part}"), "disambiguation": "", "albumType": "Album",
                        "releaseDate": "2020-01-01T00:00:00Z", "genres": [], "images": [] })
            };
            let artist = json!({ "id": id, "name": name, "disambiguation": "", "path": format!("/music/{name}"),
                                 "mbId": format!("00000000-0000-4000-8000-{id:012}"), "type": "Group", "genres": [],
                                 "images": [], "tags": [] });
            vec![("artist", artist), ("albums", parts.map(album).collect())]
        }
        AppKind::Readarr => {
            let book = |part: u64| {
                json!({ "id": id * 100 + part, "goodreadsId": (id * 100 + part).to_string(),
                        "title": format!("{name} {part}"), "edition": { "title": name, "goodreadsId": part.to_string() },
                        "releaseDate": "2019-05-01T00:00:00Z" })
            };
            let author = json!({ "id": id, "name": name, "path": format!("/books/{name}"), "goodreadsId": id.to_string() });
            vec![("author", author), ("books", parts.map(book).collect())]
        }
    }
}
