//! Bencoding (BEP 3), read in place.
//!
//! Owns: the limits and the grammar, exactly those of libtorrent's decoder with the limits of its `load_torrent_limits`,
//! and [`Node`], a value as the slice of bytes that it was written with. The grammar is checked once, without recursion
//! and without allocating; after that a node walks its own bytes. Must not know: what a torrent is.

use super::VerifyError;

/// How many lists and dictionaries may be open when another item follows; libtorrent's `max_decode_depth`.
const MAX_DEPTH: usize = 100;
/// How many items, ends of lists and dictionaries included; libtorrent's `max_decode_tokens`.
const MAX_TOKENS: usize = 3_000_000;
/// The longest file that libtorrent's decoder can address.
const MAX_BYTES: usize = (1 << 29) - 1;
/// The longest digits of a string's length, leading zeros included.
const MAX_LENGTH_DIGITS: usize = 16;
/// The longest digits of an integer, leading zeros included.
const MAX_INTEGER_DIGITS: usize = 20;

/// What a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Integer,
    String,
    List,
    Dict,
}

/// A value of a checked document: the bytes from its first to its last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Node<'a> {
    bytes: &'a [u8],
}

/// What an open list or dictionary waits for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Open {
    List,
    DictKey,
    DictValue,
}

/// Checks the first value of `bytes` and returns it. What follows it is ignored, as clients do.
pub(super) fn decode(bytes: &[u8]) -> Result<Node<'_>, VerifyError> {
    if bytes.len() > MAX_BYTES {
        return Err(VerifyError::TooLarge);
    }
    let mut open = [Open::List; MAX_DEPTH];
    let mut depth = 0;
    let mut at = 0;
    for _ in 0..MAX_TOKENS {
        let byte = *bytes.get(at).ok_or(VerifyError::Truncated)?;
        if depth == MAX_DEPTH {
            return Err(VerifyError::TooDeep);
        }
        let parent = depth.checked_sub(1);
        if parent.is_some_and(|parent| open[parent] == Open::DictKey) && !matches!(byte, b'0'..=b'9' | b'e') {
            return Err(VerifyError::BrokenBencoding);
        }
        at = match byte {
            b'd' | b'l' => {
                open[depth] = if byte == b'd' { Open::DictKey } else { Open::List };
                depth += 1;
                at + 1
            }
            b'e' => {
                let parent = parent.ok_or(VerifyError::BrokenBencoding)?;
                if open[parent] == Open::DictValue {
                    return Err(VerifyError::BrokenBencoding);
                }
                depth = parent;
                at + 1
            }
            b'i' => integer_end(bytes, at)?,
            _ => string_end(bytes, at)?,
        };
        // An item that begins inside a dictionary turns its key into its value at once; an end belongs to no one.
        if byte != b'e'
            && let Some(parent) = parent
        {
            open[parent] = match open[parent] {
                Open::List => Open::List,
                Open::DictKey => Open::DictValue,
                Open::DictValue => Open::DictKey,
            };
        }
        if depth == 0 {
            return Ok(Node { bytes: &bytes[..at] });
        }
    }
    Err(VerifyError::TooManyItems)
}

/// The position after the integer that begins at `at`.
fn integer_end(bytes: &[u8], at: usize) -> Result<usize, VerifyError> {
    let sign = usize::from(bytes.get(at + 1) == Some(&b'-'));
    let first = at + 1 + sign;
    let digits = digits_from(bytes, first);
    match bytes.get(first + digits) {
        None => Err(VerifyError::Truncated),
        Some(b'e') if (1..=MAX_INTEGER_DIGITS).contains(&digits) => Ok(first + digits + 1),
        Some(_) => Err(VerifyError::BrokenBencoding),
    }
}

/// The position after the string that begins at `at`.
fn string_end(bytes: &[u8], at: usize) -> Result<usize, VerifyError> {
    let digits = digits_from(bytes, at);
    let colon = at + digits;
    match bytes.get(colon) {
        None => return Err(VerifyError::Truncated),
        Some(b':') if (1..=MAX_LENGTH_DIGITS).contains(&digits) => {}
        Some(_) => return Err(VerifyError::BrokenBencoding),
    }
    let length = usize::try_from(value_of(&bytes[at..colon])).map_err(|_| VerifyError::Truncated)?;
    let rest = bytes.len() - colon - 1;
    if length > rest { Err(VerifyError::Truncated) } else { Ok(colon + 1 + length) }
}

fn digits_from(bytes: &[u8], at: usize) -> usize {
    bytes.get(at..).unwrap_or_default().iter().take_while(|byte| byte.is_ascii_digit()).count()
}

/// The value of decimal digits; 0 where it does not fit, which is what libtorrent reads then.
fn value_of(digits: &[u8]) -> i64 {
    let step = |value: i64, digit: &u8| value.checked_mul(10)?.checked_add(i64::from(digit - b'0'));
    digits.iter().try_fold(0, step).unwrap_or(0)
}

impl<'a> Node<'a> {
    /// The bytes that the value was written with; hashes are taken over these.
    pub(super) fn bytes(self) -> &'a [u8] {
        self.bytes
    }

    pub(super) fn kind(self) -> Kind {
        match self.bytes.first() {
            Some(b'd') => Kind::Dict,
            Some(b'l') => Kind::List,
            Some(b'i') => Kind::Integer,
            _ => Kind::String,
        }
    }

    /// The integer; 0 if it does not fit 64 bits with a sign.
    pub(super) fn integer(self) -> Option<i64> {
        let digits = self.bytes.strip_prefix(b"i")?.strip_suffix(b"e")?;
        Some(match digits.strip_prefix(b"-") {
            Some(digits) => -value_of(digits),
            None => value_of(digits),
        })
    }

    pub(super) fn string(self) -> Option<&'a [u8]> {
        if self.kind() != Kind::String {
            return None;
        }
        let digits = digits_from(self.bytes, 0);
        self.bytes.get(digits + 1..)
    }

    pub(super) fn list(self) -> Option<Items<'a>> {
        (self.kind() == Kind::List).then(|| self.items())
    }

    pub(super) fn dict(self) -> Option<Entries<'a>> {
        (self.kind() == Kind::Dict).then(|| Entries(self.items()))
    }

    /// The first value under each of `keys`, which is the one that clients take; read in one pass.
    pub(super) fn fields<const N: usize>(self, keys: [&str; N]) -> [Option<Self>; N] {
        let mut values = [None; N];
        for (name, value) in self.dict().into_iter().flatten() {
            if let Some(at) = keys.iter().position(|key| key.as_bytes() == name) {
                values[at] = values[at].or(Some(value));
            }
        }
        values
    }

    fn items(self) -> Items<'a> {
        // Between the opening letter and the closing `e`.
        Items(Cursor { rest: self.bytes.get(1..self.bytes.len().saturating_sub(1)).unwrap_or_default() })
    }

    /// The tokens that the value is written with.
    pub(super) fn tokens(self) -> Cursor<'a> {
        Cursor { rest: self.bytes }
    }
}

/// One step of a walk over checked bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token<'a> {
    List,
    Dict,
    End,
    Integer(Node<'a>),
    String(Node<'a>),
}

/// A place in checked bytes, for walks that must not read a nested value once per level.
#[derive(Debug, Clone)]
pub(super) struct Cursor<'a> {
    rest: &'a [u8],
}

impl<'a> Cursor<'a> {
    /// Takes the whole value that begins here; `None` at an end.
    pub(super) fn value(&mut self) -> Option<Node<'a>> {
        let mut depth = 0_usize;
        let mut ahead = self.clone();
        loop {
            match ahead.next()? {
                Token::List | Token::Dict => depth += 1,
                Token::End => depth = depth.checked_sub(1)?,
                Token::Integer(_) | Token::String(_) => {}
            }
            if depth == 0 {
                let bytes = self.rest.get(..self.rest.len() - ahead.rest.len())?;
                *self = ahead;
                return Some(Node { bytes });
            }
        }
    }
}

impl<'a> Iterator for Cursor<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        let first = self.rest.first()?;
        let end = match first {
            b'd' | b'l' | b'e' => 1,
            b'i' => integer_end(self.rest, 0).ok()?,
            _ => string_end(self.rest, 0).ok()?,
        };
        let (bytes, rest) = self.rest.split_at_checked(end)?;
        self.rest = rest;
        Some(match first {
            b'd' => Token::Dict,
            b'l' => Token::List,
            b'e' => Token::End,
            b'i' => Token::Integer(Node { bytes }),
            _ => Token::String(Node { bytes }),
        })
    }
}

/// The values of a list, or the keys and values of a dictionary in turn.
#[derive(Debug, Clone)]
pub(super) struct Items<'a>(Cursor<'a>);

impl<'a> Iterator for Items<'a> {
    type Item = Node<'a>;

    fn next(&mut self) -> Option<Node<'a>> {
        self.0.value()
    }
}

/// The entries of a dictionary, in the order of the file.
#[derive(Debug, Clone)]
pub(super) struct Entries<'a>(Items<'a>);

impl<'a> Iterator for Entries<'a> {
    type Item = (&'a [u8], Node<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        let key = self.0.next()?.string()?;
        Some((key, self.0.next()?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nested(opening: &str, levels: usize) -> Vec<u8> {
        [opening.repeat(levels), "e".repeat(levels)].concat().into_bytes()
    }

    #[test]
    fn ninety_nine_levels_are_read_and_one_more_is_not() {
        assert!(decode(&nested("l", 99)).is_ok());
        assert_eq!(decode(&nested("l", 100)), Err(VerifyError::TooDeep));
        assert_eq!(decode(&b"l".repeat(20_000)), Err(VerifyError::TooDeep));
        assert_eq!(decode(&b"d1:a".repeat(20_000)), Err(VerifyError::TooDeep));
    }

    #[test]
    fn integers_are_read_as_clients_read_them() {
        for (text, value) in [
            ("i0e", 0),
            ("i-0e", 0),
            ("i003e", 3),
            ("i-03e", -3),
            ("i9223372036854775807e", i64::MAX),
            ("i-9223372036854775807e", -i64::MAX),
            ("i9223372036854775808e", 0),
            ("i99999999999999999999e", 0),
        ] {
            assert_eq!(decode(text.as_bytes()).unwrap().integer(), Some(value), "{text}");
        }
        for text in ["ie", "i-e", "i+1e", "i 1e", "i1.5e", "i--1e", &format!("i{}e", "1".repeat(21))] {
            assert_eq!(decode(text.as_bytes()), Err(VerifyError::BrokenBencoding), "{text}");
        }
    }

    #[test]
    fn a_string_longer_than_the_file_or_without_a_clean_length_is_refused() {
        for text in ["5:abcd", "99999999999:abc", "2147483652:", "9999999999999999:a", "3", "3:ab"] {
            assert_eq!(decode(text.as_bytes()), Err(VerifyError::Truncated), "{text}");
        }
        for text in ["-1:a", "+1:a", "1 :a", ":a", "1;a", "18446744073709551616:"] {
            assert_eq!(decode(text.as_bytes()), Err(VerifyError::BrokenBencoding), "{text}");
        }
        assert_eq!(decode(b"01:a").unwrap().string(), Some(b"a".as_slice()));
    }

    #[test]
    fn a_dictionary_needs_string_keys_that_each_have_a_value() {
        for text in ["di1ei2ee", "d1:ae", "dlee", "d1:a1:b1:ce", "e"] {
            assert_eq!(decode(text.as_bytes()), Err(VerifyError::BrokenBencoding), "{text}");
        }
    }

    #[test]
    fn the_first_of_two_equal_keys_counts_and_its_bytes_are_the_files() {
        let root = decode(b"d1:ad1:xi1ee1:ai2ee trailing").unwrap();
        assert_eq!(
            root.fields(["b", "a"]).map(|field| field.map(Node::bytes)),
            [None, Some(b"d1:xi1ee".as_slice())]
        );
        assert_eq!(root.bytes().len(), 19);
    }

    #[test]
    fn the_number_of_items_is_limited() {
        let strings = |count: usize| [b"l".as_slice(), &b"0:".repeat(count), b"e"].concat();
        assert!(decode(&strings(MAX_TOKENS - 2)).is_ok());
        assert_eq!(decode(&strings(MAX_TOKENS - 1)), Err(VerifyError::TooManyItems));
    }
}
