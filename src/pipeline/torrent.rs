//! From a link to a torrent that may be stored: fetched, verified, and the one that the app grabbed.

use secrecy::ExposeSecret;

use super::deps::{Deps, Rules};
use crate::domain::grab::Grab;
use crate::domain::infohash::Infohash;
use crate::domain::magnet::Magnet;
use crate::domain::reason::Reason;
use crate::domain::torrent::TorrentFacts;
use crate::fetch::download::{Downloaded, Link};
use crate::fetch::verify::{reason_of, verify};
use crate::store::{Ending, NewTorrent, TorrentBody};

/// Fetches a link and judges what came. The second value is detail for the timeline.
pub(super) async fn fetch(deps: &Deps, grab: &Grab, link: &Link) -> (Ending<()>, Option<String>) {
    match deps.downloader.fetch(link, &deps.rules.download).await {
        Ok(Downloaded::Torrent(bytes)) => {
            deps.metrics.downloaded(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
            judge(deps, grab, bytes).await
        }
        Ok(Downloaded::Magnet(link)) => (magnet(&deps.rules, grab, link.expose_secret()), None),
        Err(error) => {
            let detail = error.status.map(|status| serde_json::json!({ "status": status }).to_string());
            (Ending::Failing { reason: error.reason, retry_after: error.retry_after, next: () }, detail)
        }
    }
}

async fn judge(deps: &Deps, grab: &Grab, bytes: bytes::Bytes) -> (Ending<()>, Option<String>) {
    // Hashing 50 MiB takes a good part of a second, which belongs on no thread that serves requests.
    let body = bytes.clone();
    let Ok(verified) = tokio::task::spawn_blocking(move || verify(&body)).await else {
        return (Ending::failing(Reason::InvalidTorrent), None);
    };
    let facts = match verified {
        Ok(facts) => facts,
        Err(error) => {
            deps.metrics.torrent_rejected(reason_of(error));
            let detail = serde_json::json!({ "torrent": error.code() }).to_string();
            return (Ending::failing(reason_of(error)), Some(detail));
        }
    };
    let Some(infohash) = facts.infohash() else { return (Ending::failing(Reason::InvalidTorrent), None) };
    if let Some(expected) = &grab.expected_infohash
        && deps.rules.strict_hash
        && !facts.has(expected)
    {
        deps.metrics.torrent_rejected(Reason::WrongInfohash);
        let detail =
            serde_json::json!({ "got": infohash.to_string(), "want": expected.to_string() }).to_string();
        return (Ending::failing(Reason::WrongInfohash), Some(detail));
    }
    let body = TorrentBody::File(bytes.to_vec());
    (Ending::Ready(NewTorrent { infohash, facts, indexer: grab.indexer.clone(), body }), None)
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
