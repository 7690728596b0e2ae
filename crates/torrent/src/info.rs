//! The `info` dictionary: everything that a torrent's identity covers.
//!
//! Owns: which kind of torrent it is (v1, v2, hybrid), the rules on pieces, and the infohashes, which are taken over the
//! original bytes. The order of the checks is libtorrent's, so that the cause named is the one that a client names.
//! Must not know: what stands beside `info`.

use std::borrow::Cow;

use sha1::{Digest, Sha1};
use sha2::Sha256;

use super::VerifyError;
use super::bencode::{Kind, Node};
use super::canonical::is_canonical;
use super::layout::{BLOCK_BYTES, Layout};
use super::names::sanitize;
use super::{file_tree, v1_files};

/// The longest piece that libtorrent's piece picker can handle, in bytes.
const MAX_PIECE_BYTES: u64 = ((1 << 15) - 1) * BLOCK_BYTES;
/// libtorrent's `max_pieces`.
const MAX_PIECES: u64 = 0x20_0000;
/// Bytes of a SHA-1 hash in `pieces`.
const PIECE_HASH_BYTES: u64 = 20;

/// What `info` says.
#[derive(Debug)]
pub(super) struct Info<'a> {
    pub(super) layout: Layout<'a>,
    pub(super) v1: Option<[u8; 20]>,
    pub(super) v2: Option<[u8; 32]>,
    pub(super) private: bool,
}

/// Reads `info`, a dictionary.
pub(super) fn read(info: Node<'_>) -> Result<Info<'_>, VerifyError> {
    let [version, piece_length, name_utf8, name] =
        info.fields(["meta version", "piece length", "name.utf-8", "name"]);
    let [tree, list, length, pieces, private] =
        info.fields(["file tree", "files", "length", "pieces", "private"]);
    let is_v2 = is_version_2(info, version)?;
    let piece_length = read_piece_length(piece_length, is_v2)?;
    // Clients take the key that says UTF-8 first.
    let name = name_utf8.and_then(Node::string).or(name.and_then(Node::string));
    let name = name.ok_or(VerifyError::MissingName)?;
    let sha1 = Sha1::digest(info.bytes()).into();
    let shown = match sanitize(name) {
        shown if shown.is_empty() => Cow::Owned(hex::encode(sha1).into_bytes()),
        shown => shown,
    };
    let list = list.filter(|files| files.kind() == Kind::List);
    let has_v1 = !is_v2 || list.is_some() || length.is_some();

    let mut v2 = Layout::new(shown.clone(), piece_length);
    match tree.filter(|tree| tree.kind() == Kind::Dict) {
        Some(tree) if is_v2 => file_tree::add_tree(&mut v2, tree, list.is_some())?,
        Some(_) => return Err(VerifyError::MissingMetaVersion),
        None if is_v2 => return Err(VerifyError::MissingFileTree),
        None => {}
    }
    let mut v1 = Layout::new(shown, piece_length);
    match list {
        Some(list) => v1_files::add_list(&mut v1, list)?,
        None if has_v1 => v1_files::add_single(&mut v1, info, name)?,
        None => {}
    }
    let layout = if is_v2 { merge(v2, &v1)? } else { v1 };
    if layout.files.is_empty() {
        return Err(VerifyError::NoFiles);
    }
    check_pieces(pieces, &layout, is_v2)?;
    if layout.total_bytes == 0 {
        return Err(VerifyError::InvalidLength);
    }
    Ok(Info {
        layout,
        v1: has_v1.then_some(sha1),
        v2: is_v2.then(|| Sha256::digest(info.bytes()).into()),
        private: private.and_then(Node::integer).is_some_and(|flag| flag != 0),
    })
}

/// Reads `meta version`: absent, zero and one are BEP 3.
fn is_version_2(info: Node<'_>, version: Option<Node<'_>>) -> Result<bool, VerifyError> {
    let version = version.and_then(Node::integer).unwrap_or(-1);
    // libtorrent keeps 32 bits of the number, so that 2³² + 2 is version 2 to it.
    let [a, b, c, d, ..] = version.to_le_bytes();
    let version = i32::from_le_bytes([a, b, c, d]);
    if version > 0 && !is_canonical(info) {
        return Err(VerifyError::NotCanonical);
    }
    if version > 2 { Err(VerifyError::UnknownVersion) } else { Ok(version == 2) }
}

fn read_piece_length(length: Option<Node<'_>>, is_v2: bool) -> Result<u64, VerifyError> {
    length
        .and_then(Node::integer)
        .and_then(|length| u64::try_from(length).ok())
        .filter(|length| (1..=MAX_PIECE_BYTES).contains(length))
        .filter(|length| !is_v2 || (*length >= BLOCK_BYTES && length.is_power_of_two()))
        .ok_or(VerifyError::InvalidPieceLength)
}

/// The files of a v2 torrent or hybrid: both halves must be the same content.
fn merge<'a>(mut v2: Layout<'a>, v1: &Layout<'a>) -> Result<Layout<'a>, VerifyError> {
    if v2.files.is_empty() || v1.files.is_empty() {
        return Ok(v2);
    }
    if v2.files.len() == v1.files.len() + 1 {
        v2.remove_tail_pad();
    }
    if v2.matches(v1) { Ok(v2) } else { Err(VerifyError::InconsistentHybrid) }
}

/// Checks the number of pieces, and that `pieces` has a hash for each. Clients load a hybrid without `pieces`.
fn check_pieces(pieces: Option<Node<'_>>, layout: &Layout<'_>, is_v2: bool) -> Result<(), VerifyError> {
    let count = layout.total_bytes.div_ceil(layout.piece_length_bytes);
    if count > MAX_PIECES {
        return Err(VerifyError::TooManyPieces);
    }
    match pieces.and_then(Node::string) {
        Some(hashes) if u64::try_from(hashes.len()) == Ok(count * PIECE_HASH_BYTES) => Ok(()),
        Some(_) => Err(VerifyError::WrongPieces),
        None if is_v2 => Ok(()),
        None => Err(VerifyError::MissingPieces),
    }
}
