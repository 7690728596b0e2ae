//! Entity tags of feed bodies, and whether a client has the body already. Source: RFC 9110 §8.8.3 and §13.1.2.
//!
//! Strong, so that caches may use ranges; lower-case hexadecimal, since ruTorrent gives a tag back in lower case.
//! A `.torrent` has none: FlexGet sends the feed's validators along with its downloads, and a 304 there fails them.

use sha2::{Digest, Sha256};

/// The tag of one body: the first 128 bits of its SHA-256.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Etag(String);

/// What is read of an `If-None-Match` at most, in bytes; a longer one is taken for "no match".
const MAX_HEADER_BYTES: usize = 4096;

impl Etag {
    /// The tag of `body`.
    pub fn from_body(body: &[u8]) -> Self {
        Self(hex::encode(&Sha256::digest(body)[..16]))
    }

    /// The header's value, with its quotes.
    pub fn header_value(&self) -> String {
        format!("\"{}\"", self.0)
    }

    /// Whether the `If-None-Match` value names this tag (or `*`): the answer is then 304. Compared weakly, as the
    /// RFC asks, and without regard to case. A value that breaks the grammar matches up to where it breaks.
    pub fn matches(&self, if_none_match: &str) -> bool {
        if if_none_match.len() > MAX_HEADER_BYTES {
            return false;
        }
        if if_none_match.trim() == "*" {
            return true;
        }
        let mut rest = if_none_match;
        loop {
            rest = rest.trim_start_matches([' ', '\t', ',']);
            rest = rest.strip_prefix("W/").or_else(|| rest.strip_prefix("w/")).unwrap_or(rest);
            let Some((tag, after)) = rest.strip_prefix('"').and_then(|quoted| quoted.split_once('"')) else {
                return false;
            };
            if tag.eq_ignore_ascii_case(&self.0) {
                return true;
            }
            rest = after;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tag_is_strong_lower_case_and_follows_the_body() {
        let tag = Etag::from_body(b"body").header_value();
        assert_eq!(tag.len(), 34);
        assert_eq!(tag, tag.to_lowercase());
        assert_ne!(Etag::from_body(b"other"), Etag::from_body(b"body"));
    }

    #[test]
    fn every_way_in_which_clients_and_proxies_send_it_back_matches() {
        let tag = Etag::from_body(b"body");
        let value = tag.header_value();
        let upper = value.to_uppercase();
        let list = format!("\"a,b\" , W/{value},\"c\"");
        for header in [&value, &upper, &format!("W/{value}"), &format!("w/{value}"), &list, " * "] {
            assert!(tag.matches(header), "{header}");
        }
    }

    #[test]
    fn another_tag_or_nonsense_does_not_match() {
        let tag = Etag::from_body(b"body");
        let bare = tag.header_value().replace('"', "");
        let buried = format!("\"x{bare}\"");
        let long = format!("{}{}", "\"a\",".repeat(2000), tag.header_value());
        for header in ["", ",", "\"", "\"a\"", "W/", "**", &bare, &buried, &long, "\"é"] {
            assert!(!tag.matches(header), "{header}");
        }
    }
}
