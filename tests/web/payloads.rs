//! What the six apps send when they grab, field for field as their sources write it; titles are invented.

use serde_json::{Value, json};

/// The release that every payload is about.
pub(super) const RELEASE: &str = "Le.Phare.Immobile.2024.1080p.WEB-DL.DDP5.1.H.264-GRP";
const DOWNLOAD_ID: &str = "0123456789ABCDEF0123456789ABCDEF01234567";

/// App and body of each app's Grab webhook.
pub(super) fn grabs() -> Vec<(&'static str, Value)> {
    let of_a_film = json!({
        "movie": { "id": 42, "title": "Le Phare immobile", "year": 2024, "releaseDate": "9999-12-31",
            "folderPath": "/films/Le Phare immobile (2024)", "tmdbId": 123_456, "imdbId": "tt1234567", "genres": [],
            "images": [{ "coverType": "poster", "url": "/MediaCover/42/poster.jpg" }], "tags": ["seed"],
            "originalLanguage": { "id": 2, "name": "French" } },
        "remoteMovie": { "tmdbId": 123_456, "imdbId": "tt1234567", "title": "Le Phare immobile", "year": 2024 },
        "release": release(json!({ "languages": [{ "id": 2, "name": "French" }], "indexerFlags": ["G_Freeleech"] })),
        "customFormatInfo": { "customFormats": [{ "id": 3, "name": "WEB Tier 01" }], "customFormatScore": 10 },
    });
    let of_a_season = json!({
        "series": { "id": 7, "title": "Brumeval", "titleSlug": "brumeval", "path": "/series/Brumeval", "tvdbId": 100_001,
            "tvMazeId": 0, "tmdbId": 0, "imdbId": "tt7654321", "type": "standard", "year": 2019, "tags": [] },
        "episodes": [
            { "id": 901, "episodeNumber": 1, "seasonNumber": 2, "title": "Un", "airDateUtc": "2024-01-06T02:00:00Z" },
            { "id": 902, "episodeNumber": 2, "seasonNumber": 2, "title": "Deux", "seriesId": 7, "tvdbId": 200_002 }],
        "release": release(json!({})),
        "customFormatInfo": { "customFormats": [], "customFormatScore": 0 },
    });
    let of_an_album = json!({
        "artist": { "id": 5, "name": "Orchestre des Confins", "path": "/musique/Orchestre", "mbId": "0-0", "type": "Group" },
        "albums": [{ "id": 51, "mbId": "0-1", "title": "Marées d'encre", "releaseDate": "2023-01-01T00:00:00Z" }],
        "release": release(json!({})),
    });
    let of_a_book = json!({
        "author": { "id": 3, "name": "Autrice", "path": "/livres/Autrice", "goodreadsId": "1" },
        "books": [{ "id": 31, "goodreadsId": "2", "title": "Livre", "edition": { "goodreadsId": "3" } }],
        "release": release(json!({})),
    });
    let of_a_scene = json!({
        "series": { "id": 9, "title": "Site", "titleSlug": "site", "path": "/w/Site", "tvdbId": 9 },
        "episodes": [{ "id": 1, "seasonNumber": 2024, "title": "Un" }],
        "release": release(json!({})),
    });
    let of_a_search = json!({
        "release": { "releaseTitle": RELEASE, "indexer": "Alpha", "categories": [], "genres": [], "indexerFlags": [],
            "publishDate": "0001-01-01T00:00:00Z" },
        "trigger": "manual", "source": "Prowlarr", "host": "bureau",
    });
    [
        ("radarr", "Radarr", of_a_film),
        ("sonarr", "Sonarr", of_a_season),
        ("lidarr", "Lidarr", of_an_album),
        ("readarr", "Readarr", of_a_book),
        ("whisparr", "Whisparr", of_a_scene),
        ("prowlarr", "Prowlarr", of_a_search),
    ]
    .map(|(app, instance, body)| (app, with_base(body, instance)))
    .into()
}

/// Radarr's Grab of this title.
pub(super) fn radarr_grab(title: &str) -> Value {
    let mut body = grabs().remove(0).1;
    body["release"]["releaseTitle"] = title.into();
    body["downloadId"] = format!("{:X}", crc(title)).repeat(5).into();
    body
}

fn crc(text: &str) -> u32 {
    crc32fast::hash(text.as_bytes()) | 0x1000_0000
}

fn release(more: Value) -> Value {
    let mut release = json!({
        "quality": "WEBDL-1080p", "qualityVersion": 1, "releaseGroup": "GRP", "releaseTitle": RELEASE,
        "indexer": "Alpha (Prowlarr)", "size": 6_442_450_944_u64, "customFormatScore": 10, "customFormats": [],
    });
    merge(&mut release, more);
    release
}

fn with_base(mut body: Value, instance: &str) -> Value {
    merge(
        &mut body,
        json!({ "downloadClient": "qbit main", "downloadClientType": "qBittorrent", "downloadId": DOWNLOAD_ID,
            "eventType": "Grab", "instanceName": instance, "applicationUrl": "" }),
    );
    body
}

fn merge(into: &mut Value, from: Value) {
    if let (Value::Object(into), Value::Object(from)) = (into, from) {
        into.extend(from);
    }
}
