//! Whether bytes are a torrent that clients load, and what is known of it then.
//!
//! The measure is libtorrent 2.1.1 with its default limits: what it loads is accepted here and what it refuses is refused
//! here, so that no client ever fails on a published file and no good file is turned away. The one exception is a
//! torrent without `info` that holds a magnet link (`magnet-uri`): libtorrent loads it, here it is a magnet.
//! Bytes that follow the torrent, unsorted or double keys (the first one counts) and leading zeros are accepted, as
//! clients do; infohashes are taken over the bytes as they are. Never recursive, never more memory than a small multiple
//! of the input, linear in time. Must not know: where the bytes came from or what
//! becomes of them; it does no I/O.

mod bencode;
mod canonical;
mod duplicates;
mod error;
mod facts;
mod file_fields;
mod file_tree;
mod info;
mod infohash;
mod layout;
mod names;
mod piece_layers;
mod sniff;
mod v1_files;

pub use self::error::VerifyError;
pub use self::facts::TorrentFacts;
pub use self::infohash::{Infohash, InvalidInfohash};

use self::bencode::{Kind, Node};

/// Verifies `bytes` as a torrent file.
pub fn verify(bytes: &[u8]) -> Result<TorrentFacts, VerifyError> {
    let root = decode(bytes)?;
    let [info, layers] =
        root.fields(["info", "piece layers"]).map(|field| field.filter(|it| it.kind() == Kind::Dict));
    let Some(info) = info else {
        let is_magnet = magnet_uri(root).is_some();
        return Err(if is_magnet { VerifyError::Magnet } else { VerifyError::MissingInfo });
    };
    let info = info::read(info)?;
    if let Some(layers) = layers.filter(|_| info.v2.is_some()) {
        piece_layers::check(layers, &info.layout)?;
    }
    duplicates::check(&info.layout)?;
    Ok(TorrentFacts {
        v1: info.v1,
        v2: info.v2,
        name: String::from_utf8_lossy(&info.layout.name).into_owned(),
        total_bytes: info.layout.total_bytes,
        file_count: info.layout.files.len().try_into().unwrap_or(u64::MAX),
        piece_length_bytes: info.layout.piece_length_bytes,
        private: info.private,
    })
}

/// The magnet link that `bytes` are or hold where [`verify`] answers [`VerifyError::Magnet`]. It may name trackers with
/// a passkey: it is a secret.
pub fn magnet_text(bytes: &[u8]) -> Option<&str> {
    sniff::magnet(bytes).or_else(|| bencode::decode(bytes).ok().and_then(magnet_uri))
}

/// Reads the dictionary that a torrent file is, or tells what the bytes are instead.
fn decode(bytes: &[u8]) -> Result<Node<'_>, VerifyError> {
    if bytes.is_empty() {
        return Err(VerifyError::Empty);
    }
    if sniff::is_page(bytes) {
        return Err(VerifyError::HtmlPage);
    }
    if sniff::magnet(bytes).is_some() {
        return Err(VerifyError::Magnet);
    }
    if bytes.first() != Some(&b'd') {
        return Err(VerifyError::NotADictionary);
    }
    bencode::decode(bytes)
}

fn magnet_uri(root: Node<'_>) -> Option<&str> {
    let [link] = root.fields(["magnet-uri"]);
    sniff::magnet(link?.string()?)
}
