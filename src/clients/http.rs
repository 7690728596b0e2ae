//! The only HTTP clients of the program.
//!
//! reqwest's defaults leak: they forward custom headers and the full `Referer` to other hosts, and its errors print
//! URLs with keys. Here redirects, `Referer`, cookies and proxies from the environment are off, certificates are
//! always checked, and every body is read with a limit on its decoded bytes.
//! Must not know: what is asked, or of whom.

use std::sync::Arc;
use std::time::Duration;

use reqwest::{Client, RequestBuilder, Response};
use rustls::pki_types::CertificateDer;
use rustls::{ClientConfig, RootCertStore};
use url::Url;

use super::policy::{AddressPolicy, AddressRefused, Lookup, PolicyResolver, system_lookup};
use super::transport::TransportFault;
use crate::domain::time::Ts;

/// What our requests call themselves. Prowlarr records the part before the slash as the source of a grab, if it is
/// letters only, and intake recognises our own downloads by it.
pub const USER_AGENT: &str = concat!("Grabfeed/", env!("CARGO_PKG_VERSION"));

/// The current moment, as the composition root knows it.
pub type Now = Arc<dyn Fn() -> Ts + Send + Sync>;

/// How to build the clients.
#[derive(Clone)]
pub struct HttpOptions {
    /// Which private hosts may be reached.
    pub policy: AddressPolicy,
    /// For the name, the connection and the TLS handshake together.
    pub connect_timeout: Duration,
    /// Authorities trusted besides the public ones and the system's.
    pub extra_roots: Vec<CertificateDer<'static>>,
    /// How names become addresses.
    pub lookup: Lookup,
    /// The current moment.
    pub now: Now,
}

impl HttpOptions {
    /// The system's resolver and trust, and 10 seconds to connect.
    pub fn new(policy: AddressPolicy, now: Now) -> Self {
        let connect_timeout = Duration::from_secs(10);
        Self { policy, connect_timeout, extra_roots: Vec::new(), lookup: system_lookup(), now }
    }
}

/// The HTTP clients cannot be built.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the TLS library cannot be set up")]
pub struct HttpBuildError;

/// The HTTP clients; cloning shares their connections.
#[derive(Clone)]
pub struct Http {
    /// For configured hosts: private addresses allowed.
    configured: Client,
    /// For all others.
    elsewhere: Client,
    policy: Arc<AddressPolicy>,
    now: Now,
}

impl Http {
    /// Builds the clients. Reads the system's certificates, so it is done once per settings, not per call.
    pub fn new(options: HttpOptions) -> Result<Self, HttpBuildError> {
        let HttpOptions { policy, connect_timeout, extra_roots, lookup, now } = options;
        let tls = tls_config(extra_roots)?;
        let build = |private_too| {
            let resolver = PolicyResolver { private_too, lookup: lookup.clone() };
            Client::builder()
                .tls_backend_preconfigured(tls.clone())
                .dns_resolver(resolver)
                .user_agent(USER_AGENT)
                .redirect(reqwest::redirect::Policy::none())
                .retry(reqwest::retry::never())
                .referer(false)
                .no_proxy()
                .connect_timeout(connect_timeout)
                .pool_idle_timeout(Duration::from_secs(30))
                .pool_max_idle_per_host(4)
                .build()
                .map_err(|_| HttpBuildError)
        };
        Ok(Self { configured: build(true)?, elsewhere: build(false)?, policy: Arc::new(policy), now })
    }

    /// Begins a GET, if the policy allows the URL's address. A host name's addresses are judged when it connects.
    pub fn get(&self, url: Url) -> Result<RequestBuilder, AddressRefused> {
        self.policy.check_literal(&url)?;
        let client = if self.policy.is_configured(&url) { &self.configured } else { &self.elsewhere };
        Ok(client.get(url))
    }

    /// The current moment.
    pub fn now(&self) -> Ts {
        (self.now)()
    }
}

fn tls_config(extra_roots: Vec<CertificateDer<'static>>) -> Result<ClientConfig, HttpBuildError> {
    let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    // The system's store may be absent (an empty container) or hold what cannot be read: the rest still counts.
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    roots.add_parsable_certificates(extra_roots);
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let versions = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    Ok(versions.map_err(|_| HttpBuildError)?.with_root_certificates(roots).with_no_client_auth())
}

/// Why a body was not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BodyError {
    /// It is larger than the limit, announced or found.
    #[error("the answer is larger than the limit")]
    TooLarge,
    /// The connection failed.
    #[error(transparent)]
    Transport(#[from] TransportFault),
}

/// Reads a body of at most `limit_bytes` decoded bytes. The buffer never grows beyond the limit.
pub async fn read_limited(mut response: Response, limit_bytes: usize) -> Result<Vec<u8>, BodyError> {
    let mut body = LimitedBody::new(limit_bytes);
    body.expect(response.content_length())?;
    while let Some(chunk) = response.chunk().await.map_err(|error| TransportFault::of(&error))? {
        body.push(&chunk)?;
    }
    Ok(body.into_bytes())
}

/// Bytes that arrive in chunks and never exceed a limit.
///
/// They are kept in pieces: a single buffer that doubles would take up to three times the limit while it moves.
#[derive(Debug)]
pub struct LimitedBody {
    full: Vec<Vec<u8>>,
    last: Vec<u8>,
    len: usize,
    limit_bytes: usize,
}

/// The size of a piece; most bodies fit into one.
const PIECE_BYTES: usize = 1 << 20;

impl LimitedBody {
    /// Nothing yet.
    pub const fn new(limit_bytes: usize) -> Self {
        Self { full: Vec::new(), last: Vec::new(), len: 0, limit_bytes }
    }

    /// Refuses early what is announced too large. The announcement is not believed otherwise.
    pub fn expect(&self, announced_bytes: Option<u64>) -> Result<(), BodyError> {
        let fits = |bytes| usize::try_from(bytes).is_ok_and(|bytes| bytes <= self.limit_bytes);
        if announced_bytes.is_none_or(fits) { Ok(()) } else { Err(BodyError::TooLarge) }
    }

    /// Appends a chunk.
    pub fn push(&mut self, mut chunk: &[u8]) -> Result<(), BodyError> {
        let needed = self.len.saturating_add(chunk.len());
        if needed > self.limit_bytes {
            return Err(BodyError::TooLarge);
        }
        self.len = needed;
        while !chunk.is_empty() {
            if self.last.len() == PIECE_BYTES {
                let next = Vec::with_capacity(PIECE_BYTES);
                self.full.push(std::mem::replace(&mut self.last, next));
            }
            let (now, later) = chunk.split_at(chunk.len().min(PIECE_BYTES - self.last.len()));
            self.last.extend_from_slice(now);
            chunk = later;
        }
        Ok(())
    }

    /// How many bytes arrived so far.
    pub const fn len(&self) -> usize {
        self.len
    }

    /// Whether nothing arrived so far.
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The first of them, up to a mebibyte.
    pub fn beginning(&self) -> &[u8] {
        self.full.first().unwrap_or(&self.last)
    }

    /// All that arrived.
    pub fn into_bytes(self) -> Vec<u8> {
        if self.full.is_empty() {
            return self.last;
        }
        let mut whole = Vec::with_capacity(self.len);
        for piece in self.full.into_iter().chain([self.last]) {
            whole.extend_from_slice(&piece);
        }
        whole
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_keeps_its_bytes_and_its_limit() {
        let mut body = LimitedBody::new(10);
        for chunk in ["abc", "", "defg"] {
            body.push(chunk.as_bytes()).unwrap();
        }
        assert_eq!(body.push(b"hijk"), Err(BodyError::TooLarge));
        body.push(b"hij").unwrap();
        assert_eq!(body.into_bytes(), b"abcdefghij");
    }

    #[test]
    fn a_body_of_several_pieces_is_whole_again() {
        let sent: Vec<u8> = (0..=250_u8).cycle().take(PIECE_BYTES * 3).collect();
        let mut body = LimitedBody::new(sent.len());
        for chunk in sent.chunks(70_001) {
            body.push(chunk).unwrap();
        }
        assert_eq!((body.len(), body.beginning()), (sent.len(), &sent[..PIECE_BYTES]));
        assert!(body.into_bytes() == sent);
    }

    #[test]
    fn an_announcement_above_the_limit_is_refused() {
        let body = LimitedBody::new(10);
        assert_eq!(body.expect(Some(11)), Err(BodyError::TooLarge));
        assert_eq!(body.expect(Some(u64::MAX)), Err(BodyError::TooLarge));
        assert_eq!(body.expect(Some(10)), Ok(()));
        assert_eq!(body.expect(None), Ok(()));
    }

    #[test]
    fn our_name_before_the_slash_is_letters_only() {
        let (name, version) = USER_AGENT.split_once('/').unwrap();
        assert!(name.bytes().all(|byte| byte.is_ascii_alphabetic()));
        assert!(!version.is_empty());
    }
}
