//! Whether a value is written in the one canonical way (BEP 3, BEP 52).
//!
//! Owns: the extra strictness that clients apply to the `info` of a torrent with a `meta version`: dictionary keys sorted
//! and unique, no leading zeros. An integer is judged by libtorrent's rule, which looks at the digit after `i` only, so
//! that `i-01e` passes. Must not know: what the keys mean.

use super::bencode::{Node, Token};

/// A list or dictionary that the walk is inside of.
enum Level<'a> {
    List,
    /// The last key, and whether the next item is a key.
    Dict(Option<&'a [u8]>, bool),
}

/// Whether `node`, all of it, is canonical.
pub(super) fn is_canonical(node: Node<'_>) -> bool {
    let mut open: Vec<Level<'_>> = Vec::new();
    for token in node.tokens() {
        match token {
            Token::Integer(integer) if has_leading_zero(integer.bytes().get(1..), b'e') => return false,
            Token::String(string) if has_leading_zero(Some(string.bytes()), b':') => return false,
            Token::End => {
                open.pop();
                continue;
            }
            Token::Integer(_) | Token::String(_) | Token::List | Token::Dict => {}
        }
        if let Some(Level::Dict(last, wants_key)) = open.last_mut() {
            if *wants_key && let Token::String(key) = token {
                let key = key.string();
                if last.is_some() && *last >= key {
                    return false;
                }
                *last = key;
            }
            *wants_key = !*wants_key;
        }
        match token {
            Token::List => open.push(Level::List),
            Token::Dict => open.push(Level::Dict(None, true)),
            Token::Integer(_) | Token::String(_) | Token::End => {}
        }
    }
    true
}

/// Whether a number has more digits than the zero it begins with.
fn has_leading_zero(number: Option<&[u8]>, end: u8) -> bool {
    matches!(number, Some([b'0', next, ..]) if *next != end)
}

#[cfg(test)]
mod tests {
    use super::is_canonical;
    use crate::bencode::decode;

    fn canonical(text: &str) -> bool {
        is_canonical(decode(text.as_bytes()).unwrap())
    }

    #[test]
    fn sorted_unique_keys_and_plain_numbers_are_canonical() {
        for text in ["de", "d1:ai0e1:bl0:ee", "d1:a0:2:aa0:1:b0:e", "d1:ad1:zi1ee1:bd1:ai2eee", "i-01e"] {
            assert!(canonical(text), "{text}");
        }
    }

    #[test]
    fn order_doubles_and_leading_zeros_are_found_at_any_depth() {
        for text in [
            "d1:b0:1:a0:e",
            "d1:a0:1:a0:e",
            "d2:aa0:1:a0:e",
            "i01e",
            "01:a",
            "d1:ald1:b0:1:a0:eee",
            "d01:a0:e",
        ] {
            assert!(!canonical(text), "{text}");
        }
    }
}
