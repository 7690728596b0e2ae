//! The simulated tracker: the site that the torrents come from, and the announce that clients call.
//!
//! It knows releases by number and nothing of Prowlarr. Every link needs the passkey.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use super::answers::{self, Place};
use super::faults::{Caller, Target};
use super::query::Query;
use super::release::{Delivery, PASSKEY, Release, ReleaseId};
use super::shared::Shared;
use super::torrents::Bencode;

/// By this header the simulated Prowlarr says for whom it asks, so that faults can spare the apps.
pub(crate) const ON_BEHALF: &str = "x-demo-on-behalf";

/// The tracker's routes.
pub(crate) fn routes(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/download/{id}", get(download))
        .route("/details/{id}", get(details))
        .route("/announce", get(announce))
        .with_state(shared)
}

async fn download(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<u64>,
    RawQuery(query): RawQuery,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    let id = ReleaseId(id);
    shared.count(|counters| *counters.tracker_downloads.entry(id).or_default() += 1);
    if !has_passkey(query.as_deref()) {
        return answers::page(StatusCode::FORBIDDEN, "Access denied");
    }
    let Some(release) = shared.release(id) else { return answers::page(StatusCode::NOT_FOUND, "Not found") };
    let caller = if headers.contains_key(ON_BEHALF) { Caller::SimulatedApp } else { Caller::Outside };
    let asked = uri.to_string();
    let place = Place { now: shared.clock.now(), below_api: false, asked: &asked, release: Some(&release) };
    let Some(fault) = shared.faults.take(&[Target::Tracker(id)], caller) else { return serve(&release) };
    match answers::instead(fault, place) {
        Some(answer) => answer,
        None => answers::spoil(fault, serve(&release)).await,
    }
}

fn serve(release: &Release) -> Response {
    match release.delivery {
        Delivery::Torrent => answers::torrent(&release.title, release.torrent.metainfo.clone()),
        Delivery::Magnet => answers::moved(&release.magnet()),
        Delivery::Usenet => {
            let nzb = "<?xml version=\"1.0\"?><nzb xmlns=\"http://www.newzbin.com/DTD/2003/nzb\"></nzb>";
            ([(header::CONTENT_TYPE, "application/x-nzb")], nzb).into_response()
        }
    }
}

async fn details(State(shared): State<Arc<Shared>>, Path(id): Path<u64>) -> Response {
    match shared.release(ReleaseId(id)) {
        Some(release) => answers::page(StatusCode::OK, &release.title),
        None => answers::page(StatusCode::NOT_FOUND, "Not found"),
    }
}

/// BEP 3's tracker answer with nobody in it: a client that has the data becomes a seed and waits.
async fn announce(State(shared): State<Arc<Shared>>, RawQuery(query): RawQuery) -> Response {
    let query = query.unwrap_or_default();
    let hash = raw_parameter(&query, "info_hash").map(percent_decoded).unwrap_or_default();
    let hash = hex::encode(hash);
    // A v2 hash is announced cut to 20 bytes (BEP 52).
    let is_it =
        |known: &Option<String>| known.as_deref().is_some_and(|known| known.get(..40) == Some(hash.as_str()));
    let known = shared
        .releases()
        .into_iter()
        .find(|release| is_it(&release.torrent.v1) || is_it(&release.torrent.v2));
    let refusal = match &known {
        _ if !has_passkey(Some(&query)) => Some("passkey unknown"),
        None => Some("torrent unknown"),
        Some(_) => None,
    };
    shared.count(|counters| match known {
        Some(release) => *counters.announces.entry(release.id).or_default() += 1,
        None => counters.unknown_announces += 1,
    });
    let answer = match refusal {
        Some(reason) => Bencode::dict([("failure reason", Bencode::text(reason))]),
        None => Bencode::dict([
            ("complete", Bencode::Int(1)),
            ("incomplete", Bencode::Int(0)),
            ("interval", Bencode::Int(1800)),
            ("peers", Bencode::text("")),
        ]),
    };
    ([(header::CONTENT_TYPE, "text/plain")], answer.encode()).into_response()
}

fn has_passkey(query: Option<&str>) -> bool {
    Query::parse(query.unwrap_or_default()).first("passkey") == Some(PASSKEY)
}

fn raw_parameter<'a>(query: &'a str, name: &str) -> Option<&'a str> {
    query
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value)
}

/// Percent-decoding to bytes: an infohash is no UTF-8 text.
fn percent_decoded(text: &str) -> Vec<u8> {
    let mut bytes = text.bytes();
    let mut decoded = Vec::new();
    while let Some(byte) = bytes.next() {
        if byte != b'%' {
            decoded.push(byte);
            continue;
        }
        let digits = [bytes.next().unwrap_or(b'0'), bytes.next().unwrap_or(b'0')];
        decoded.extend(hex::decode(digits).unwrap_or_default());
    }
    decoded
}
