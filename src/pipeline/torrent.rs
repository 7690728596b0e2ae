//! From a link to a torrent that may be stored: fetched, verified, and the one that the app grabbed.

use secrecy::ExposeSecret;

use super::deps::{Deps, Rules};
use super::tried::Tried;
use crate::domain::grab::Grab;
use crate::domain::infohash::Infohash;
use crate::domain::magnet::Magnet;
use crate::domain::reason::Reason;
use crate::domain::torrent::TorrentFacts;
use crate::fetch::download::{DownloadError, Downloaded, Link};
use crate::fetch::verify::{reason_of, verify};
use crate::store::{Ending, NewTorrent, TorrentBody};

/// Fetches a link and judges what came. A file that arrived before this process, or the one before it, could write it down is
/// not fetched again.
pub(super) async fn fetch(deps: &Deps, grab: &Grab, link: &Link) -> Tried {
    if let Some(arrived) = deps.arrived.find(grab.id, &link.url).await {
        let judged = judge(deps, grab, arrived).await;
        if matches!(judged.ending, Ending::Ready(_)) {
            return judged;
        }
    }
    match deps.downloader.fetch(link, &deps.rules.download).await {
        Ok(Downloaded::Torrent(bytes)) => {
            deps.metrics.downloaded(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
            deps.arrived.keep(grab.id, &link.url, &bytes).await;
            judge(deps, grab, bytes).await
        }
        Ok(Downloaded::Magnet(link)) => magnet(&deps.rules, grab, link.expose_secret()).into(),
        Err(error) => {
            let DownloadError { reason, retry_after, status, place } = error;
            let detail = match (&place, status) {
                (Some(place), _) => Some(serde_json::json!({ "place": place }).to_string()),
                (None, status) => status.map(|status| serde_json::json!({ "status": status }).to_string()),
            };
            Tried { ending: Ending::Failing { reason, retry_after, next: () }, detail, about: place }
        }
    }
}

async fn judge(deps: &Deps, grab: &Grab, bytes: bytes::Bytes) -> Tried {
    // Hashing 50 MiB takes a good part of a second, which belongs on no thread that serves requests.
    let body = bytes.clone();
    let Ok(verified) = tokio::task::spawn_blocking(move || verify(&body)).await else {
        return Reason::InvalidTorrent.into();
    };
    let facts = match verified {
        Ok(facts) => facts,
        Err(error) => {
            deps.metrics.torrent_rejected(reason_of(error));
            let detail = serde_json::json!({ "torrent": error.code() }).to_string();
            return Tried { detail: Some(detail), ..reason_of(error).into() };
        }
    };
    let Some(infohash) = facts.infohash() else { return Reason::InvalidTorrent.into() };
    if let Some(expected) = &grab.expected_infohash
        && deps.rules.strict_hash
        && !facts.has(expected)
    {
        deps.metrics.torrent_rejected(Reason::WrongInfohash);
        let detail =
            serde_json::json!({ "got": infohash.to_string(), "want": expected.to_string() }).to_string();
        return Tried { detail: Some(detail), ..Reason::WrongInfohash.into() };
    }
    let body = TorrentBody::File(bytes.to_vec());
    Ending::Ready(NewTorrent { infohash, facts, indexer: grab.indexer.clone(), body }).into()
}

/// A magnet link, kept if the settings allow it.
pub(super) fn magnet(rules: &Rules, grab: &Grab, link: &str) -> Ending<()> {
    if !rules.allow_magnets {
        return Ending::Skipped(Reason::MagnetOnly);
    }
    let Ok(magnet) = Magnet::parse(link) else { return Ending::failing(Reason::BadLink) };
    let facts = TorrentFacts {
        v1: magnet.v1(),
        v2: magnet.v2(),
        name: magnet.name.clone().unwrap_or_else(|| grab.title.clone()),
        total_bytes: grab.size_bytes.unwrap_or(0),
        file_count: 0,
        piece_length_bytes: 0,
        private: false,
    };
    let Some(infohash) = facts.infohash() else { return Ending::failing(Reason::BadLink) };
    let agrees = |expected: &Infohash| facts.has(expected);
    if rules.strict_hash && !grab.expected_infohash.as_ref().is_none_or(agrees) {
        return Ending::failing(Reason::WrongInfohash);
    }
    let body = TorrentBody::Magnet(link.to_owned());
    Ending::Ready(NewTorrent { infohash, facts, indexer: grab.indexer.clone(), body })
}
