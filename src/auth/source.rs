//! Where an attempt comes from. Must not know: requests, proxies.

use std::fmt;
use std::net::IpAddr;

/// The address of whoever attempts something, as far as it may be believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Source(pub IpAddr);

impl Source {
    /// The network by which failures are counted: the address, or the first 64 bits of an IPv6 one, since a household
    /// has that many to choose from.
    pub fn network(self) -> String {
        match self.0.to_canonical() {
            IpAddr::V4(address) => address.to_string(),
            IpAddr::V6(address) => {
                let [a, b, c, d, ..] = address.segments();
                format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
            }
        }
    }

    /// Whether it is the machine on which the service runs.
    pub fn is_this_machine(self) -> bool {
        self.0.to_canonical().is_loopback()
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
