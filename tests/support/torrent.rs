//! Tiny real torrents, made by hand: one file, one tracker that does not exist.

use std::path::Path;

use grabfeed::domain::infohash::Infohash;
use sha1::{Digest, Sha1};

const PIECE_BYTES: usize = 16 * 1024;

/// A torrent with its content.
pub(crate) struct TinyTorrent {
    pub name: String,
    pub content: Vec<u8>,
    pub bytes: Vec<u8>,
    pub infohash: Infohash,
}

impl TinyTorrent {
    /// A private torrent of one file; the content follows from the name.
    pub(crate) fn new(name: &str) -> Self {
        let content = format!("content of {name}\n").repeat(1000).into_bytes();
        let pieces: Vec<u8> = content.chunks(PIECE_BYTES).flat_map(Sha1::digest).collect();
        let info = dictionary(&[
            ("length", integer(content.len())),
            ("name", string(name.as_bytes())),
            ("piece length", integer(PIECE_BYTES)),
            ("pieces", string(&pieces)),
            ("private", integer(1)),
        ]);
        let infohash = Infohash::V1(Sha1::digest(&info).into());
        let bytes = dictionary(&[("announce", string(b"http://127.0.0.1:9/announce")), ("info", info)]);
        Self { name: name.to_owned(), content, bytes, infohash }
    }

    /// Puts the content where a client that seeds expects it.
    pub(crate) fn put_content(&self, folder: &Path) {
        std::fs::write(folder.join(&self.name), &self.content).unwrap();
    }
}

fn integer(value: usize) -> Vec<u8> {
    format!("i{value}e").into_bytes()
}

fn string(value: &[u8]) -> Vec<u8> {
    [value.len().to_string().as_bytes(), b":", value].concat()
}

/// `entries` come sorted by key, as BEP 3 asks.
fn dictionary(entries: &[(&str, Vec<u8>)]) -> Vec<u8> {
    assert!(entries.is_sorted_by_key(|(key, _)| *key));
    let body = entries.iter().flat_map(|(key, value)| [string(key.as_bytes()), value.clone()].concat());
    std::iter::once(b'd').chain(body).chain([b'e']).collect()
}
