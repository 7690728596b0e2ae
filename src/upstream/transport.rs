//! Why an exchange failed before it gave a whole answer, told apart without keeping the library's error, whose text
//! holds URLs with keys.
//!
//! Must not know: what the exchange was for.

use std::error::Error;
use std::io::{self, ErrorKind};

use super::policy::AddressRefused;

/// Why an exchange failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TransportFault {
    /// The address policy refused every address of the host.
    #[error("the address is not allowed by the settings")]
    AddressRefused,
    /// The certificate or the handshake is bad.
    #[error("the TLS handshake failed")]
    Tls,
    /// No connection: refused, unreachable, no such name, or none in time. The upstream saw nothing of the request.
    #[error("no connection could be made")]
    Unreachable,
    /// Connected, but the answer did not come in time.
    #[error("the answer did not come in time")]
    TimedOut,
    /// The connection broke before the end of the answer.
    #[error("the connection broke")]
    Broken,
    /// The answer breaks HTTP or its own encoding.
    #[error("the answer is not valid HTTP")]
    Malformed,
}

impl TransportFault {
    /// What went wrong, from the library's chain of errors.
    pub fn from_error(error: &reqwest::Error) -> Self {
        if chain(error).any(<dyn Error>::is::<AddressRefused>) {
            Self::AddressRefused
        } else if chain(error).any(<dyn Error>::is::<rustls::Error>) {
            Self::Tls
        } else if error.is_connect() {
            Self::Unreachable
        } else if error.is_timeout() {
            Self::TimedOut
        } else if chain(error).any(is_malformed) {
            Self::Malformed
        } else {
            Self::Broken
        }
    }
}

fn is_malformed(cause: &(dyn Error + 'static)) -> bool {
    let broken_encoding =
        |error: &io::Error| matches!(error.kind(), ErrorKind::InvalidData | ErrorKind::InvalidInput);
    cause.downcast_ref::<hyper::Error>().is_some_and(hyper::Error::is_parse)
        || cause.downcast_ref::<io::Error>().is_some_and(broken_encoding)
}

/// The error and its causes. `io::Error` hides the error it wraps from `source`, so it is opened here; the depth is
/// bounded because a chain is no more than a handful of libraries.
fn chain<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    const DEEPEST: usize = 16;
    let cause = |error: &&'a (dyn Error + 'static)| {
        let error: &'a (dyn Error + 'static) = *error;
        match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
            Some(inner) => Some(inner as &(dyn Error + 'static)),
            None => error.source(),
        }
    };
    std::iter::successors(Some(error), cause).take(DEEPEST)
}
