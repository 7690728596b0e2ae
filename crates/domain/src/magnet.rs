//! Magnet links (BEP 9, BEP 53): the torrent that a link names.
//!
//! Owns: reading the infohashes and the name. Trackers, peers and web seeds are skipped: nobody here contacts them, and
//! they may hold a passkey. Must not know: where a link came from or what becomes of it.

use url::form_urlencoded;

use super::infohash::Infohash;
use super::text;

/// Whether a link is a magnet link, whatever it names.
pub fn is_magnet(link: &str) -> bool {
    link.get(..7).is_some_and(|scheme| scheme.eq_ignore_ascii_case("magnet:"))
}

/// What a magnet link names. A link to a hybrid torrent has both hashes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Magnet {
    v1: Option<[u8; 20]>,
    v2: Option<[u8; 32]>,
    /// The name that the link suggests (`dn`), fit to show.
    pub name: Option<String>,
}

/// The text is no magnet link that names one torrent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidMagnet {
    /// It does not begin with `magnet:?`.
    #[error("not a magnet link")]
    NotAMagnet,
    /// Longer than [`Magnet::MAX_BYTES`].
    #[error("the magnet link is too long")]
    TooLong,
    /// It names no torrent.
    #[error("the magnet link has no infohash")]
    NoInfohash,
    /// An infohash that cannot be read.
    #[error("the magnet link has an infohash that cannot be read")]
    BadInfohash,
    /// It names two different torrents.
    #[error("the magnet link names two torrents")]
    TwoTorrents,
}

impl Magnet {
    /// The longest link that is read, in bytes.
    pub const MAX_BYTES: usize = 64 * 1024;
    /// The longest name that is kept, in characters.
    pub const MAX_NAME_CHARS: usize = 255;

    /// Reads a link. Scheme, keys, namespaces and digits may be in either case.
    pub fn parse(link: &str) -> Result<Self, InvalidMagnet> {
        let link = link.trim();
        if link.len() > Self::MAX_BYTES {
            return Err(InvalidMagnet::TooLong);
        }
        let scheme = link.get(..8).filter(|scheme| scheme.eq_ignore_ascii_case("magnet:?"));
        let query = scheme.and(link.get(8..)).ok_or(InvalidMagnet::NotAMagnet)?;
        let mut magnet = Self { v1: None, v2: None, name: None };
        for (key, value) in form_urlencoded::parse(query.as_bytes()) {
            // Several topics may be numbered: `xt.1`, `xt.2`.
            let key = key.split('.').next().unwrap_or_default().to_ascii_lowercase();
            match key.as_str() {
                "xt" => magnet.add_topic(&value)?,
                "dn" if magnet.name.is_none() => {
                    magnet.name =
                        Some(text::clean(&value, Self::MAX_NAME_CHARS)).filter(|name| !name.is_empty());
                }
                _ => {}
            }
        }
        if magnet.v1.is_none() && magnet.v2.is_none() { Err(InvalidMagnet::NoInfohash) } else { Ok(magnet) }
    }

    /// The hash by which the torrent is filed: v1 where there is one, else v2.
    pub fn infohash(&self) -> Option<Infohash> {
        self.v1.map(Infohash::V1).or(self.v2.map(Infohash::V2))
    }

    /// The SHA-1 infohash.
    pub fn v1(&self) -> Option<[u8; 20]> {
        self.v1
    }

    /// The SHA-256 infohash.
    pub fn v2(&self) -> Option<[u8; 32]> {
        self.v2
    }

    /// Takes an exact topic; one that is no torrent's, such as `urn:sha1:`, is skipped.
    fn add_topic(&mut self, topic: &str) -> Result<(), InvalidMagnet> {
        if let Some(text) = after(topic, "urn:btih:") {
            match text.parse::<Infohash>().ok().or_else(|| base32(text)) {
                Some(Infohash::V1(hash)) => set_once(&mut self.v1, hash),
                // Some programs write a v2 hash where only a v1 hash belongs.
                Some(Infohash::V2(hash)) => set_once(&mut self.v2, hash),
                None => Err(InvalidMagnet::BadInfohash),
            }
        } else if let Some(text) = after(topic, "urn:btmh:") {
            // A multihash: SHA-256 is function 0x12, and 0x20 bytes long.
            match after(text, "1220").map(str::parse) {
                Some(Ok(Infohash::V2(hash))) => set_once(&mut self.v2, hash),
                _ => Err(InvalidMagnet::BadInfohash),
            }
        } else {
            Ok(())
        }
    }
}

fn set_once<const N: usize>(slot: &mut Option<[u8; N]>, hash: [u8; N]) -> Result<(), InvalidMagnet> {
    if slot.is_some_and(|other| other != hash) {
        return Err(InvalidMagnet::TwoTorrents);
    }
    *slot = Some(hash);
    Ok(())
}

/// What follows `prefix`, which is compared without case.
fn after<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let start = text.get(..prefix.len())?;
    start.eq_ignore_ascii_case(prefix).then(|| &text[prefix.len()..])
}

/// Reads 32 digits of base32 (RFC 4648 §6), the older way of writing a v1 hash.
fn base32(text: &str) -> Option<Infohash> {
    const DIGITS: usize = 32;
    if text.len() != DIGITS {
        return None;
    }
    let mut hash = [0; 20];
    let digits = text.bytes().map(|digit| match digit.to_ascii_uppercase() {
        letter @ b'A'..=b'Z' => Some(letter - b'A'),
        number @ b'2'..=b'7' => Some(number - b'2' + 26),
        _ => None,
    });
    for (place, digit) in digits.enumerate() {
        let digit = u16::from(digit?);
        // Five bits, which may lie across two bytes.
        let [high, low] = (digit << (11 - place * 5 % 8)).to_be_bytes();
        let byte = place * 5 / 8;
        hash[byte] |= high;
        if let Some(next) = hash.get_mut(byte + 1) {
            *next |= low;
        }
    }
    (hash != [0; 20]).then_some(Infohash::V1(hash))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEX: &str = "c12fe1c06bba254a9dc9f519b335aa7c1367a88a";
    const BASE32: &str = "YEX6DQDLXISUVHOJ6UM3GNNKPQJWPKEK";
    const V2: &str = "caf1e1c30e81cb361b9ee167c4aa64228a7fa4fa9f6105232b28ad099f3a302e";

    fn hash(link: &str) -> Result<String, InvalidMagnet> {
        Magnet::parse(link).map(|magnet| magnet.infohash().unwrap().to_string())
    }

    #[test]
    fn hexadecimal_and_base32_of_either_case_are_the_same_torrent() {
        for digits in [HEX, BASE32, &HEX.to_uppercase(), &BASE32.to_lowercase()] {
            assert_eq!(hash(&format!("magnet:?xt=urn:btih:{digits}")).unwrap(), HEX, "{digits}");
            assert_eq!(hash(&format!("MAGNET:?XT=URN:BTIH:{digits}&dn=x")).unwrap(), HEX, "{digits}");
            assert_eq!(hash(&format!("magnet:?dn=a&xt.1=urn%3Abtih%3A{digits}")).unwrap(), HEX, "{digits}");
        }
    }

    #[test]
    fn a_hybrid_has_both_hashes_and_a_v2_torrent_its_own() {
        let both = Magnet::parse(&format!("magnet:?xt=urn:btmh:1220{V2}&xt=urn:btih:{HEX}")).unwrap();
        assert_eq!(both.infohash(), Some(Infohash::V1(both.v1().unwrap())));
        assert_eq!(hex::encode(both.v2().unwrap()), V2);
        assert_eq!(hash(&format!("magnet:?xt=urn:btmh:1220{V2}")).unwrap(), V2);
    }

    #[test]
    fn a_link_that_names_no_torrent_or_two_is_refused() {
        let other = "a".repeat(40);
        for (link, error) in [
            (String::new(), InvalidMagnet::NotAMagnet),
            ("http://127.0.0.1/".into(), InvalidMagnet::NotAMagnet),
            ("magnet:".into(), InvalidMagnet::NotAMagnet),
            ("magnet:?".into(), InvalidMagnet::NoInfohash),
            ("magnet:?dn=name".into(), InvalidMagnet::NoInfohash),
            (format!("magnet:?xt=urn:sha1:{BASE32}"), InvalidMagnet::NoInfohash),
            ("magnet:?xt=urn:btih:".into(), InvalidMagnet::BadInfohash),
            (format!("magnet:?xt=urn:btih:{}", "0".repeat(40)), InvalidMagnet::BadInfohash),
            (format!("magnet:?xt=urn:btih:{}", "A".repeat(32)), InvalidMagnet::BadInfohash),
            (format!("magnet:?xt=urn:btih:{}", "1".repeat(32)), InvalidMagnet::BadInfohash),
            (format!("magnet:?xt=urn:btmh:1114{HEX}"), InvalidMagnet::BadInfohash),
            (format!("magnet:?xt=urn:btih:{HEX}&xt=urn:btih:{other}"), InvalidMagnet::TwoTorrents),
            (format!("magnet:?xt=urn:btih:{HEX}&tr={}", "a".repeat(1 << 20)), InvalidMagnet::TooLong),
        ] {
            assert_eq!(Magnet::parse(&link), Err(error), "{}", &link[..link.len().min(80)]);
        }
        assert_eq!(hash(&format!("magnet:?xt=urn:btih:{HEX}&xt=urn:btih:{BASE32}")).unwrap(), HEX);
    }

    #[test]
    fn the_name_is_decoded_cleaned_and_cut() {
        let name = |dn: &str| Magnet::parse(&format!("magnet:?xt=urn:btih:{HEX}&dn={dn}")).unwrap().name;
        assert_eq!(name("A+Film%20%C3%A9%00%1b").as_deref(), Some("A Film é"));
        assert_eq!(name("%20"), None);
        assert_eq!(name(&"é".repeat(300)).unwrap().chars().count(), Magnet::MAX_NAME_CHARS);
    }
}
