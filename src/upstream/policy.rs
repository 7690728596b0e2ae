//! Where outbound connections may go (C48): the answer to links that point into the household's network.
//!
//! Private and loopback addresses are reached only at a host and port that the person configured; link-local
//! (cloud metadata among them), multicast and other special addresses never. The rule is applied to the very
//! addresses that are then connected to, so a name that changes its answer between two look-ups gains nothing.
//! Must not know: HTTP, redirects, or who asks.

use std::collections::BTreeSet;
use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

use super::address::AddressClass;

/// The address is one that no setting allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the address is not allowed by the settings")]
pub struct AddressRefused;

/// Hosts, each with its port.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Places(BTreeSet<(String, u16)>);

impl Places {
    /// The host and port of each URL.
    pub fn of<'a>(urls: impl IntoIterator<Item = &'a Url>) -> Self {
        Self(urls.into_iter().filter_map(host_and_port).collect())
    }

    /// These but for those.
    #[must_use]
    pub fn without(&self, others: &Self) -> Self {
        Self(self.0.difference(&others.0).cloned().collect())
    }

    /// Whether the URL's host and port are among them.
    pub fn contain(&self, url: &Url) -> bool {
        host_and_port(url).is_some_and(|place| self.0.contains(&place))
    }

    /// Each host and port.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, u16)> {
        self.0.iter().map(|(host, port)| (host.as_str(), *port))
    }
}

/// The hosts and ports that the person configured.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AddressPolicy {
    allowed_private: Places,
}

impl AddressPolicy {
    /// Allows private addresses at the host and port of each URL.
    pub fn allowing<'a>(configured: impl IntoIterator<Item = &'a Url>) -> Self {
        Self { allowed_private: Places::of(configured) }
    }

    /// Whether the URL's host and port were configured, so that it may have a private address.
    pub fn is_configured(&self, url: &Url) -> bool {
        self.allowed_private.contain(url)
    }

    /// Checks a URL whose host is an address, since such a host is never looked up. Names pass: [`PolicyResolver`]
    /// judges their addresses.
    pub fn check_literal(&self, url: &Url) -> Result<(), AddressRefused> {
        check_literal(url, self.is_configured(url))
    }
}

/// Checks a URL whose host is an address, for somebody to whom private addresses are open or not.
pub fn check_literal(url: &Url, private_too: bool) -> Result<(), AddressRefused> {
    let address = match url.host() {
        Some(Host::Ipv4(v4)) => IpAddr::V4(v4),
        Some(Host::Ipv6(v6)) => IpAddr::V6(v6),
        Some(Host::Domain(_)) => return Ok(()),
        None => return Err(AddressRefused),
    };
    if AddressClass::from_address(address).allowed(private_too) { Ok(()) } else { Err(AddressRefused) }
}

fn host_and_port(url: &Url) -> Option<(String, u16)> {
    Some((url.host_str()?.to_owned(), url.port_or_known_default()?))
}

/// The answer to a look-up, still to come.
pub type LookingUp = Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send>>;

/// How a name becomes addresses; tests put their own in place of the system's.
pub type Lookup = Arc<dyn Fn(String) -> LookingUp + Send + Sync>;

/// The system's resolver.
pub fn system_lookup() -> Lookup {
    Arc::new(|name| {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name, 0)).await?;
            Ok(found.map(|address| address.ip()).collect())
        })
    })
}

/// Looks a name up and hands out only the addresses that may be connected to.
pub struct PolicyResolver {
    /// Whether the client that asks serves configured hosts.
    pub private_too: bool,
    /// Where the addresses come from.
    pub lookup: Lookup,
}

impl Resolve for PolicyResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let private_too = self.private_too;
        let looking_up = (self.lookup)(name.as_str().to_owned());
        Box::pin(async move {
            let found = looking_up.await?;
            if found.is_empty() {
                return Err(io::Error::from(io::ErrorKind::NotFound).into());
            }
            let allowed: Vec<SocketAddr> = found
                .into_iter()
                .filter(|address| AddressClass::from_address(*address).allowed(private_too))
                .map(|address| SocketAddr::new(address, 0))
                .collect();
            if allowed.is_empty() {
                return Err(AddressRefused.into());
            }
            let addresses: Addrs = Box::new(allowed.into_iter());
            Ok(addresses)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odd_spellings_of_an_address_are_the_address() {
        let policy = AddressPolicy::default();
        for text in [
            "http://0/",
            "http://0x7f.1/",
            "http://2130706433/",
            "http://127.1/",
            "http://017700000001/",
            "http://[::ffff:169.254.169.254]/",
            "http://[64:ff9b::a9fe:a9fe]/",
            "http://0xa9fea9fe/",
            "http://0251.0376.0251.0376/",
            "http://2852039166/",
            "http://[::127.0.0.1]/",
            "http://[2002:7f00:1::]/",
            "http://[fe80::1]/",
            "http://127.0.0.1./",
            "http://127。0。0。1/",
            "http://169.254.169.254/latest/meta-data",
            "http://１２７.0.0.1/",
        ] {
            let url = Url::parse(text).unwrap();
            assert_eq!(policy.check_literal(&url), Err(AddressRefused), "{text}");
        }
    }

    #[test]
    fn a_configured_host_may_be_private_at_its_port_only() {
        let policy = AddressPolicy::allowing([&Url::parse("http://127.0.0.1:9696/prowlarr").unwrap()]);
        let check = |text| policy.check_literal(&Url::parse(text).unwrap());
        assert_eq!(check("http://127.0.0.1:9696/1/download"), Ok(()));
        assert_eq!(check("http://127.0.0.1:22/"), Err(AddressRefused));
        assert_eq!(check("http://127.0.0.1/"), Err(AddressRefused));
    }

    #[test]
    fn configuring_a_special_address_does_not_open_it() {
        for text in
            ["http://169.254.169.254/", "http://[::ffff:169.254.169.254]/", "http://[fe80::1]/", "http://0/"]
        {
            let url = Url::parse(text).unwrap();
            assert_eq!(AddressPolicy::allowing([&url]).check_literal(&url), Err(AddressRefused), "{text}");
        }
    }

    #[tokio::test]
    async fn every_look_up_of_a_name_is_judged_anew() {
        let asked = std::sync::atomic::AtomicUsize::new(0);
        let lookup: Lookup = Arc::new(move |_| {
            let turn = asked.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            let answer = if turn.is_multiple_of(2) { "1.1.1.1" } else { "10.0.0.1" }.parse().unwrap();
            Box::pin(async move { Ok(vec![answer]) })
        });
        let resolver = PolicyResolver { private_too: false, lookup };
        for turn in 0..4 {
            let found = resolver.resolve("flips.example".parse().unwrap()).await;
            assert_eq!(found.is_ok(), turn % 2 == 0, "{turn}");
        }
    }

    async fn resolve(private_too: bool, answer: &[&str]) -> Result<Vec<IpAddr>, bool> {
        let answer: Vec<IpAddr> = answer.iter().map(|text| text.parse().unwrap()).collect();
        let lookup: Lookup = Arc::new(move |_| {
            let answer = answer.clone();
            Box::pin(async move { Ok(answer) })
        });
        let found = PolicyResolver { private_too, lookup }.resolve("name.example".parse().unwrap()).await;
        found
            .map(|found| found.map(|address| address.ip()).collect())
            .map_err(|error| error.is::<AddressRefused>())
    }

    #[tokio::test]
    async fn only_allowed_addresses_of_a_name_are_handed_out() {
        let public: IpAddr = "1.1.1.1".parse().unwrap();
        assert_eq!(resolve(false, &["127.0.0.1", "1.1.1.1", "fe80::1"]).await, Ok(vec![public]));
        assert_eq!(resolve(false, &["10.0.0.1"]).await, Err(true));
        assert_eq!(resolve(true, &["10.0.0.1"]).await.map(|found| found.len()), Ok(1));
        assert_eq!(resolve(true, &["169.254.169.254"]).await, Err(true));
        assert_eq!(resolve(true, &[]).await, Err(false));
    }
}
