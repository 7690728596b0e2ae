//! Where an attempt comes from. Must not know: requests, proxies.

use std::fmt;
use std::net::IpAddr;

use crate::domain::network::network_text;

/// The address of whoever attempts something, as far as it may be believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Source(pub IpAddr);

impl Source {
    /// The network by which failures are counted.
    pub fn network(self) -> String {
        network_text(self.0)
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
