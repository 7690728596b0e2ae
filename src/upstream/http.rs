//! The only HTTP clients of the program.
//!
//! reqwest's defaults leak: they forward custom headers and the full `Referer` to other hosts, and its errors print
//! URLs with keys. Here redirects, `Referer`, cookies and proxies from the environment are off, certificates are
//! checked everywhere but at the places that the person excepted, and every body is read with a limit on its decoded bytes.
//! Must not know: what is asked, or of whom.

use std::sync::Arc;
use std::time::Duration;

use reqwest::{Client, Method, RequestBuilder, Response};
use rustls::ClientConfig;
use rustls::pki_types::CertificateDer;
use url::Url;

use super::policy::{
    AddressPolicy, AddressRefused, Lookup, Places, PolicyResolver, check_literal, system_lookup,
};
use super::transport::TransportFault;
use super::trust;
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
    /// Configured places whose certificate is not checked.
    pub unchecked: Places,
    /// How names become addresses.
    pub lookup: Lookup,
    /// The current moment.
    pub now: Now,
}

impl HttpOptions {
    /// The system's resolver and trust, and 10 seconds to connect.
    pub fn new(policy: AddressPolicy, now: Now) -> Self {
        let connect_timeout = Duration::from_secs(10);
        let (extra_roots, unchecked) = (Vec::new(), Places::default());
        Self { policy, connect_timeout, extra_roots, unchecked, lookup: system_lookup(), now }
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
    /// For those among them whose certificate is not checked.
    unchecked: Client,
    /// For all others.
    elsewhere: Client,
    policy: Arc<AddressPolicy>,
    unchecked_places: Arc<Places>,
    now: Now,
}

impl Http {
    /// Builds the clients. Reads the system's certificates, so it is done once per settings, not per call.
    pub fn new(options: HttpOptions) -> Result<Self, HttpBuildError> {
        let HttpOptions { policy, connect_timeout, extra_roots, unchecked, lookup, now } = options;
        let build = |private_too, tls: ClientConfig| {
            let resolver = PolicyResolver { private_too, lookup: lookup.clone() };
            Client::builder()
                .tls_backend_preconfigured(tls)
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
        let checked = trust::checked(extra_roots).map_err(|_| HttpBuildError)?;
        Ok(Self {
            configured: build(true, checked.clone())?,
            unchecked: build(true, trust::unchecked().map_err(|_| HttpBuildError)?)?,
            elsewhere: build(false, checked)?,
            policy: Arc::new(policy),
            unchecked_places: Arc::new(unchecked),
            now,
        })
    }

    /// Begins a GET, if the policy allows the URL's address. A host name's addresses are judged when it connects.
    pub fn get(&self, url: Url) -> Result<RequestBuilder, AddressRefused> {
        self.request(Method::GET, url)
    }

    /// The same with any method.
    pub fn request(&self, method: Method, url: Url) -> Result<RequestBuilder, AddressRefused> {
        self.policy.check_literal(&url)?;
        // Each has its own connections: none that was made under one rule is used under another.
        let client = match (self.policy.is_configured(&url), self.unchecked_places.contain(&url)) {
            (false, _) => &self.elsewhere,
            (true, false) => &self.configured,
            (true, true) => &self.unchecked,
        };
        Ok(client.request(method, url))
    }

    /// Begins a GET of what a stranger names: places that the person configured are no more open to it than any other.
    pub fn get_for_stranger(&self, url: Url) -> Result<RequestBuilder, AddressRefused> {
        check_literal(&url, false)?;
        Ok(self.elsewhere.request(Method::GET, url))
    }

    /// Whether the person configured the URL's host and port.
    pub fn is_configured(&self, url: &Url) -> bool {
        self.policy.is_configured(url)
    }

    /// The current moment.
    pub fn now(&self) -> Ts {
        (self.now)()
    }
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

/// Reads a body of at most `limit_bytes` decoded bytes, which never grows beyond the limit.
pub async fn read_limited(mut response: Response, limit_bytes: usize) -> Result<Vec<u8>, BodyError> {
    let fits = |bytes: u64| usize::try_from(bytes).is_ok_and(|bytes| bytes <= limit_bytes);
    // What is announced too large is refused early; an announcement is not believed otherwise.
    if !response.content_length().is_none_or(fits) {
        return Err(BodyError::TooLarge);
    }
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| TransportFault::from_error(&error))? {
        if chunk.len() > limit_bytes - body.len() {
            return Err(BodyError::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_name_before_the_slash_is_letters_only() {
        let (name, version) = USER_AGENT.split_once('/').unwrap();
        assert!(name.bytes().all(|byte| byte.is_ascii_alphabetic()));
        assert!(!version.is_empty());
    }
}
