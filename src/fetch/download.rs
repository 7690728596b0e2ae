//! Downloading what a link leads to, once.
//!
//! A failed download through Prowlarr makes Prowlarr block that indexer for the whole household, so nothing is
//! repeated here, except what Prowlarr answered without asking the indexer: a refused connection, or that it is
//! still starting. Redirects are followed by hand, each hop under the address policy; no key and no `Referer` is sent
//! anywhere. Owns: the way from a link to bytes or a reason. Must not know: bencode, the schedule, the database.

mod answer;
mod body;
mod redirect;
mod spool;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use reqwest::Response;
use reqwest::header::ACCEPT;
use secrecy::{ExposeSecret, SecretString};
use tokio::time::{Instant, timeout};
use url::Url;

use self::redirect::Trail;
use crate::domain::reason::Reason;
use crate::upstream::circuit::Circuit;
use crate::upstream::http::Http;
use crate::upstream::observe::{Exchange, Observer};
use crate::upstream::retry::{RetryPolicy, Transient};
use crate::upstream::transport::TransportFault;

/// A link to fetch, and who answers it first.
#[derive(Clone)]
pub struct Link {
    /// An http(s) URL or a magnet link. It holds keys.
    pub url: SecretString,
    /// Who answers it first.
    pub via: Via,
}

/// Who answers a link first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Via {
    /// Our configured Prowlarr, as `ProwlarrClient::rewrite` made the link.
    Prowlarr,
    /// A tracker, or a proxy such as Jackett.
    Direct,
}

/// The bounds of one download.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// The largest torrent in decoded bytes (`torrents.max_size_mb`).
    pub max_size_bytes: usize,
    /// From the first request to the last byte, redirects included.
    pub total: Duration,
    /// The longest silence: before the answer begins, and between two pieces of it.
    pub idle: Duration,
}

impl Default for Limits {
    /// 50 MiB. Prowlarr gives its indexers 100 seconds and two for each request it holds back, so it gets a little more.
    fn default() -> Self {
        let (total, idle) = (Duration::from_mins(3), Duration::from_mins(2));
        Self { max_size_bytes: 50 << 20, total, idle }
    }
}

/// What a link led to.
pub enum Downloaded {
    /// Bytes that begin like a torrent; nothing else was checked.
    Torrent(Bytes),
    /// A magnet link, as written by the tracker. It may hold a passkey.
    Magnet(SecretString),
}

impl fmt::Debug for Downloaded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Torrent(bytes) => write!(f, "Torrent({} bytes)", bytes.len()),
            Self::Magnet(_) => f.write_str("Magnet"),
        }
    }
}

/// Why a link gave nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct DownloadError {
    /// The reason, which also says whether to try again.
    pub reason: Reason,
    /// The wait that the upstream asked for.
    pub retry_after: Option<Duration>,
    /// The status of the last answer.
    pub status: Option<u16>,
}

impl DownloadError {
    const fn of(reason: Reason) -> Self {
        Self { reason, retry_after: None, status: None }
    }

    const fn at(reason: Reason, status: u16) -> Self {
        Self { reason, retry_after: None, status: Some(status) }
    }

    /// The reason for a failed exchange. A tracker that cannot be reached is another matter than our Prowlarr.
    const fn transport(fault: TransportFault, via: Via) -> Self {
        Self::of(match fault {
            TransportFault::AddressRefused => Reason::AddressRefused,
            TransportFault::Tls => Reason::TlsFailed,
            TransportFault::Unreachable => match via {
                Via::Prowlarr => Reason::ProwlarrUnavailable,
                Via::Direct => Reason::ConnectionFailed,
            },
            TransportFault::TimedOut => Reason::TimedOut,
            TransportFault::Broken => Reason::ConnectionFailed,
            TransportFault::Malformed => Reason::BadAnswer,
        })
    }
}

/// What is left of the retries for a download: Prowlarr itself did not answer, so no indexer was asked.
impl Transient for DownloadError {
    fn is_transient(&self) -> bool {
        self.reason == Reason::ProwlarrUnavailable
    }

    fn retry_after(&self) -> Option<Duration> {
        self.retry_after
    }

    fn outcome(&self) -> &'static str {
        self.reason.code()
    }
}

/// Downloads links.
pub struct Downloader {
    http: Http,
    retry: RetryPolicy,
    prowlarr: Option<Arc<Circuit>>,
    observer: Arc<dyn Observer>,
}

impl Downloader {
    /// A downloader; `retry` is for a Prowlarr that cannot be reached.
    pub fn new(http: Http, retry: RetryPolicy, observer: Arc<dyn Observer>) -> Self {
        Self { http, retry, prowlarr: None, observer }
    }

    /// Shares the circuit of the API's client, so that a Prowlarr that is down is not asked once per due download.
    #[must_use]
    pub fn with_prowlarr_circuit(self, circuit: Arc<Circuit>) -> Self {
        Self { prowlarr: Some(circuit), ..self }
    }

    /// Fetches what the link leads to.
    pub async fn fetch(&self, link: &Link, limits: &Limits) -> Result<Downloaded, DownloadError> {
        let started = Instant::now();
        let fetched = timeout(limits.total, self.follow(link, limits))
            .await
            .unwrap_or(Err(DownloadError::of(Reason::TimedOut)));
        self.observer.exchanged(&Exchange {
            upstream: match link.via {
                Via::Prowlarr => "prowlarr",
                Via::Direct => "direct",
            },
            operation: "download",
            outcome: fetched.as_ref().map_or_else(|error| error.reason.code(), |_| "ok"),
            elapsed: started.elapsed(),
        });
        fetched
    }

    async fn follow(&self, link: &Link, limits: &Limits) -> Result<Downloaded, DownloadError> {
        let text = link.url.expose_secret().trim();
        if redirect::is_magnet(text) {
            return redirect::magnet(text);
        }
        let mut trail = Trail::starting_at(text)?;
        let mut response = self.first(trail.current(), link.via, limits).await?;
        let mut via = link.via;
        while answer::is_redirect(response.status()) {
            match trail.next(&response)? {
                redirect::Target::Magnet(magnet) => return Ok(magnet),
                redirect::Target::Url(url) => {
                    // What comes after the first hop is the tracker's, whoever sent us there.
                    via = Via::Direct;
                    drop(response);
                    response = self.send(url, via, limits).await?;
                }
            }
        }
        answer::read(response, via, self.http.now(), limits).await
    }

    async fn first(&self, url: Url, via: Via, limits: &Limits) -> Result<Response, DownloadError> {
        if via == Via::Direct {
            return self.send(url, via, limits).await;
        }
        if let Some(Err(wait)) = self.prowlarr.as_ref().map(|circuit| circuit.admit(Instant::now())) {
            let unavailable = DownloadError::of(Reason::ProwlarrUnavailable);
            return Err(DownloadError { retry_after: Some(wait), ..unavailable });
        }
        let ask = || async {
            let response = self.send(url.clone(), via, limits).await?;
            answer::check_prowlarr_is_up(&response, self.http.now())?;
            Ok(response)
        };
        let answer: Result<_, DownloadError> = self.retry.run("prowlarr", "download", ask).await;
        match (&self.prowlarr, &answer) {
            (Some(circuit), Ok(_)) => _ = circuit.succeeded(),
            (Some(circuit), Err(error)) if error.is_transient() => _ = circuit.failed(Instant::now()),
            // A download that came to nothing may be the indexer's fault: it says nothing of Prowlarr.
            _ => {}
        }
        answer
    }

    async fn send(&self, url: Url, via: Via, limits: &Limits) -> Result<Response, DownloadError> {
        let request = self.http.get(url).map_err(|_| DownloadError::of(Reason::AddressRefused))?;
        let sending = timeout(limits.idle, request.header(ACCEPT, "*/*").send());
        let sent = sending.await.map_err(|_| DownloadError::of(Reason::TimedOut))?;
        sent.map_err(|error| DownloadError::transport(TransportFault::of(&error), via))
    }
}
