//! What a trusted proxy says of a request: `X-Forwarded-For`, `-Proto` and `-Host`, or `Forwarded` (RFC 7239).
//!
//! Owns: reading these headers from right to left, as the proxies wrote them, up to the first machine that is not
//! trusted; what stands further left is that machine's own claim. Must not know: who is trusted, which hosts are ours.
//!
//! `Forwarded` is read only where no `X-Forwarded-…` header is. The proxies of households write the latter and let a
//! client's `Forwarded` pass untouched, so the other order would believe strangers.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use axum::http::{HeaderMap, HeaderName, header};

/// More proxies than a household has in a row; longer lists are read no further.
const MOST_HOPS: usize = 16;

const FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
const HOST: HeaderName = HeaderName::from_static("x-forwarded-host");

/// What the proxies say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// The first machine from the right that is not trusted; where a proxy does not know it, the last that is known.
    pub address: IpAddr,
    /// Whether it came over HTTPS to the outermost trusted proxy that says so.
    pub https: Option<bool>,
    /// The host that the outermost trusted proxy was asked for, unread.
    pub host: Option<String>,
}

/// Whether a request has headers that proxies write.
pub fn is_there(headers: &HeaderMap) -> bool {
    [FOR, header::FORWARDED].iter().any(|name| headers.contains_key(name))
}

/// Reads the headers of a request that the trusted proxy `peer` sent.
pub fn read(headers: &HeaderMap, peer: IpAddr, is_trusted: impl Fn(IpAddr) -> bool) -> Said {
    if [FOR, PROTO, HOST].iter().any(|name| headers.contains_key(name)) {
        // Proxies that name the client once and append their scheme: the leftmost is what the outermost said. Where it is the
        // client's own claim, a false one harms nobody but the client; a false host would, so that one is read from the right.
        let named = elements(headers, FOR).count().max(1);
        let appended = elements(headers, PROTO).count().saturating_sub(named);
        let mut lists = [(FOR, 0), (PROTO, appended), (HOST, 0)]
            .map(|(name, skipped)| elements(headers, name).skip(skipped));
        let hops = std::iter::from_fn(move || {
            let [node, proto, host] = lists.each_mut().map(Iterator::next);
            (node.is_some() || proto.is_some() || host.is_some()).then_some(Hop { node, proto, host })
        });
        walk(hops, peer, is_trusted)
    } else {
        walk(elements(headers, header::FORWARDED).map(Hop::parse), peer, is_trusted)
    }
}

/// What one proxy wrote.
struct Hop<'a> {
    node: Option<&'a str>,
    proto: Option<&'a str>,
    host: Option<&'a str>,
}

impl<'a> Hop<'a> {
    /// Reads an element of `Forwarded`: `for=192.0.2.60;proto=https`.
    fn parse(element: &'a str) -> Self {
        let parameter = |wanted: &str| {
            let mut pairs = element.split(';').filter_map(|pair| pair.split_once('='));
            pairs.find(|(name, _)| name.trim().eq_ignore_ascii_case(wanted)).map(|(_, value)| unquoted(value))
        };
        Self { node: parameter("for"), proto: parameter("proto"), host: parameter("host") }
    }
}

/// The elements of a list header over all its lines, from right to left. None of the values that matter may hold a
/// comma, so quotes need no care: an element that was cut inside them names no machine, and ends the walk.
fn elements(headers: &HeaderMap, name: HeaderName) -> impl Iterator<Item = &str> {
    let lines = headers.get_all(name).into_iter().rev();
    // A line that is no text counts as an element that names nobody, so that what stands left of it is not believed.
    let elements = lines.flat_map(|line| line.to_str().unwrap_or("?").rsplit(','));
    elements.map(str::trim).filter(|element| !element.is_empty())
}

fn walk<'a>(hops: impl Iterator<Item = Hop<'a>>, peer: IpAddr, is_trusted: impl Fn(IpAddr) -> bool) -> Said {
    let mut said = Said { address: peer, https: None, host: None };
    for hop in hops.take(MOST_HOPS) {
        said.https = hop.proto.and_then(is_https).or(said.https);
        said.host = hop.host.map(str::to_owned).or(said.host);
        let Some(address) = hop.node.and_then(address) else { break };
        said.address = address;
        if !is_trusted(address) {
            break;
        }
    }
    said
}

fn is_https(proto: &str) -> Option<bool> {
    [("https", true), ("http", false)]
        .into_iter()
        .find(|(name, _)| proto.eq_ignore_ascii_case(name))
        .map(|found| found.1)
}

/// The address of `192.0.2.1`, `192.0.2.1:80`, `2001:db8::1`, `[2001:db8::1]` and `[2001:db8::1]:80`.
fn address(node: &str) -> Option<IpAddr> {
    let bracketed = || node.strip_prefix('[')?.strip_suffix(']')?.parse::<Ipv6Addr>().ok().map(IpAddr::V6);
    let with_port = || node.parse::<SocketAddr>().ok().map(|socket| socket.ip());
    node.parse().ok().or_else(with_port).or_else(bracketed).map(|address: IpAddr| address.to_canonical())
}

fn unquoted(value: &str) -> &str {
    let value = value.trim();
    value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    /// The proxies are 10.0.0.0/8; the request came from 10.0.0.1.
    fn said(lines: &[(&'static str, &str)]) -> Said {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(*name, HeaderValue::from_bytes(value.as_bytes()).unwrap());
        }
        let is_trusted = |address: IpAddr| matches!(address, IpAddr::V4(v4) if v4.octets()[0] == 10);
        read(&headers, "10.0.0.1".parse().unwrap(), is_trusted)
    }

    fn caller(lines: &[(&'static str, &str)]) -> String {
        said(lines).address.to_string()
    }

    #[test]
    fn a_scheme_to_which_proxies_append_theirs_is_read_as_the_outermost_said_it() {
        let client = ("x-forwarded-for", "203.0.113.7");
        for (proto, https) in
            [("https, http", true), ("https,http,http", true), ("http, https", false), ("https", true)]
        {
            for lines in [vec![client, ("x-forwarded-proto", proto)], vec![("x-forwarded-proto", proto)]] {
                assert_eq!(said(&lines).https, Some(https), "{lines:?}");
            }
        }
        // Where each proxy names its client too, what stands left of the first stranger is the stranger's own.
        let lines = [("x-forwarded-for", "198.51.100.9, 203.0.113.7"), ("x-forwarded-proto", "https, http")];
        assert_eq!(said(&lines).https, Some(false));
    }

    #[test]
    fn the_client_is_the_first_from_the_right_that_is_no_proxy_of_ours() {
        for (list, found) in [
            ("203.0.113.7", "203.0.113.7"),
            ("203.0.113.7, 10.0.0.2", "203.0.113.7"),
            ("203.0.113.7,10.0.0.3 , 10.0.0.2", "203.0.113.7"),
            ("198.51.100.9, 203.0.113.7", "203.0.113.7"), // the left one is the client's own claim
            ("127.0.0.1, 203.0.113.7, 10.0.0.2", "203.0.113.7"),
            ("10.0.0.3, 10.0.0.2", "10.0.0.3"), // who asks is a proxy's own machine
            ("203.0.113.7:4711", "203.0.113.7"),
            ("2001:db8::1", "2001:db8::1"),
            ("[2001:db8::1]", "2001:db8::1"),
            ("[2001:db8::1]:4711", "2001:db8::1"),
            ("::ffff:203.0.113.7", "203.0.113.7"),
            ("203.0.113.7, ::ffff:10.0.0.2", "203.0.113.7"),
            ("203.0.113.7,, ,", "203.0.113.7"),
            ("", "10.0.0.1"),
            ("unknown", "10.0.0.1"),
            ("203.0.113.7, unknown", "10.0.0.1"),
            ("203.0.113.7, unknown, 10.0.0.2", "10.0.0.2"),
            ("203.0.113.7, <script>", "10.0.0.1"),
            ("203.0.113.7, é", "10.0.0.1"),
            ("300.1.1.1", "10.0.0.1"),
            ("203.0.113.7:99999", "10.0.0.1"),
            ("[203.0.113.7]", "10.0.0.1"),
        ] {
            assert_eq!(caller(&[("x-forwarded-for", list)]), found, "{list}");
        }
    }

    #[test]
    fn several_lines_are_one_list() {
        let lines = [("x-forwarded-for", "198.51.100.9, 203.0.113.7"), ("x-forwarded-for", "10.0.0.2")];
        assert_eq!(caller(&lines), "203.0.113.7");
        let lines = [("x-forwarded-for", "198.51.100.9"), ("x-forwarded-for", "203.0.113.7")];
        assert_eq!(caller(&lines), "203.0.113.7");
    }

    #[test]
    fn a_long_list_is_read_so_far_and_no_further() {
        let trusted = "10.0.0.2,".repeat(7000);
        assert_eq!(caller(&[("x-forwarded-for", &format!("203.0.113.7,{trusted}"))]), "10.0.0.2");
        let strangers = "203.0.113.8,".repeat(5000);
        assert_eq!(caller(&[("x-forwarded-for", &format!("{strangers}203.0.113.7"))]), "203.0.113.7");
    }

    #[test]
    fn scheme_and_host_are_those_of_the_outermost_proxy_that_is_ours() {
        let two = ("x-forwarded-for", "203.0.113.7, 10.0.0.2");
        for (lines, https, host) in [
            (vec![two], None, None),
            (vec![("x-forwarded-proto", "HTTPS")], Some(true), None),
            (vec![two, ("x-forwarded-proto", "https, http")], Some(true), None),
            (vec![two, ("x-forwarded-proto", "https")], Some(true), None),
            (
                vec![("x-forwarded-for", "203.0.113.7"), ("x-forwarded-proto", "https, http")],
                Some(true),
                None,
            ),
            (vec![("x-forwarded-proto", "gopher")], None, None),
            (vec![("x-forwarded-host", "evil.example, nas.example:8443")], None, Some("nas.example:8443")),
        ] {
            let found = said(&lines);
            assert_eq!((found.https, found.host.as_deref()), (https, host), "{lines:?}");
        }
    }

    #[test]
    fn forwarded_is_read_in_its_form() {
        for (list, found) in [
            ("for=203.0.113.7;proto=https;host=nas.example;by=10.0.0.1", "203.0.113.7"),
            ("For=\"[2001:db8::1]:4711\"", "2001:db8::1"),
            ("for=198.51.100.9, for=203.0.113.7, for=10.0.0.2", "203.0.113.7"),
            ("for=unknown", "10.0.0.1"),
            ("for=_hidden, for=10.0.0.2", "10.0.0.2"),
            ("for=\"198.51.100.9, for=203.0.113.7", "203.0.113.7"), // an open quote does not swallow what follows
            ("proto=https", "10.0.0.1"),
            ("for", "10.0.0.1"),
            ("", "10.0.0.1"),
        ] {
            assert_eq!(caller(&[("forwarded", list)]), found, "{list}");
        }
        let said = said(&[(
            "forwarded",
            "for=203.0.113.7;proto=https;host=\"nas.example:8443\", for=10.0.0.2;proto=http",
        )]);
        assert_eq!((said.https, said.host.as_deref()), (Some(true), Some("nas.example:8443")));
    }

    #[test]
    fn forwarded_is_not_read_beside_what_household_proxies_write() {
        for beside in
            [("x-forwarded-for", "203.0.113.7"), ("x-forwarded-proto", "http"), ("x-forwarded-host", "nas")]
        {
            let said = said(&[("forwarded", "for=198.51.100.9;proto=https;host=evil.example"), beside]);
            assert_ne!(said.address.to_string(), "198.51.100.9", "{beside:?}");
            assert_ne!(said.https, Some(true), "{beside:?}");
            assert_ne!(said.host.as_deref(), Some("evil.example"), "{beside:?}");
        }
    }

    proptest::proptest! {
        /// The proxy is 10.0.0.1, and appends what it knows to whatever the client sent.
        #[test]
        fn nothing_that_a_client_claims_changes_what_its_proxy_says(
            claim in "[ -~]{0,120}", line in "[ -~]{0,120}", forwarded in "[ -~]{0,120}",
        ) {
            let caller = IpAddr::from([203, 0, 113, 7]);
            let written = format!("{claim}, {caller}");
            let found = said(&[
                ("x-forwarded-for", &line),
                ("x-forwarded-for", &written),
                ("x-forwarded-proto", "https"),
                ("forwarded", &forwarded),
            ]);
            proptest::prop_assert_eq!((found.address, found.https), (caller, Some(true)));
            let written = format!("{claim}, for={caller};proto=https;host=nas");
            let found = said(&[("forwarded", &line), ("forwarded", &written)]);
            proptest::prop_assert_eq!((found.address, found.https), (caller, Some(true)));
            proptest::prop_assert_eq!(found.host.as_deref(), Some("nas"));
        }
    }
}
