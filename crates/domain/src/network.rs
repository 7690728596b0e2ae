//! Which addresses count as one caller.

// The types alone: nothing is asked of a network.
use core::net::{IpAddr, Ipv6Addr};

/// The network of an address: itself, or the first 64 bits of an IPv6 one, since a household has that many to choose from.
pub fn network_of(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => Ipv6Addr::from(u128::from(address) >> 64 << 64).into(),
        address @ IpAddr::V4(_) => address,
    }
}

/// Its text: an address, or `2001:db8:0:1::/64`.
pub fn network_text(address: IpAddr) -> String {
    match network_of(address) {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
    }
}
