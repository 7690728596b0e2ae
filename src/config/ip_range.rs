//! A network of IP addresses, as `trusted_proxies` lists them.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

/// A network: an address and how many of its leading bits count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IpRange {
    network: u128,
    mask: u128,
    is_v6: bool,
    prefix: u8,
}

/// The text is neither an address nor a network.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not an address or a network such as 10.0.0.0/8")]
pub struct InvalidIpRange;

impl IpRange {
    /// Whether `address` lies in the network. An IPv4 address that is written as IPv6 counts as IPv4.
    pub fn contains(&self, address: IpAddr) -> bool {
        let (bits, is_v6) = left_aligned(address);
        is_v6 == self.is_v6 && bits & self.mask == self.network
    }
}

/// The address's bits, moved to the left end, so that one mask serves both families.
fn left_aligned(address: IpAddr) -> (u128, bool) {
    match address.to_canonical() {
        IpAddr::V4(v4) => (u128::from(v4.to_bits()) << 96, false),
        IpAddr::V6(v6) => (v6.to_bits(), true),
    }
}

impl FromStr for IpRange {
    type Err = InvalidIpRange;

    /// Reads `ADDRESS` or `ADDRESS/BITS`. Bits of the address beyond the prefix must be zero: `10.0.0.7/8` is a slip.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().map_err(|_| InvalidIpRange)?;
        let (network, is_v6) = left_aligned(address);
        let longest = if is_v6 { 128 } else { 32 };
        let prefix = match prefix {
            None => longest,
            Some(digits) if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) => {
                digits.parse().map_err(|_| InvalidIpRange)?
            }
            Some(_) => return Err(InvalidIpRange),
        };
        if prefix > longest {
            return Err(InvalidIpRange);
        }
        let mask = u128::MAX.checked_shl(128 - u32::from(prefix)).unwrap_or(0);
        (network & !mask == 0).then_some(Self { network, mask, is_v6, prefix }).ok_or(InvalidIpRange)
    }
}

impl fmt::Display for IpRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let address = if self.is_v6 {
            IpAddr::V6(self.network.into())
        } else {
            IpAddr::V4(u32::try_from(self.network >> 96).unwrap_or_default().into())
        };
        write!(f, "{address}/{}", self.prefix)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_contains_its_addresses_and_no_others() {
        let cases = [
            ("10.0.0.0/8", "10.255.0.1", true),
            ("10.0.0.0/8", "11.0.0.1", false),
            ("10.0.0.0/8", "::ffff:10.1.2.3", true),
            ("192.168.1.7", "192.168.1.7", true),
            ("192.168.1.7", "192.168.1.8", false),
            ("fd00::/8", "fd12::1", true),
            ("0.0.0.0/0", "8.8.8.8", true),
            ("0.0.0.0/0", "::1", false),
            ("::/0", "10.0.0.1", false),
        ];
        for (range, address, inside) in cases {
            let range: IpRange = range.parse().unwrap();
            assert_eq!(range.contains(address.parse().unwrap()), inside, "{range} {address}");
        }
    }

    #[test]
    fn what_is_no_network_is_refused() {
        for text in ["", "10.0.0.0/", "10.0.0.0/33", "10.0.0.7/8", "10.0.0.0/+8", "proxy", "10.0.0.0/8/8"] {
            assert_eq!(text.parse::<IpRange>(), Err(InvalidIpRange), "{text}");
        }
    }
}
