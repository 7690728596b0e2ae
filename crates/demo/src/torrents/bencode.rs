//! Bencode, written (BEP 3). Reading torrents is the business of the program under test; the simulated world has a
//! writer of its own, so that a mistake in one is not hidden by the same mistake in the other.

use std::collections::BTreeMap;

/// A bencoded value. Keys of a dictionary are kept sorted by their bytes, as BEP 3 asks.
#[derive(Debug, Clone)]
pub enum Bencode {
    /// `i…e`
    Int(i64),
    /// `n:…`
    Bytes(Vec<u8>),
    /// `l…e`
    List(Vec<Bencode>),
    /// `d…e`
    Dict(BTreeMap<Vec<u8>, Bencode>),
}

impl Bencode {
    /// A byte string from text.
    pub fn text(text: &str) -> Self {
        Self::Bytes(text.as_bytes().to_vec())
    }

    /// A dictionary from its pairs.
    pub fn dict<'a>(pairs: impl IntoIterator<Item = (&'a str, Self)>) -> Self {
        Self::Dict(pairs.into_iter().map(|(key, value)| (key.as_bytes().to_vec(), value)).collect())
    }

    /// A length in bytes. No content of the simulated world comes near the limit of the type.
    pub fn length(bytes: usize) -> Self {
        Self::Int(i64::try_from(bytes).unwrap_or(i64::MAX))
    }

    /// The encoded bytes.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::new();
        self.write(&mut out);
        out
    }

    fn write(&self, out: &mut Vec<u8>) {
        match self {
            Self::Int(number) => out.extend_from_slice(format!("i{number}e").as_bytes()),
            Self::Bytes(bytes) => write_bytes(bytes, out),
            Self::List(items) => {
                out.push(b'l');
                for item in items {
                    item.write(out);
                }
                out.push(b'e');
            }
            Self::Dict(pairs) => {
                out.push(b'd');
                for (key, value) in pairs {
                    write_bytes(key, out);
                    value.write(out);
                }
                out.push(b'e');
            }
        }
    }
}

fn write_bytes(bytes: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(format!("{}:", bytes.len()).as_bytes());
    out.extend_from_slice(bytes);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_sorted_and_lengths_are_bytes() {
        let value = Bencode::dict([
            ("spam", Bencode::List(vec![Bencode::Int(-3), Bencode::text("é")])),
            ("cow", Bencode::length(0)),
        ]);
        assert_eq!(value.encode(), "d3:cowi0e4:spamli-3e2:éee".as_bytes());
    }
}
