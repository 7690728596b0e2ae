//! `GET /api/v1/search` of the simulated Prowlarr: a bare array, with new links each time.
//!
//! An indexer that is blocked or disabled is silently missing, so an empty answer proves nothing.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::{Indexer, Prowlarr};
use crate::answers::{self, Place};
use crate::counters::Counters;
use crate::faults::{Caller, Target};
use crate::query::Query;
use crate::release::{Delivery, Release};
use grabfeed_domain::time::Ts;

pub(super) async fn search(
    State(prowlarr): State<Arc<Prowlarr>>,
    RawQuery(query): RawQuery,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    prowlarr.shared.count(|counters| counters.searches += 1);
    let query = Query::parse(&query.unwrap_or_default());
    let right = || prowlarr.found(&query, &headers);
    let Some(fault) = prowlarr.shared.faults.take(&[Target::Search], Caller::Outside) else { return right() };
    let asked = uri.to_string();
    let place = Place { now: prowlarr.shared.clock.now(), below_api: true, asked: &asked, release: None };
    match answers::instead(fault, place) {
        Some(answer) => answer,
        None => answers::spoil(fault, right()).await,
    }
}

impl Prowlarr {
    fn found(&self, query: &Query, headers: &HeaderMap) -> Response {
        let chosen = match query.numbers("indexerIds") {
            Ok(chosen) => chosen,
            Err(bad) => return bad.into_response(),
        };
        let now = self.shared.clock.now();
        let is_chosen =
            |indexer: &&Indexer| chosen.is_empty() || chosen.contains(&-2) || chosen.contains(&indexer.id);
        let available: Vec<&Indexer> = self
            .indexers
            .iter()
            .filter(is_chosen)
            .filter(|indexer| indexer.enabled() && indexer.blocked(now).is_none())
            .collect();
        if available.is_empty() {
            let message = "Search failed due to all selected indexers being unavailable";
            return answers::api_error(StatusCode::BAD_REQUEST, message);
        }
        let words = query.first("query").unwrap_or_default();
        // The origin of a link is the one by which the searcher reached Prowlarr.
        let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or("localhost:9696");
        let origin = format!("http://{host}");
        let mut resources = Vec::new();
        for indexer in available {
            let before = resources.len();
            let of_indexer =
                |release: &&Arc<Release>| release.indexer_id == indexer.id && matches(words, &release.title);
            let releases = self.shared.releases();
            resources.extend(
                releases.iter().filter(of_indexer).map(|release| self.resource(release, &origin, now)),
            );
            self.shared.count(|counters| Counters::bump(&mut counters.indexer_queries, &indexer.name));
            self.record_query(indexer, words, resources.len() - before);
        }
        answers::api(StatusCode::OK, &resources)
    }

    fn resource(&self, release: &Release, origin: &str, now: Ts) -> Value {
        let minutes = now.since(release.published).as_secs() / 60;
        let link = self.link_from(origin, release);
        let mut resource = json!({
            "guid": release.details_url(), "age": minutes / 1440, "ageHours": minutes / 60, "ageMinutes": minutes,
            "size": release.torrent.content_bytes(), "files": release.torrent.files.len(), "grabs": 3,
            "indexerId": release.indexer_id, "indexer": release.indexer, "title": release.title,
            "sortTitle": release.title.to_lowercase(), "imdbId": 0, "tmdbId": 0, "tvdbId": 0, "tvMazeId": 0,
            "publishDate": release.published.rfc3339_seconds(), "infoUrl": release.details_url(),
            "indexerFlags": ["freeleech"], "categories": [{ "id": 8000, "name": "Other", "subCategories": [] }],
            "seeders": 5, "leechers": 1, "fileName": format!("{}.torrent", release.title),
            "protocol": if release.delivery == Delivery::Usenet { "usenet" } else { "torrent" },
        });
        // Both are links of the proxy; neither is a tracker's link or a `magnet:`.
        let key = if release.delivery == Delivery::Magnet { "magnetUrl" } else { "downloadUrl" };
        resource[key] = link.into();
        if release.lists_infohash {
            resource["infoHash"] = release.torrent.infohash().into();
        }
        resource
    }
}

/// Whether every word of the query is in the title, as most indexers search.
fn matches(query: &str, title: &str) -> bool {
    let words = |text: &str| -> Vec<String> {
        let parts = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
        parts.map(str::to_lowercase).collect()
    };
    let title = words(title);
    words(query).iter().all(|word| title.contains(word))
}
