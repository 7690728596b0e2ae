//! The `Content-Disposition` of a download. Source: RFC 6266 and RFC 8187.

use std::fmt::Write;

use crate::domain::infohash::Infohash;

/// The longest file name without its extension, in characters: at four bytes each it still fits a file system (255 bytes).
const MAX_NAME_CHARS: usize = 60;

/// The header's value for a torrent called `name`: saved as a file, under an ASCII name for old programs (ruTorrent
/// wants it first, quoted and ending in `.torrent`) and under the full name for the others. The name comes from the
/// torrent and may hold anything; what could leave the quotes, the header or the folder does not pass.
pub fn attachment(name: &str, infohash: &Infohash) -> String {
    let full = file_stem(name).unwrap_or_else(|| infohash.to_string());
    let ascii: String = full.chars().map(|c| if c.is_ascii() { c } else { '_' }).collect();
    format!("attachment; filename=\"{ascii}.torrent\"; filename*=UTF-8''{}.torrent", percent_encoded(&full))
}

/// The name without characters that mean something to headers, shells' quotes or file systems, `None` if nothing
/// of it is left.
fn file_stem(name: &str) -> Option<String> {
    let safe = |c: char| match c {
        '"' | '\\' | '/' | ':' | '*' | '?' | '<' | '>' | '|' | '%' | ';' => '_',
        c if c.is_control() || is_direction_mark(c) => '_',
        c => c,
    };
    let name = name.trim().strip_suffix(".torrent").unwrap_or(name);
    let stem: String = name.chars().take(MAX_NAME_CHARS).map(safe).collect();
    let stem = stem.trim_matches(['.', ' ']);
    stem.contains(char::is_alphanumeric).then(|| stem.to_owned())
}

/// Marks that turn the direction of writing make `exe.torrent` look like another extension.
fn is_direction_mark(c: char) -> bool {
    matches!(c, '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

fn percent_encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"!#$&+-.^_`|~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            // Writing into a string does not fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    const HASH: Infohash = Infohash::V1([0xAB; 20]);

    #[test]
    fn a_name_is_given_in_ascii_and_in_full() {
        let expected = "attachment; filename=\"Un _t_ 2026.torrent\"; filename*=UTF-8''Un%20%C3%A9t%C3%A9%202026.torrent";
        assert_eq!(attachment("Un été 2026", &HASH), expected);
    }

    #[test]
    fn a_hostile_name_leaves_neither_the_quotes_nor_the_header_nor_the_folder() {
        let value = attachment("a\"\r\nSet-Cookie: x=1; \\..\\../etc/passwd.torrent", &HASH);
        let expected = "filename=\"a___Set-Cookie_ x=1_ _.._.._etc_passwd.torrent\"";
        assert!(value.contains(expected), "{value}");
        assert!(value.bytes().all(|byte| (b' '..=b'~').contains(&byte)), "{value}");
        assert_eq!(value.matches('"').count(), 2);
    }

    #[test]
    fn a_name_of_which_nothing_is_left_becomes_the_infohash() {
        for name in ["", "..", "///", " . ", "\u{202E}"] {
            let expected = format!("filename=\"{}.torrent\"", "ab".repeat(20));
            assert!(attachment(name, &HASH).contains(&expected), "{name:?}");
        }
    }

    #[test]
    fn a_long_name_is_cut() {
        assert!(attachment(&"é".repeat(5000), &HASH).len() < 1000);
    }
}
