//! What kind of network an address belongs to: the Internet, the household, or none that a web server is in.
//!
//! Source: the IANA registries of special-purpose IPv4 and IPv6 addresses, and where clouds keep their metadata.
//! Must not know: names, settings, or what is allowed.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

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
    pub fn from_address(address: IpAddr) -> Self {
        match address {
            IpAddr::V4(v4) => Self::of_v4(v4),
            IpAddr::V6(v6) => Self::of_v6(v6),
        }
    }

    fn of_v4(address: Ipv4Addr) -> Self {
        match address.octets() {
            // "This network", multicast and all above it, and where metadata services live: link-local addresses, IETF
            // assignments, and two addresses of cloud providers.
            [0 | 224..=255, ..]
            | [169, 254, ..]
            | [192, 0, 0, _]
            | [100, 100, 100, 200]
            | [168, 63, 129, 16] => Self::Forbidden,
            // 100.64/10 is shared address space (RFC 6598), which overlay networks use; 198.18/15 is for benchmarks, and
            // the three /24 are for documents: the IANA registry of special addresses calls none of them global.
            [10 | 127, ..]
            | [192, 168, ..]
            | [172, 16..=31, ..]
            | [100, 64..=127, ..]
            | [198, 18 | 19, ..]
            | [192, 0, 2, _]
            | [198, 51, 100, _]
            | [203, 0, 113, _] => Self::Private,
            _ => Self::Public,
        }
    }

    fn of_v6(address: Ipv6Addr) -> Self {
        if address.is_loopback() {
            return Self::Private;
        }
        if let Some(hidden) = hidden_v4(address) {
            return Self::of_v4(hidden);
        }
        match address.segments() {
            // Two metadata services inside fd00::/8, and IETF assignments: Teredo, which hides an IPv4 address, ORCHID and
            // the like.
            [0xfd00, 0x0ec2, ..] | [0xfd20, 0x00ce, ..] | [0x2001, 0..=0x01ff, ..] => Self::Forbidden,
            // fc00::/7, the old site-local fec0::/10, and what documents use (RFC 3849, RFC 9637).
            [0xfc00..=0xfdff | 0xfec0..=0xfeff, ..] | [0x2001, 0x0db8, ..] | [0x3fff, 0..=0x0fff, ..] => {
                Self::Private
            }
            // Global unicast. Outside of it are link-local addresses, multicast, and the local NAT64 prefix (RFC 8215),
            // whose IPv4 address stands where only its gateway knows.
            [0x2000..=0x3fff, ..] => Self::Public,
            _ => Self::Forbidden,
        }
    }

    /// Whether it may be connected to, where private addresses may be too or not.
    pub(super) const fn allowed(self, private_too: bool) -> bool {
        match self {
            Self::Public => true,
            Self::Private => private_too,
            Self::Forbidden => false,
        }
    }
}

/// The IPv4 address that some forms of IPv6 carry.
fn hidden_v4(address: Ipv6Addr) -> Option<Ipv4Addr> {
    // IPv4-mapped and IPv4-compatible (`::` among them), IPv4-translated (RFC 7915), NAT64 (RFC 6052), 6to4 (RFC 3056).
    let ([0, 0, 0, 0, 0, 0 | 0xffff, high, low]
    | [0, 0, 0, 0, 0xffff, 0, high, low]
    | [0x64, 0xff9b, 0, 0, 0, 0, high, low]
    | [0x2002, high, low, ..]) = address.segments()
    else {
        return None;
    };
    let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
    Some(Ipv4Addr::new(a, b, c, d))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn class(text: &str) -> AddressClass {
        AddressClass::from_address(text.parse().unwrap())
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
}
