//! The hosts under which we answer (C45).
//!
//! Owns: the form of a host in a request, and which hosts can be ours. A page of another site can make the browser
//! call us under that site's own name, by letting its DNS point to us (DNS rebinding); the browser then takes our
//! answers for that site's. The attacker has to own the name, so addresses and names that nobody can own are let pass
//! unasked, and every other name must be in the settings. Must not know: requests, routes.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};

use url::Url;

/// The host that a request asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Host {
    /// In lower case, without brackets and without a dot at the end; addresses in their shortest form.
    name: String,
    port: Option<u16>,
}

impl Host {
    /// Reads `name`, `192.0.2.1` or `[2001:db8::1]`, each with an optional port; nothing else can be a host of ours.
    pub fn parse(text: &str) -> Option<Self> {
        const LONGEST: usize = 255;
        if text.len() > LONGEST {
            return None;
        }
        let (name, port) = if let Some(rest) = text.strip_prefix('[') {
            let (address, port) = rest.split_once(']')?;
            (address.parse::<Ipv6Addr>().ok()?.to_string(), port)
        } else {
            let (name, port) = text.split_at(text.find(':').unwrap_or(text.len()));
            (plain_name(name)?, port)
        };
        let port = match port.strip_prefix(':') {
            None => port.is_empty().then_some(None)?,
            Some(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => Some(digits.parse().ok()?),
            Some(_) => return None,
        };
        Some(Self { name, port })
    }

    fn address(&self) -> Option<IpAddr> {
        self.name.parse().ok()
    }

    /// Whether it names the machine that asks.
    pub fn is_loopback(&self) -> bool {
        self.is_below("localhost")
            || self.address().is_some_and(|address| address.to_canonical().is_loopback())
    }

    /// Whether it can be reached in the household only: an address, a name without a dot, or one below a suffix that
    /// is nobody's.
    fn is_of_household(&self) -> bool {
        !self.name.contains('.')
            || self.address().is_some()
            || UNOWNED_SUFFIXES.iter().any(|suffix| self.is_below(suffix))
    }

    fn is_below(&self, suffix: &str) -> bool {
        self.name.strip_suffix(suffix).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    }

    /// Whether a browser that was given this `https` or `http` address asks for this host.
    pub fn is_of(&self, url: &Url) -> bool {
        let default = if url.scheme() == "https" { 443 } else { 80 };
        self.has_name_of(url) && Some(self.port.unwrap_or(default)) == url.port_or_known_default()
    }

    fn has_name_of(&self, url: &Url) -> bool {
        url.host_str().and_then(Self::parse).is_some_and(|host| host.name == self.name)
    }

    /// The origin of pages under this host, as browsers write it.
    pub fn origin(&self, https: bool) -> String {
        let (scheme, default) = if https { ("https", 443) } else { ("http", 80) };
        let port = self.port.filter(|port| *port != default);
        format!("{scheme}://{}", Self { name: self.name.clone(), port })
    }
}

/// As it stands in a URL.
impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (before, after) = if self.name.contains(':') { ("[", "]") } else { ("", "") };
        write!(f, "{before}{}{after}", self.name)?;
        self.port.map_or(Ok(()), |port| write!(f, ":{port}"))
    }
}

/// A name with sound labels, in lower case.
fn plain_name(text: &str) -> Option<String> {
    let name = text.strip_suffix('.').unwrap_or(text);
    let is_sound = |label: &str| {
        !label.is_empty()
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    };
    name.split('.').all(is_sound).then(|| name.to_ascii_lowercase())
}

/// Suffixes below which nobody can own a name: reserved by RFC 6761 (`localhost`), RFC 6762 (`local` and its
/// appendix G), RFC 8375 (`home.arpa`) and ICANN (`internal`); `lan`, `home`, `intranet`, `private` and `localdomain`
/// are what routers give out, and were never delegated. Not here: `fritz.box`, since names below `box` are for sale.
const UNOWNED_SUFFIXES: [&str; 9] =
    ["localhost", "local", "home.arpa", "internal", "lan", "home", "intranet", "private", "localdomain"];

/// Which hosts are answered.
#[derive(Debug, Clone)]
pub struct AllowedHosts<'a> {
    /// `server.allowed_hosts`, each in lower case; empty: those of the household.
    pub listed: &'a [String],
    /// `server.public_url`
    pub public_url: Option<&'a Url>,
}

impl AllowedHosts<'_> {
    /// Whether this host can be ours.
    pub fn allow(&self, host: &Host) -> bool {
        host.is_loopback()
            || self.public_url.is_some_and(|url| host.has_name_of(url))
            || self.listed.contains(&host.name)
            || (self.listed.is_empty() && host.is_of_household())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_a_name_or_an_address_with_an_optional_port() {
        for (text, shown) in [
            ("nas", "nas"),
            ("NAS.local:4722", "nas.local:4722"),
            ("nas.local.", "nas.local"),
            ("my_nas", "my_nas"),
            ("10.0.0.1", "10.0.0.1"),
            ("[0:0::1]:80", "[::1]:80"),
            ("[2001:DB8::1]", "[2001:db8::1]"),
        ] {
            assert_eq!(Host::parse(text).map(|host| host.to_string()).as_deref(), Some(shown), "{text}");
        }
        for text in [
            "",
            ".",
            "a b",
            "a/b",
            "user@nas",
            "nas:",
            "nas:x",
            "nas:+80",
            "nas:65536",
            "nas:1:2",
            "[nas]",
            "[::1",
            "[::1]x",
            "::1",
            "é",
            "nas?x",
            "nas#",
            "nas\\x",
            "a..b",
            ".local",
            "\"nas\"",
            "nas,nas",
            &"a".repeat(256),
        ] {
            assert_eq!(Host::parse(text), None, "{text}");
        }
    }

    fn allowed(listed: &[&str], public_url: Option<&str>, host: &str) -> bool {
        let listed: Vec<String> = listed.iter().copied().map(str::to_owned).collect();
        let public_url = public_url.map(|url| Url::parse(url).unwrap());
        let hosts = AllowedHosts { listed: &listed, public_url: public_url.as_ref() };
        hosts.allow(&Host::parse(host).unwrap())
    }

    #[test]
    fn without_a_list_only_names_that_nobody_can_own_are_answered() {
        for host in [
            "localhost",
            "localhost:4722",
            "grab.localhost",
            "127.0.0.1",
            "[::1]:4722",
            "10.0.0.7",
            "203.0.113.7",
            "[2001:db8::1]",
            "nas",
            "grabfeed:4722",
            "nas.local",
            "nas.LAN",
            "nas.home",
            "nas.home.arpa",
            "a.b.internal",
            "nas.localdomain",
            "nas.intranet",
            "nas.local.",
        ] {
            assert!(allowed(&[], None, host), "{host}");
        }
        for host in [
            "evil.example",
            "feeds.example",
            "nas.local.evil.example",
            "evillocal.example",
            "notlocal.x-local",
            "127.0.0.1.nip.io",
            "localhost.evil.example",
            "nas.fritz.box",
            "evil.arpa",
            "192.168.1.256",
            "1.2.3",
        ] {
            assert!(!allowed(&[], None, host), "{host}");
        }
    }

    #[test]
    fn the_public_host_is_answered_under_any_port_and_no_other_name_of_its_domain() {
        let public = Some("https://feeds.example:8443/grab");
        for (host, answered) in [
            ("feeds.example", true),
            ("Feeds.Example:4722", true),
            ("nas", true),
            ("www.feeds.example", false),
            ("example", true), // no dot: a machine of the household
            ("evilfeeds.example", false),
        ] {
            assert_eq!(allowed(&[], public, host), answered, "{host}");
        }
        assert!(allowed(&["nas.local"], Some("https://[2001:db8::1]/"), "[2001:db8:0::1]:4722"));
    }

    #[test]
    fn with_a_list_it_alone_counts_beside_the_public_host_and_the_machine_itself() {
        for (host, answered) in [
            ("nas.example", true),
            ("NAS.example:4722", true),
            ("192.0.2.7", true),
            ("[2001:db8::7]:80", true),
            ("feeds.example", true),
            ("localhost:4722", true),
            ("127.8.9.10", true),
            ("[::1]", true),
            ("[::ffff:127.0.0.1]", true),
            ("nas", false),
            ("nas.local", false),
            ("192.0.2.8", false),
            ("sub.nas.example", false),
        ] {
            let listed = ["nas.example", "192.0.2.7", "2001:db8::7"];
            assert_eq!(allowed(&listed, Some("http://feeds.example"), host), answered, "{host}");
        }
    }

    #[test]
    fn an_origin_names_no_default_port_and_a_public_address_has_one_host() {
        for (host, https, origin) in [
            ("nas:80", false, "http://nas"),
            ("nas:443", true, "https://nas"),
            ("nas:443", false, "http://nas:443"),
            ("[::1]:4722", false, "http://[::1]:4722"),
        ] {
            assert_eq!(Host::parse(host).unwrap().origin(https), origin);
        }
        let url = Url::parse("https://feeds.example").unwrap();
        for (host, is) in [
            ("feeds.example", true),
            ("feeds.example:443", true),
            ("feeds.example:80", false),
            ("feeds", false),
        ] {
            assert_eq!(Host::parse(host).unwrap().is_of(&url), is, "{host}");
        }
    }
}
