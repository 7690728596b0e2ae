//! From where a request comes: the first thing that is found out of each.
//!
//! Owns: the client's address, the scheme and the host that it asked for, as far as they may be believed, and what is
//! refused whatever its route: a host that cannot be ours, a key in the query. All of it is found anew for each request
//! from its own headers and the settings; nothing is shared between requests. Must not know: routes, but for probes.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::extract::{FromRequestParts, Request, State};
use axum::http::{HeaderMap, Uri, header, request::Parts};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tracing::warn;

use crate::auth::source::Source;
use crate::auth::token::Token;
use crate::publish::links::BaseUrl;
use crate::web::WebState;
use crate::web::middleware::forwarded::{self, Said};
use crate::web::middleware::host::{AllowedHosts, Host};
use crate::web::problem::{Code, Problem};
use crate::web::state::ArrivalRules;

/// The other end of the connection, which the listener writes into every request.
#[derive(Debug, Clone, Copy)]
pub struct Peer(pub SocketAddr);

/// Who asks, as far as it may be believed. Handlers take it as an argument.
#[derive(Debug, Clone)]
pub struct Caller {
    /// The address of whoever asks: the other end of the connection, or what a trusted proxy says of it.
    pub address: IpAddr,
    /// Whether it came over HTTPS to a trusted proxy, or to the host of a public address that is HTTPS.
    pub https: bool,
    /// The host that was asked for; `None` only where nobody asks for it, as for health probes.
    pub host: Option<Host>,
    /// Whether the other end of the connection is a trusted proxy.
    pub by_trusted_proxy: bool,
}

impl Caller {
    /// Where it calls from, for throttling and the log.
    pub const fn source(&self) -> Source {
        Source(self.address)
    }

    /// The origin of our own pages, as this client's browser writes it.
    pub fn origin(&self) -> Option<String> {
        self.host.as_ref().map(|host| host.origin(self.https))
    }
}

impl WebState {
    /// Where this caller reaches us: the base of the URLs that its answer holds.
    pub fn base_for(&self, caller: &Caller) -> Result<BaseUrl, Problem> {
        self.base.for_origin(caller.origin().as_deref())
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Problem> {
        parts.extensions.get::<Self>().cloned().ok_or(Problem::new(Code::Internal))
    }
}

/// The paths of health probes, below the URL base.
pub const PROBES: [&str; 4] = ["/ping", "/health", "/health/live", "/health/ready"];

/// Why a request is not for us.
#[derive(Debug, Clone, PartialEq, Eq)]
enum HostFault {
    /// No host, two, or none that can be one (RFC 9112 section 3.2).
    Malformed,
    /// It is not one of ours.
    NotOurs(Host),
}

/// Goes around everything else: finds out who asks, for the log and for the headers of every answer.
pub async fn identify(State(state): State<WebState>, mut request: Request, next: Next) -> Response {
    let peer =
        request.extensions().get::<Peer>().map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.0.ip());
    let (caller, fault) = state.arrival.find(peer.to_canonical(), request.uri(), request.headers());
    if !caller.by_trusted_proxy
        && forwarded::is_there(request.headers())
        && state.deps.untrusted_proxies.note(peer.to_canonical(), state.clock().now())
    {
        warn!(event = "web.proxy-not-trusted", address = %peer.to_canonical());
    }
    request.extensions_mut().insert(caller);
    if let Some(fault) = fault {
        request.extensions_mut().insert(fault);
    }
    next.run(request).await
}

/// Refuses what is not for us, whatever its route.
pub async fn refuse_foreign(State(state): State<WebState>, request: Request, next: Next) -> Response {
    // A probe asks by whatever address it found us under, and learns nothing that is worth a guard.
    let fault = request.extensions().get::<HostFault>().filter(|_| !is_probe(request.uri(), &state.url_base));
    match fault {
        Some(HostFault::Malformed) => return Problem::new(Code::BadRequest).into_response(),
        Some(HostFault::NotOurs(host)) => {
            warn!(event = "web.host-refused", host = %host);
            return Problem::new(Code::BadHost).into_response();
        }
        None => {}
    }
    if key_in_query(request.uri().query().unwrap_or_default()) {
        return Problem::new(Code::KeyInQuery).into_response();
    }
    next.run(request).await
}

fn is_probe(uri: &Uri, url_base: &str) -> bool {
    uri.path().strip_prefix(url_base).is_some_and(|path| PROBES.contains(&path))
}

impl ArrivalRules {
    fn find(&self, peer: IpAddr, uri: &Uri, headers: &HeaderMap) -> (Caller, Option<HostFault>) {
        let by_trusted_proxy = self.trusts(peer);
        let said = if by_trusted_proxy {
            forwarded::read(headers, peer, |address| self.trusts(address))
        } else {
            Said { address: peer, https: None, host: None }
        };
        let (host, fault) = match self.host(uri, headers, said.host.as_deref()) {
            Ok(host) => (Some(host), None),
            Err(fault) => (None, Some(fault)),
        };
        let is_public_https = |host: &Host| {
            self.public_url.as_ref().is_some_and(|url| url.scheme() == "https" && host.is_of(url))
        };
        let https = said.https.unwrap_or_else(|| host.as_ref().is_some_and(is_public_https));
        (Caller { address: said.address, https, host, by_trusted_proxy }, fault)
    }

    fn trusts(&self, address: IpAddr) -> bool {
        self.trusted_proxies.iter().any(|range| range.contains(address))
    }

    /// The host that was asked for, at the outermost proxy if it says so. `Host` must be one of ours in any case: many
    /// proxies let a client's own `X-Forwarded-Host` pass, so it cannot vouch for a request that came under another.
    fn host(&self, uri: &Uri, headers: &HeaderMap, forwarded: Option<&str>) -> Result<Host, HostFault> {
        let host = asked_host(uri, headers).and_then(Host::parse).ok_or(HostFault::Malformed)?;
        let host = self.allowed(host)?;
        match forwarded {
            None => Ok(host),
            Some(text) => self.allowed(Host::parse(text).ok_or(HostFault::Malformed)?),
        }
    }

    fn allowed(&self, host: Host) -> Result<Host, HostFault> {
        let hosts = AllowedHosts { listed: &self.allowed_hosts, public_url: self.public_url.as_ref() };
        if hosts.allow(&host) { Ok(host) } else { Err(HostFault::NotOurs(host)) }
    }
}

/// The host of the request's target, or else of its one `Host` header (RFC 9112 section 3.2.2).
fn asked_host<'a>(uri: &'a Uri, headers: &'a HeaderMap) -> Option<&'a str> {
    let mut lines = headers.get_all(header::HOST).into_iter();
    let host = lines.next().map(|host| host.to_str().unwrap_or_default());
    if lines.next().is_some() {
        return None;
    }
    uri.authority().map(axum::http::uri::Authority::as_str).or(host)
}

/// Keys in URLs end up in logs and histories, so one is refused even if it is right.
fn key_in_query(query: &str) -> bool {
    url::form_urlencoded::parse(query.as_bytes()).any(|(name, value)| {
        let name = name.to_ascii_lowercase();
        matches!(name.as_str(), "apikey" | "api_key" | "token" | "key") || Token::parse(&value).is_ok()
    })
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use url::Url;

    use super::*;

    #[test]
    fn a_key_in_the_query_is_seen_whatever_its_case() {
        assert!(key_in_query("a=1&ApiKey=test-key"));
        assert!(!key_in_query("page=1"));
    }

    fn rules(public_url: Option<&str>) -> ArrivalRules {
        ArrivalRules {
            trusted_proxies: vec!["10.0.0.0/8".parse().unwrap()],
            allowed_hosts: Vec::new(),
            public_url: public_url.map(|url| Url::parse(url).unwrap()),
        }
    }

    fn find(
        rules: &ArrivalRules,
        peer: &str,
        lines: &[(&'static str, &'static str)],
    ) -> (Caller, Option<HostFault>) {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(*name, HeaderValue::from_static(value));
        }
        rules.find(peer.parse().unwrap(), &Uri::from_static("/"), &headers)
    }

    #[test]
    fn a_stranger_is_not_believed_whatever_it_says() {
        for line in [
            ("x-forwarded-for", "203.0.113.7"),
            ("x-forwarded-proto", "https"),
            ("x-forwarded-host", "feeds.example"),
            ("forwarded", "for=203.0.113.7;proto=https;host=feeds.example"),
        ] {
            let rules = rules(Some("https://feeds.example"));
            for peer in ["192.168.1.9", "127.0.0.1", "::1", "fd00::1"] {
                let (caller, fault) = find(&rules, peer, &[("host", "nas"), line]);
                assert_eq!(fault, None);
                assert_eq!((caller.address.to_string().as_str(), caller.https), (peer, false), "{line:?}");
                assert_eq!(caller.origin().as_deref(), Some("http://nas"), "{line:?}");
                assert!(!caller.by_trusted_proxy);
            }
        }
    }

    #[test]
    fn a_trusted_proxy_is_believed() {
        let lines = [
            ("host", "grabfeed:4722"),
            ("x-forwarded-for", "203.0.113.7"),
            ("x-forwarded-proto", "https"),
            ("x-forwarded-host", "feeds.example"),
        ];
        let (caller, fault) = find(&rules(Some("https://feeds.example")), "::ffff:10.0.0.1", &lines);
        assert_eq!(fault, None);
        assert_eq!((caller.source().network().as_str(), caller.https), ("203.0.113.7", true));
        assert_eq!(caller.origin().as_deref(), Some("https://feeds.example"));
        assert!(caller.by_trusted_proxy);
    }

    #[test]
    fn https_is_what_the_proxy_says_or_else_what_the_public_address_says_of_its_own_host() {
        let (http, https) = (("x-forwarded-proto", "http"), ("x-forwarded-proto", "https"));
        let (public, nas) = (("host", "feeds.example"), ("host", "nas"));
        for (public_url, lines, expected) in [
            (Some("https://feeds.example"), vec![public], true),
            (Some("https://feeds.example"), vec![nas], false),
            (Some("https://feeds.example"), vec![("host", "feeds.example:4722")], false),
            (Some("https://feeds.example"), vec![public, http], false),
            (Some("https://feeds.example"), vec![nas, https], true),
            (Some("http://feeds.example"), vec![public], false),
            (None, vec![nas], false),
            (None, vec![nas, https], true),
        ] {
            assert_eq!(
                find(&rules(public_url), "10.0.0.1", &lines).0.https,
                expected,
                "{public_url:?} {lines:?}"
            );
        }
    }

    #[test]
    fn a_proxy_that_lets_a_foreign_host_pass_does_not_vouch_for_it() {
        let not_ours = |name: &str| Some(HostFault::NotOurs(Host::parse(name).unwrap()));
        for (lines, fault) in [
            (vec![("host", "evil.example"), ("x-forwarded-host", "nas")], not_ours("evil.example")),
            (vec![("host", "nas"), ("x-forwarded-host", "evil.example")], not_ours("evil.example")),
            (vec![("host", "nas"), ("x-forwarded-host", "a b")], Some(HostFault::Malformed)),
            (vec![("host", "nas"), ("host", "nas")], Some(HostFault::Malformed)),
            (vec![("host", "")], Some(HostFault::Malformed)),
            (vec![], Some(HostFault::Malformed)),
            (vec![("host", "nas")], None),
        ] {
            let (caller, found) = find(&rules(None), "10.0.0.1", &lines);
            assert_eq!(found, fault, "{lines:?}");
            assert_eq!(caller.host.is_none(), fault.is_some());
        }
    }

    #[test]
    fn an_absolute_target_counts_before_the_host_header() {
        let headers = HeaderMap::from_iter([(header::HOST, HeaderValue::from_static("nas"))]);
        for (target, ours) in
            [("http://evil.example/ping", false), ("http://nas.local/ping", true), ("http://u@nas/", false)]
        {
            let found = rules(None).find([10, 0, 0, 1].into(), &Uri::from_static(target), &headers);
            assert_eq!(found.1.is_none(), ours, "{target}");
        }
    }
}
