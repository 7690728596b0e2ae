//! Bencoded files for tests, as right or as wrong as a test wants them.

use sha2::{Digest, Sha256};

/// A bencoded value; a dictionary keeps the order that it is given.
#[derive(Debug, Clone)]
pub(super) enum Value {
    Int(i64),
    Bytes(Vec<u8>),
    List(Vec<Value>),
    Dict(Vec<(Vec<u8>, Value)>),
    /// Written as it is.
    Raw(Vec<u8>),
}

pub(super) use Value::{Int, List, Raw};

pub(super) fn text(text: impl AsRef<[u8]>) -> Value {
    Value::Bytes(text.as_ref().to_vec())
}

pub(super) fn dict<K: AsRef<[u8]>, const N: usize>(entries: [(K, Value); N]) -> Value {
    Value::Dict(entries.into_iter().map(|(key, value)| (key.as_ref().to_vec(), value)).collect())
}

pub(super) fn path(parts: &[&str]) -> Value {
    List(parts.iter().map(text).collect())
}

impl Value {
    /// Sets `key`, in sorted place if it is new.
    #[must_use]
    pub(super) fn with(mut self, key: &str, value: Value) -> Self {
        let Value::Dict(entries) = &mut self else { panic!("not a dictionary") };
        match entries.binary_search_by(|(other, _)| other.as_slice().cmp(key.as_bytes())) {
            Ok(at) => entries[at].1 = value,
            Err(at) => entries.insert(at, (key.into(), value)),
        }
        self
    }

    #[must_use]
    pub(super) fn without(mut self, key: &str) -> Self {
        let Value::Dict(entries) = &mut self else { panic!("not a dictionary") };
        entries.retain(|(other, _)| other != key.as_bytes());
        self
    }

    pub(super) fn encode(&self) -> Vec<u8> {
        let mut out = Vec::new();
        self.write(&mut out);
        out
    }

    fn write(&self, out: &mut Vec<u8>) {
        match self {
            Self::Int(number) => out.extend(format!("i{number}e").bytes()),
            Self::Bytes(bytes) => {
                out.extend(format!("{}:", bytes.len()).bytes());
                out.extend(bytes);
            }
            Self::List(items) => {
                out.push(b'l');
                for item in items {
                    item.write(out);
                }
                out.push(b'e');
            }
            Self::Dict(entries) => {
                out.push(b'd');
                for (key, value) in entries {
                    text(key).write(out);
                    value.write(out);
                }
                out.push(b'e');
            }
            Self::Raw(bytes) => out.extend(bytes),
        }
    }
}

/// The bytes of a torrent with this `info`.
pub(super) fn torrent(info: Value) -> Vec<u8> {
    dict([("announce", text("http://127.0.0.1/announce")), ("info", info)]).encode()
}

/// The `info` of a v1 torrent of one file of 20 000 bytes, two pieces.
pub(super) fn single() -> Value {
    dict([
        ("length", Int(20_000)),
        ("name", text("A film.mkv")),
        ("piece length", Int(16_384)),
        ("pieces", text([7; 40])),
    ])
}

/// The `info` of a v1 torrent named `name` with these files, in pieces of 16 KiB.
pub(super) fn multi(files: Vec<Value>) -> Value {
    let length = |file: &Value| match file {
        Value::Dict(entries) => {
            entries.iter().find(|(key, _)| key == b"length").map_or(0, |(_, length)| match length {
                Int(length) => usize::try_from(*length).unwrap_or(0),
                _ => 0,
            })
        }
        _ => 0,
    };
    let pieces = files.iter().map(length).fold(0, usize::saturating_add).div_ceil(16_384).min(10);
    dict([
        ("files", List(files)),
        ("name", text("name")),
        ("piece length", Int(16_384)),
        ("pieces", text(vec![7; pieces * 20])),
    ])
}

/// A file of a v1 list.
pub(super) fn file(length: i64, parts: &[&str]) -> Value {
    dict([("length", Int(length)), ("path", path(parts))])
}

/// The `info` of a v2 torrent with this file tree, in pieces of 16 KiB.
pub(super) fn v2(tree: Value) -> Value {
    dict([
        ("file tree", tree),
        ("meta version", Int(2)),
        ("name", text("name")),
        ("piece length", Int(16_384)),
    ])
}

/// A file of a v2 tree with any hash.
pub(super) fn leaf(length: i64) -> Value {
    leaf_with(length, [9; 32])
}

/// A file of a v2 tree.
pub(super) fn leaf_with(length: i64, root: [u8; 32]) -> Value {
    dict([("", dict([("length", Int(length)), ("pieces root", text(root))]))])
}

/// The layer of a file of `pieces` pieces of 16 KiB, and its root.
pub(super) fn layer(pieces: u8) -> (Vec<u8>, [u8; 32]) {
    let mut hashes: Vec<[u8; 32]> = (0..pieces).map(|piece| [piece + 1; 32]).collect();
    let bytes = hashes.concat();
    hashes.resize(hashes.len().next_power_of_two(), [0; 32]);
    while hashes.len() > 1 {
        hashes = hashes.chunks(2).map(|pair| Sha256::digest(pair.concat()).into()).collect();
    }
    (bytes, hashes[0])
}
