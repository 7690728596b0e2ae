//! The name that a client gives to a file or directory of a torrent.
//!
//! Owns: which characters are dropped or replaced, and where long names are cut, exactly as libtorrent does, because the
//! result decides whether two files clash and whether the v1 and v2 lists of a hybrid agree. Must not know: files, trees.

use std::borrow::Cow;

/// Past this many bytes a name is cut, but for an extension.
const CUT_BYTES: usize = 240;
/// How far from the end an extension may begin, in bytes.
const EXTENSION_BYTES: usize = 10;

/// One step over text that may not be UTF-8.
struct Step {
    /// The character; `None` where the bytes are not UTF-8.
    character: Option<char>,
    /// How many bytes it takes.
    bytes: usize,
}

/// The name of the torrent, or the name in a symlink's target. Empty if nothing is left of it (`.`, `..`, `/`).
pub(super) fn sanitize(name: &[u8]) -> Cow<'_, [u8]> {
    if name == b"." { Cow::Borrowed(b"") } else { clean(name, b"") }
}

/// The name of a file or directory, which is never empty: `_` if nothing else is left.
pub(super) fn sanitize_element(name: &[u8]) -> Cow<'_, [u8]> {
    clean(name, b"_")
}

fn clean<'a>(name: &'a [u8], if_nothing_left: &'static [u8]) -> Cow<'a, [u8]> {
    if name.is_empty() {
        return Cow::Borrowed(b"_");
    }
    if is_plain(name) {
        return Cow::Borrowed(name);
    }
    let mut kept = Vec::with_capacity(name.len().min(CUT_BYTES + EXTENSION_BYTES));
    let mut dots = 0;
    let mut cut = false;
    let mut at = 0;
    while at < name.len() {
        let step = step(&name[at..]);
        let next = at + step.bytes;
        match step.character {
            Some(c) if is_dropped(c) => {}
            Some(c) if !c.is_control() => {
                kept.extend_from_slice(&name[at..next]);
                dots += usize::from(c == '.');
                if kept.len() >= CUT_BYTES && !cut {
                    cut = true;
                    match extension_start(name, at) {
                        Some(dot) => {
                            at = dot;
                            continue;
                        }
                        None => break,
                    }
                }
            }
            _ => kept.push(b'_'),
        }
        at = next;
    }
    if kept.len() == dots && dots <= 2 {
        return Cow::Borrowed(if_nothing_left);
    }
    if kept == name { Cow::Borrowed(name) } else { Cow::Owned(kept) }
}

/// Whether a name is short, printable ASCII, and so stays as it is: nearly all are, and cost no copy.
fn is_plain(name: &[u8]) -> bool {
    let is_kept = |byte: &u8| matches!(byte, b' '..=b'~') && !matches!(byte, b'/' | b'\\');
    name.len() < CUT_BYTES && name.iter().all(is_kept) && name.iter().any(|byte| *byte != b'.')
}

/// Where the extension begins that is kept when the name is cut after the character at `at`.
fn extension_start(name: &[u8], at: usize) -> Option<usize> {
    let from = name.len().saturating_sub(EXTENSION_BYTES).max(at) + 1;
    let tail = name.get(from..)?;
    tail.iter().rposition(|byte| *byte == b'.').map(|dot| from + dot)
}

/// Separators, NUL, and characters that cannot be seen or that turn the direction of text.
fn is_dropped(c: char) -> bool {
    matches!(
        c,
        '/' | '\\'
            | '\0'
            | '\u{061C}'
            | '\u{200B}'..='\u{200F}'
            | '\u{202A}'..='\u{202E}'
            | '\u{2060}'..='\u{2064}'
            | '\u{2066}'..='\u{2069}'
            | '\u{FEFF}'
    )
}

/// Reads one character of text that is not empty. Where the bytes are no character, their lead byte says how many of
/// them are skipped together, which is why this is not the standard library's decoding.
fn step(text: &[u8]) -> Step {
    let length = match text.first() {
        Some(0x00..=0x7F) => 1,
        Some(0xC0..=0xDF) => 2,
        Some(0xE0..=0xEF) => 3,
        Some(0xF0..=0xF7) => 4,
        Some(0xF8..=0xFB) => return Step { character: None, bytes: 5.min(text.len()) },
        _ => return Step { character: None, bytes: 1 },
    };
    let bytes = length.min(text.len());
    let character = std::str::from_utf8(&text[..bytes]).ok().and_then(|text| text.chars().next());
    Step { character, bytes }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(name: &[u8]) -> String {
        String::from_utf8(sanitize(name).into_owned()).unwrap()
    }

    #[test]
    fn what_cannot_be_in_a_name_is_dropped_or_replaced() {
        assert_eq!(shown(b"a/b\\c\0d"), "abcd");
        assert_eq!(shown("a\u{202E}b\u{200B}c\u{FEFF}".as_bytes()), "abc");
        assert_eq!(shown(b"a\x01\x7f\xC2\x85b"), "a___b");
    }

    #[test]
    fn bytes_that_are_no_character_become_one_mark_per_sequence() {
        assert_eq!(shown(b"a\xFFb"), "a_b");
        assert_eq!(shown(b"\xE9t\xE9 et fin"), "_ et fin");
        assert_eq!(shown(b"a\xE2\x28\xA1b"), "a_b");
        assert_eq!(shown(b"a\xED\xA0\x80b\xC0\xAFc"), "a_b_c");
        assert_eq!(shown(b"ab\xF0\x9F"), "ab_");
    }

    #[test]
    fn names_that_lead_elsewhere_are_nothing() {
        for name in ["", ".", "..", "/", "//", "./", "..\\"] {
            let left = if name.is_empty() { "_" } else { "" };
            assert_eq!(shown(name.as_bytes()), left, "{name}");
            assert_eq!(&*sanitize_element(name.as_bytes()), b"_", "{name}");
        }
        assert_eq!(shown(b"..."), "...");
    }

    #[test]
    fn a_long_name_keeps_its_extension() {
        let long = [b"a".repeat(300), b".mkv".to_vec()].concat();
        assert_eq!(shown(&long), format!("{}.mkv", "a".repeat(240)));
        assert_eq!(shown(&b"a".repeat(300)), "a".repeat(240));
    }
}
