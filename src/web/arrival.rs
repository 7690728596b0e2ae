//! From where a request comes: the first thing that is found out of each.
//!
//! Owns: the client's address, the scheme and the host that it asked for, which of them may be believed, and what is
//! refused before any route is looked at: a key in the query, a host that cannot be ours. Must not know: routes.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::extract::{FromRequestParts, Request, State};
use axum::http::{HeaderMap, header, request::Parts};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::WebState;
use super::problem::{Code, Problem};
use crate::auth::token::Token;
use crate::config::ip_range::IpRange;

/// The other end of the connection, which the listener writes into every request.
#[derive(Debug, Clone, Copy)]
pub struct Peer(pub SocketAddr);

/// What may be believed of where requests come from.
#[derive(Debug)]
pub struct ArrivalRules {
    /// `server.trusted_proxies`
    pub trusted_proxies: Vec<IpRange>,
    /// `server.allowed_hosts`
    pub allowed_hosts: Vec<String>,
    /// `server.public_url`
    pub public_url: Option<url::Url>,
}

/// Who asks, as far as it may be believed. Handlers take it as an argument.
#[derive(Debug, Clone)]
pub struct Client {
    /// The address of whoever asks: the other end of the connection, or what a trusted proxy says of it.
    pub address: IpAddr,
    /// Whether it came over HTTPS, to us or to a trusted proxy.
    pub https: bool,
    /// The host that was asked for, with its port if it named one.
    pub host: Option<String>,
    /// Whether the other end of the connection is a trusted proxy.
    pub by_trusted_proxy: bool,
}

impl Client {
    /// The network by which failures are counted: the address, or the first 64 bits of an IPv6 one, since a household
    /// has that many to choose from.
    pub fn network(&self) -> String {
        match self.address.to_canonical() {
            IpAddr::V4(address) => address.to_string(),
            IpAddr::V6(address) => {
                let [a, b, c, d, ..] = address.segments();
                format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
            }
        }
    }

    /// The origin of our own pages, as this client's browser writes it.
    pub fn origin(&self) -> Option<String> {
        let scheme = if self.https { "https" } else { "http" };
        self.host.as_ref().map(|host| format!("{scheme}://{host}"))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Client {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Problem> {
        parts.extensions.get::<Self>().cloned().ok_or(Problem::new(Code::Internal))
    }
}

/// Goes around every request.
pub async fn look(State(state): State<WebState>, mut request: Request, next: Next) -> Response {
    if key_in_query(request.uri().query().unwrap_or_default()) {
        return Problem::new(Code::KeyInQuery).into_response();
    }
    let peer = request.extensions().get::<Peer>().copied();
    let client = of(&state.arrival, peer, request.headers());
    if let Some(rules) = &state.proxy_sign_in
        && let Some(vouched) = rules.take(&client, request.headers_mut(), state.clock().now())
    {
        request.extensions_mut().insert(vouched);
    }
    request.extensions_mut().insert(client);
    next.run(request).await
}

fn of(rules: &ArrivalRules, peer: Option<Peer>, headers: &HeaderMap) -> Client {
    let address = peer.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |Peer(address)| address.ip());
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).map(str::to_owned);
    let by_trusted_proxy =
        peer.is_some_and(|Peer(peer)| rules.trusted_proxies.iter().any(|range| range.contains(peer.ip())));
    Client { address, https: false, host, by_trusted_proxy }
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
    use super::*;

    #[test]
    fn a_key_in_the_query_is_seen_whatever_its_case() {
        assert!(key_in_query("a=1&ApiKey=test-key"));
        assert!(!key_in_query("page=1"));
    }
}
