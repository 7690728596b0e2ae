//! The MAC that makes one download link of one feed genuine: HMAC-SHA-256 (RFC 2104) cut to 128 bits.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use rand::CryptoRng;
use secrecy::{ExposeSecret, SecretBox};
use sha2::Sha256;
use subtle::ConstantTimeEq;

/// What else the same secret might ever authenticate must begin differently.
const CONTEXT: &[u8] = b"grabfeed download link v1\0";

/// A feed's secret for its download links. It outlives the feed's token, so that a new token changes no link
/// (ruTorrent and transmission-rss would download everything again).
pub struct DownloadSecret(SecretBox<[u8; 32]>);

impl DownloadSecret {
    /// A new one. `rng` is the system's generator, except in tests.
    pub fn generate(rng: &mut impl CryptoRng) -> Self {
        Self(SecretBox::init_with_mut(|bytes: &mut [u8; 32]| rng.fill_bytes(bytes)))
    }

    /// From where it is kept.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(SecretBox::new(Box::new(bytes)))
    }

    /// For keeping it; for nothing else.
    pub fn expose_bytes(&self) -> &[u8; 32] {
        self.0.expose_secret()
    }

    /// The MAC of the link to this torrent.
    #[expect(clippy::expect_used, clippy::missing_panics_doc, reason = "HMAC takes keys of every length")]
    pub fn mac(&self, infohash: &impl fmt::Display) -> DownloadMac {
        let mut hmac = Hmac::<Sha256>::new_from_slice(self.0.expose_secret()).expect("a key of any length");
        hmac.update(CONTEXT);
        hmac.update(infohash.to_string().as_bytes());
        let digest: [u8; 32] = hmac.finalize().into_bytes().into();
        let mut cut = [0; 16];
        cut.copy_from_slice(&digest[..16]);
        DownloadMac(cut)
    }

    /// Whether `mac` is the right one; takes the same time whatever the answer.
    pub fn verify(&self, infohash: &impl fmt::Display, mac: &DownloadMac) -> bool {
        self.mac(infohash).0.ct_eq(&mac.0).into()
    }
}

/// 128 bits; as text 32 lower-case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct DownloadMac([u8; 16]);

impl DownloadMac {
    /// Reads the text form; this proves nothing.
    pub fn parse(text: &str) -> Option<Self> {
        let mut bytes = [0; 16];
        hex::decode_to_slice(text, &mut bytes).ok()?;
        Some(Self(bytes))
    }
}

impl fmt::Display for DownloadMac {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for DownloadMac {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DownloadMac(…)")
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand::rngs::StdRng;

    use super::*;

    #[test]
    fn the_mac_is_the_one_that_every_release_makes() {
        // Fixed for ever: a change would change every link, and clients would download everything again.
        // Computed with: printf 'grabfeed download link v1\0abab…' | openssl dgst -sha256 -mac HMAC -macopt hexkey:0101…
        let mac = DownloadSecret::from_bytes([1; 32]).mac(&"ab".repeat(20));
        assert_eq!(mac.to_string(), "c028b650348b726bfa6ae09ebcdc3281");
    }

    #[test]
    fn a_mac_is_right_for_one_secret_and_one_torrent() {
        let mut rng = StdRng::seed_from_u64(1);
        let (secret, other) = (DownloadSecret::generate(&mut rng), DownloadSecret::generate(&mut rng));
        let mac = secret.mac(&"a");
        assert!(secret.verify(&"a", &mac));
        assert!(!secret.verify(&"b", &mac));
        assert!(!other.verify(&"a", &mac));
        assert!(DownloadSecret::from_bytes(*secret.expose_bytes()).verify(&"a", &mac));
    }

    #[test]
    fn only_32_hexadecimal_digits_parse() {
        assert!(DownloadMac::parse(&"0f".repeat(16)).is_some());
        for text in ["", "0f", &"0g".repeat(16), &"0f".repeat(17), &"é".repeat(16)] {
            assert!(DownloadMac::parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn debug_shows_no_proof() {
        let mac = DownloadSecret::from_bytes([1; 32]).mac(&"a");
        assert!(!format!("{mac:?}").contains(&mac.to_string()[..6]));
    }
}
