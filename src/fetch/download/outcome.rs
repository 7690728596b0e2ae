//! What a download is asked for with, and what it comes to.

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use secrecy::SecretString;
use url::Url;

use crate::domain::reason::Reason;
use crate::upstream::retry::Transient;
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
pub struct DownloadLimits {
    /// The largest torrent in decoded bytes (`torrents.max_size_mb`).
    pub max_size_bytes: usize,
    /// From the first request to the last byte, redirects included.
    pub total: Duration,
    /// The longest silence: before the answer begins, and between two pieces of it.
    pub idle: Duration,
}

impl Default for DownloadLimits {
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
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct DownloadError {
    /// The reason, which also says whether to try again.
    pub reason: Reason,
    /// The wait that the upstream asked for.
    pub retry_after: Option<Duration>,
    /// The status of the last answer.
    pub status: Option<u16>,
    /// Scheme, host and port that the address policy refused, as the settings would write them.
    pub place: Option<String>,
}

impl DownloadError {
    pub(super) const fn new(reason: Reason) -> Self {
        Self { reason, retry_after: None, status: None, place: None }
    }

    pub(super) const fn at(reason: Reason, status: u16) -> Self {
        Self { reason, retry_after: None, status: Some(status), place: None }
    }

    /// The address policy refused where the URL leads.
    pub(super) fn refused(url: &Url) -> Self {
        let port = url.port_or_known_default().unwrap_or_default();
        let place = url.host_str().map(|host| format!("{}://{host}:{port}", url.scheme()));
        Self { place, ..Self::new(Reason::AddressRefused) }
    }

    /// The reason for a failed exchange. A tracker that cannot be reached is another matter than our Prowlarr.
    pub(super) const fn transport(fault: TransportFault, via: Via) -> Self {
        Self::new(match fault {
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
