//! The downloader against servers that behave and servers that do not.

mod addresses;
mod answers;
mod bodies;
mod hostile;
mod prowlarr;
mod redirects;
mod tls;

use std::sync::Arc;
use std::time::Duration;

use grabfeed::domain::reason::Reason;
use grabfeed::fetch::download::{DownloadError, DownloadLimits, Downloaded, Downloader, Link, Via};
use grabfeed::upstream::http::Http;
use grabfeed::upstream::observe::NoObserver;

use crate::support::raw_http::RawServer;
use crate::support::upstreams::{http, retry_at_once};

/// A torrent as far as the downloader looks.
const TORRENT: &[u8] = b"d4:infod4:name1:aee";

/// Bounds that keep a test short.
const LIMITS: DownloadLimits =
    DownloadLimits { max_size_bytes: 64 << 10, total: Duration::from_secs(10), idle: Duration::from_secs(5) };

fn link(url: &str, via: Via) -> Link {
    Link { url: url.into(), via }
}

async fn fetch_with(
    http: Http,
    url: &str,
    via: Via,
    limits: DownloadLimits,
) -> Result<Downloaded, DownloadError> {
    Downloader::new(http, retry_at_once(), Arc::new(NoObserver)).fetch(&link(url, via), &limits).await
}

/// Fetches from a server that the settings name.
async fn fetch(server: &RawServer, via: Via) -> Result<Downloaded, DownloadError> {
    let url = server.url("/4/download?apikey=test-key&link=QUJD&file=A");
    fetch_with(http(&[&url]), &url, via, LIMITS).await
}

/// The outcome in one word: `torrent`, `magnet`, or the reason's code.
fn word(outcome: &Result<Downloaded, DownloadError>) -> &'static str {
    match outcome {
        Ok(Downloaded::Torrent(_)) => "torrent",
        Ok(Downloaded::Magnet(_)) => "magnet",
        Err(error) => error.reason.code(),
    }
}

/// What one answer leads to, asked for directly; it must not be asked for twice.
async fn outcome_of(answer: Vec<u8>) -> &'static str {
    let server = RawServer::always(answer).await;
    let outcome = fetch(&server, Via::Direct).await;
    assert_eq!(server.asked(), 1, "a download is tried once");
    word(&outcome)
}

fn code(reason: Reason) -> &'static str {
    reason.code()
}
