//! The identity of a torrent: SHA-1 (BEP 3) or SHA-256 (BEP 52) of its `info` dictionary's original bytes.

use std::fmt;
use std::str::FromStr;

/// A v1 or v2 infohash. Its text form is lower-case hexadecimal, 40 or 64 digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Infohash {
    /// SHA-1, BEP 3.
    V1([u8; 20]),
    /// SHA-256, BEP 52.
    V2([u8; 32]),
}

/// The text is no infohash.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not an infohash: 40 or 64 hexadecimal digits")]
pub struct InvalidInfohash;

impl Infohash {
    /// The bytes of the hash.
    pub const fn as_bytes(&self) -> &[u8] {
        match self {
            Self::V1(bytes) => bytes,
            Self::V2(bytes) => bytes,
        }
    }
}

impl FromStr for Infohash {
    type Err = InvalidInfohash;

    /// Reads hexadecimal digits of either case. All zeros, which some indexers send for "unknown", is refused.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.bytes().all(|byte| byte == b'0') {
            return Err(InvalidInfohash);
        }
        let mut v1 = [0; 20];
        let mut v2 = [0; 32];
        match text.len() {
            40 => hex::decode_to_slice(text, &mut v1).map(|()| Self::V1(v1)).map_err(|_| InvalidInfohash),
            64 => hex::decode_to_slice(text, &mut v2).map(|()| Self::V2(v2)).map_err(|_| InvalidInfohash),
            _ => Err(InvalidInfohash),
        }
    }
}

impl fmt::Display for Infohash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.as_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_lengths_read_back_in_lower_case() {
        for digits in [40, 64] {
            let text = "AB".repeat(digits / 2);
            assert_eq!(text.parse::<Infohash>().unwrap().to_string(), text.to_lowercase());
        }
    }

    #[test]
    fn what_other_download_clients_send_is_no_infohash() {
        for text in ["", "SABnzbd_nzo_x", &"a".repeat(32), &"0".repeat(40), &"g".repeat(40), &"é".repeat(20)]
        {
            assert_eq!(text.parse::<Infohash>(), Err(InvalidInfohash), "{text}");
        }
    }
}
