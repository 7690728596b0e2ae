//! Why a call to an app's API failed. Bodies, URLs and keys are never part of it.

use std::time::Duration;

use super::http::BodyError;
use super::policy::AddressRefused;
use super::retry::Transient;
use super::transport::TransportFault;
use crate::domain::app::AppKind;
use crate::domain::reason::Reason;

/// What went wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The circuit is open: the call was not made.
    #[error("not asked: it failed repeatedly a short while ago")]
    CircuitOpen,
    /// The exchange failed before it gave a whole answer.
    #[error(transparent)]
    Transport(#[from] TransportFault),
    /// 401 or 403.
    #[error("the API key is refused")]
    KeyRefused,
    /// 404 or 405: the URL or its base path is wrong, or the app is too old for the route.
    #[error("there is no such route")]
    NotFound,
    /// 429 or 425.
    #[error("too many requests")]
    RateLimited,
    /// Another answer that is no success: 4xx, or what is not expected of an API.
    #[error("refused with status {0}")]
    Refused(u16),
    /// 5xx or 408; 503 while the app starts.
    #[error("server error, status {0}")]
    ServerError(u16),
    /// Prowlarr says that the indexer asked for is disabled or blocked.
    #[error("the indexer is unavailable")]
    IndexerUnavailable,
    /// A redirect that is not the app adding its own base path.
    #[error("redirected to another place")]
    Redirected,
    /// The answer is larger than the limit.
    #[error("the answer is larger than the limit")]
    TooLarge,
    /// The answer is not the JSON that was asked for.
    #[error("the answer is not what the API promises")]
    BadAnswer,
}

impl From<BodyError> for Fault {
    fn from(error: BodyError) -> Self {
        match error {
            BodyError::TooLarge => Self::TooLarge,
            BodyError::Transport(fault) => Self::Transport(fault),
        }
    }
}

impl From<AddressRefused> for Fault {
    fn from(_: AddressRefused) -> Self {
        Self::Transport(TransportFault::AddressRefused)
    }
}

/// A failed call to an app's API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{kind}: {fault}")]
pub struct ApiError {
    /// Which program was asked.
    pub kind: AppKind,
    /// What went wrong.
    pub fault: Fault,
    /// The wait that the upstream asked for, or that the open circuit imposes.
    pub retry_after: Option<Duration>,
}

impl ApiError {
    /// What it means for the grab that needed the answer.
    pub const fn reason(&self) -> Reason {
        let prowlarr = matches!(self.kind, AppKind::Prowlarr);
        match self.fault {
            Fault::Transport(TransportFault::AddressRefused) => Reason::AddressRefused,
            Fault::Transport(TransportFault::Tls) => Reason::TlsFailed,
            Fault::KeyRefused if prowlarr => Reason::ProwlarrKeyRefused,
            Fault::RateLimited => Reason::RateLimited,
            Fault::IndexerUnavailable => Reason::IndexerError,
            _ if prowlarr => Reason::ProwlarrUnavailable,
            _ => Reason::AppUnavailable,
        }
    }

    /// The wait that the upstream asked for, or that the open circuit imposes.
    pub const fn retry_after(&self) -> Option<Duration> {
        self.retry_after
    }

    /// The word for metrics and logs: one of a closed set.
    pub const fn outcome(&self) -> &'static str {
        self.fault.outcome()
    }
}

impl Fault {
    /// The word for metrics and logs: one of a closed set.
    pub const fn outcome(self) -> &'static str {
        match self {
            Self::CircuitOpen => "circuit_open",
            Self::Transport(fault) => fault.outcome(),
            Self::KeyRefused | Self::NotFound | Self::RateLimited | Self::IndexerUnavailable => "status_4xx",
            Self::Refused(status) if status / 100 == 4 => "status_4xx",
            Self::Refused(_) => "status_other",
            Self::ServerError(_) => "status_5xx",
            Self::Redirected => "status_3xx",
            Self::TooLarge => "too_large",
            Self::BadAnswer => "bad_answer",
        }
    }

    /// The sentence for the person, in the catalogues; [`Self::status`] is its variable.
    pub const fn text_id(self) -> &'static str {
        match self {
            Self::CircuitOpen => "upstream-circuit-open",
            Self::Transport(TransportFault::AddressRefused) => "upstream-address-refused",
            Self::Transport(TransportFault::Tls) => "upstream-tls-failed",
            Self::Transport(TransportFault::Unreachable) => "upstream-unreachable",
            Self::Transport(TransportFault::TimedOut) => "upstream-timed-out",
            Self::Transport(TransportFault::Broken) => "upstream-broken",
            Self::Transport(TransportFault::Malformed) | Self::BadAnswer => "upstream-bad-answer",
            Self::KeyRefused => "upstream-key-refused",
            Self::NotFound => "upstream-not-found",
            Self::RateLimited => "upstream-rate-limited",
            Self::Refused(_) => "upstream-refused",
            Self::ServerError(_) => "upstream-server-error",
            Self::IndexerUnavailable => "upstream-indexer-unavailable",
            Self::Redirected => "upstream-redirected",
            Self::TooLarge => "upstream-too-large",
        }
    }

    /// The status of the answer, where the sentence names it.
    pub const fn status(self) -> Option<u16> {
        match self {
            Self::Refused(status) | Self::ServerError(status) => Some(status),
            _ => None,
        }
    }

    /// Whether the upstream itself seems to be down, which is what circuits count.
    pub const fn is_outage(self) -> bool {
        matches!(self, Self::Transport(_) | Self::ServerError(_))
    }
}

impl TransportFault {
    /// The word for metrics and logs: one of a closed set.
    pub const fn outcome(self) -> &'static str {
        match self {
            Self::AddressRefused => "address_refused",
            Self::Tls => "tls",
            Self::Unreachable => "connect",
            Self::TimedOut => "timeout",
            Self::Broken => "broken",
            Self::Malformed => "bad_answer",
        }
    }

    /// Whether the same exchange may succeed soon.
    pub const fn is_transient(self) -> bool {
        matches!(self, Self::Unreachable | Self::TimedOut | Self::Broken)
    }
}

impl Transient for ApiError {
    fn is_transient(&self) -> bool {
        match self.fault {
            Fault::Transport(fault) => fault.is_transient(),
            Fault::RateLimited | Fault::ServerError(_) => true,
            _ => false,
        }
    }

    fn retry_after(&self) -> Option<Duration> {
        self.retry_after
    }

    fn outcome(&self) -> &'static str {
        self.fault.outcome()
    }
}
