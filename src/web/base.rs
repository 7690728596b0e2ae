//! Where clients reach us: the base of every absolute URL that we write.

use std::net::Ipv6Addr;

use axum::http::{HeaderMap, header};

use super::problem::{Code, Problem};
use crate::publish::links::{BaseUrl, InvalidBaseUrl};

/// Where clients reach us.
#[derive(Debug)]
pub enum Base {
    /// `server.public_url`.
    Fixed(BaseUrl),
    /// Not configured: the request's own `Host`, if it has the form of one and is allowed.
    OfRequest {
        /// `server.url_base`.
        url_base: String,
        /// `server.allowed_hosts`; empty: all.
        allowed_hosts: Vec<String>,
    },
}

impl Base {
    /// From the settings.
    pub fn new(
        public_url: Option<&url::Url>,
        url_base: &str,
        allowed_hosts: &[String],
    ) -> Result<Self, InvalidBaseUrl> {
        match public_url {
            Some(url) => BaseUrl::parse(url.as_str(), url_base).map(Self::Fixed),
            None => {
                Ok(Self::OfRequest { url_base: url_base.to_owned(), allowed_hosts: allowed_hosts.to_vec() })
            }
        }
    }

    /// The base for a request.
    pub fn of(&self, headers: &HeaderMap) -> Result<BaseUrl, Problem> {
        match self {
            Self::Fixed(base) => Ok(base.clone()),
            Self::OfRequest { url_base, allowed_hosts } => {
                let refused = Problem::new(Code::BadHost);
                let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).ok_or(refused)?;
                let name = host_name(host).ok_or(refused)?;
                let allowed = |allowed: &String| allowed.eq_ignore_ascii_case(name);
                if !allowed_hosts.is_empty() && !allowed_hosts.iter().any(allowed) {
                    return Err(refused);
                }
                BaseUrl::parse(&format!("http://{host}"), url_base).map_err(|_| refused)
            }
        }
    }
}

/// The name in a `Host` header; `None` unless it is `[a-z0-9.-]` or an address, with an optional port.
fn host_name(host: &str) -> Option<&str> {
    const LONGEST: usize = 255;
    let (name, port) = match host.strip_prefix('[') {
        Some(rest) => rest.split_once(']').map(|(name, port)| (name, port.strip_prefix(':')))?,
        None => host.split_once(':').map_or((host, None), |(name, port)| (name, Some(port))),
    };
    let bracketed = host.starts_with('[');
    let sound = if bracketed {
        name.parse::<Ipv6Addr>().is_ok()
    } else {
        !name.is_empty()
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-'))
    };
    let port_sound = port.is_none_or(|port| port.parse::<u16>().is_ok());
    (host.len() <= LONGEST && sound && port_sound).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_a_name_or_an_address_with_an_optional_port() {
        for (host, name) in
            [("nas", "nas"), ("nas.local:4722", "nas.local"), ("[::1]:80", "::1"), ("10.0.0.1", "10.0.0.1")]
        {
            assert_eq!(host_name(host), Some(name));
        }
        for host in ["", "a b", "a/b", "user@nas", "nas:x", "nas:1:2", "[nas]", "é", "nas?x"] {
            assert_eq!(host_name(host), None, "{host}");
        }
    }
}
