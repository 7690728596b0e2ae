//! Where outbound connections may go (C48): the answer to links that point into the household's network.
//!
//! Private and loopback addresses are reached only at a host and port that the person configured; link-local
//! (cloud metadata among them), multicast and other special addresses never. The rule is applied to the very
//! addresses that are then connected to, so a name that changes its answer between two look-ups gains nothing.
//! Must not know: HTTP, redirects, or who asks.

use std::collections::BTreeSet;
use std::future::Future;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

/// The address is one that no setting allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the address is not allowed by the settings")]
pub struct AddressRefused;

/// What kind of network an address belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AddressClass {
    /// The Internet: always allowed.
    Public,
    /// The household or this machine: allowed for configured hosts only.
    Private,
    /// Never a web server that anybody means: always refused.
    Forbidden,
}

impl AddressClass {
    /// The class of an address. Forms of IPv6 that carry an IPv4 address have that address's class.
    pub fn of(address: IpAddr) -> Self {
        match address {
            IpAddr::V4(v4) => Self::of_v4(v4),
            IpAddr::V6(v6) => Self::of_v6(v6),
        }
    }

    fn of_v4(address: Ipv4Addr) -> Self {
        match address.octets() {
            // "This network", multicast and all above it, and where metadata services live: link-local addresses, IETF
            // assignments, and two addresses of cloud providers.
            [0 | 224..=255, ..] | [169, 254, ..] | [192, 0, 0, _] | [100, 100, 100, 200] | [168, 63, 129, 16] => {
                Self::Forbidden
            }
            // 100.64/10 is shared address space (RFC 6598), which overlay networks use; 198.18/15 is for benchmarks, and
            // the three /24 are for documents: the IANA registry of special addresses calls none of them global.
            [10 | 127, ..] | [192, 168, ..] | [172, 16..=31, ..] | [100, 64..=127, ..] | [198, 18 | 19, ..]
            | [192, 0, 2, _] | [198, 51, 100, _] | [203, 0, 113, _] => Self::Private,
            _ => Self::Public,
        }
    }

    fn of_v6(address: Ipv6Addr) -> Self {
        let embedded = |high: u16, low: u16| {
            let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
            Self::of_v4(Ipv4Addr::new(a, b, c, d))
        };
        match address.segments() {
            [0, 0, 0, 0, 0, 0, 0, 0] => Self::Forbidden,
            [0, 0, 0, 0, 0, 0, 0, 1] => Self::Private,
            // IPv4-mapped, IPv4-compatible, IPv4-translated (RFC 7915), NAT64 (RFC 6052), 6to4 (RFC 3056).
            [0, 0, 0, 0, 0, 0 | 0xffff, high, low]
            | [0, 0, 0, 0, 0xffff, 0, high, low]
            | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => embedded(high, low),
            [0x2002, high, low, ..] => embedded(high, low),
            // Two metadata services inside fd00::/8.
            [0xfd00, 0x0ec2, ..] | [0xfd20, 0x00ce, ..] => Self::Forbidden,
            // fc00::/7, and the old site-local fec0::/10.
            [0xfc00..=0xfdff | 0xfec0..=0xfeff, ..] => Self::Private,
            // Documents (RFC 3849, RFC 9637).
            [0x2001, 0x0db8, ..] | [0x3fff, 0..=0x0fff, ..] => Self::Private,
            // IETF assignments: Teredo, which hides an IPv4 address, ORCHID and the like.
            [0x2001, 0..=0x01ff, ..] => Self::Forbidden,
            // Global unicast. Outside of it are link-local addresses, multicast, and the local NAT64 prefix (RFC 8215), whose
            // IPv4 address stands where only its gateway knows.
            [0x2000..=0x3fff, ..] => Self::Public,
            _ => Self::Forbidden,
        }
    }

    const fn allowed(self, private_too: bool) -> bool {
        match self {
            Self::Public => true,
            Self::Private => private_too,
            Self::Forbidden => false,
        }
    }
}

/// The hosts and ports that the person configured.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AddressPolicy {
    allowed_private: BTreeSet<(String, u16)>,
}

impl AddressPolicy {
    /// Allows private addresses at the host and port of each URL.
    pub fn allowing<'a>(configured: impl IntoIterator<Item = &'a Url>) -> Self {
        Self { allowed_private: configured.into_iter().filter_map(host_and_port).collect() }
    }

    /// Whether the URL's host and port were configured, so that it may have a private address.
    pub fn is_configured(&self, url: &Url) -> bool {
        host_and_port(url).is_some_and(|place| self.allowed_private.contains(&place))
    }

    /// Checks a URL whose host is an address, since such a host is never looked up. Names pass: [`PolicyResolver`]
    /// judges their addresses.
    pub fn check_literal(&self, url: &Url) -> Result<(), AddressRefused> {
        let address = match url.host() {
            Some(Host::Ipv4(v4)) => IpAddr::V4(v4),
            Some(Host::Ipv6(v6)) => IpAddr::V6(v6),
            Some(Host::Domain(_)) => return Ok(()),
            None => return Err(AddressRefused),
        };
        let allowed = AddressClass::of(address).allowed(self.is_configured(url));
        if allowed { Ok(()) } else { Err(AddressRefused) }
    }
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
                .filter(|address| AddressClass::of(*address).allowed(private_too))
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

    fn class(text: &str) -> AddressClass {
        AddressClass::of(text.parse().unwrap())
    }

    #[test]
    fn special_addresses_are_always_refused() {
        for text in [
            "0.0.0.0",
            "0.1.2.3",
            "169.254.169.254",
            "192.0.0.192",
            "224.0.0.1",
            "239.255.255.250",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::ffff:169.254.169.254",
            "::169.254.169.254",
            "64:ff9b::a9fe:a9fe",
            "2002:a9fe:a9fe::1",
            "fe80::1",
            "febf::1",
            "ff02::1",
            "fd00:ec2::254",
            "2001:0:4136:e378::1",
            "100.100.100.200",
            "168.63.129.16",
            "fd20:ce::254",
            "::ffff:0:169.254.169.254",
            "64:ff9b:1::1",
            "64:ff9b:1:a9fe:a9:fe00:808:808",
            "2001:20::1",
            "100::1",
            "5f00::1",
            "4000::1",
        ] {
            assert_eq!(class(text), AddressClass::Forbidden, "{text}");
        }
    }

    #[test]
    fn addresses_of_the_household_are_private() {
        for text in [
            "127.0.0.1",
            "127.1.2.3",
            "10.0.0.1",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "100.64.0.1",
            "100.127.0.1",
            "::1",
            "::ffff:127.0.0.1",
            "::127.0.0.1",
            "64:ff9b::7f00:1",
            "::ffff:0:10.0.0.1",
            "2002:a00:1::1",
            "fc00::1",
            "fd12:3456::1",
            "fec0::1",
            "198.18.0.1",
            "203.0.113.7",
            "2001:db8::1",
            "3fff::1",
        ] {
            assert_eq!(class(text), AddressClass::Private, "{text}");
        }
    }

    #[test]
    fn addresses_of_the_internet_are_public() {
        for text in [
            "1.1.1.1",
            "172.15.0.1",
            "172.32.0.1",
            "100.63.0.1",
            "100.128.0.1",
            "192.1.0.0",
            "223.255.255.255",
            "169.253.0.1",
            "2606:4700::1111",
            "2001:4860::8888",
            "64:ff9b::101:101",
            "::ffff:8.8.8.8",
            "2002:808:808::1",
            "198.17.0.1",
            "198.20.0.1",
            "2003::1",
        ] {
            assert_eq!(class(text), AddressClass::Public, "{text}");
        }
    }

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
        for text in ["http://169.254.169.254/", "http://[::ffff:169.254.169.254]/", "http://[fe80::1]/", "http://0/"] {
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
