//! What bytes are that are plainly no torrent.
//!
//! Owns: telling a web page and the text of a magnet link from anything else, by the first bytes only. Must not know:
//! bencoding.

/// The longest magnet link that is taken for one, in bytes.
const MAX_MAGNET_BYTES: usize = 64 * 1024;
/// How far into the bytes a page may begin, in bytes.
const LOOK_AHEAD_BYTES: usize = 1024;
const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// Whether the bytes begin as a web page does. An error in XML, as indexer proxies send it, is none.
pub(super) fn is_page(bytes: &[u8]) -> bool {
    let start = trimmed(&bytes[..bytes.len().min(LOOK_AHEAD_BYTES)]);
    let is_xml = [b"<?xml".as_slice(), b"<error"].iter().any(|tag| start.starts_with(tag));
    start.starts_with(b"<")
        && (!is_xml || start.windows(5).any(|window| window.eq_ignore_ascii_case(b"<html")))
}

/// The magnet link that the bytes are, if they are the text of one and nothing else.
pub(super) fn magnet(bytes: &[u8]) -> Option<&str> {
    if bytes.len() > MAX_MAGNET_BYTES {
        return None;
    }
    let text = std::str::from_utf8(trimmed(bytes)).ok()?;
    let is_magnet = text.get(..7)?.eq_ignore_ascii_case("magnet:");
    (is_magnet && !text.contains(char::is_whitespace)).then_some(text)
}

fn trimmed(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes).trim_ascii()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_known_by_how_they_begin() {
        for page in ["<!DOCTYPE html>", "\r\n  <html>", "\u{FEFF}<?xml version='1.0'?>\n<HTML>", "<!-- x -->"]
        {
            assert!(is_page(page.as_bytes()), "{page}");
        }
        for other in [
            "",
            "d8:announce",
            "{\"error\":1}",
            "not <b>here</b>",
            "<?xml version='1.0'?><error code='900'/>",
        ] {
            assert!(!is_page(other.as_bytes()), "{other}");
        }
    }

    #[test]
    fn a_magnet_link_is_known_with_space_around_it_and_in_any_case() {
        assert_eq!(magnet(b" MAGNET:?xt=urn:btih:x\r\n"), Some("MAGNET:?xt=urn:btih:x"));
        for other in ["", "magnet", "magnet:?a b", "see magnet:?xt=x"] {
            assert_eq!(magnet(other.as_bytes()), None, "{other}");
        }
        assert_eq!(magnet(format!("magnet:?{}", "a".repeat(MAX_MAGNET_BYTES)).as_bytes()), None);
    }
}
