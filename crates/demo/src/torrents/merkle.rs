//! The hash tree of BEP 52: SHA-256 over blocks of 16 KiB, combined in pairs up to one root per file.

use sha2::{Digest, Sha256};

/// Bytes of one leaf.
pub(super) const BLOCK_BYTES: usize = 16 * 1024;

/// What BEP 52 keeps of a file that is not empty.
pub(super) struct FileHashes {
    /// `pieces root`.
    pub root: [u8; 32],
    /// The hashes of its pieces, joined; `None` if the file fits into one piece.
    pub piece_layer: Option<Vec<u8>>,
}

/// Hashes a file that is not empty. `piece_bytes` is a power of two of at least one block.
pub(super) fn hash_file(bytes: &[u8], piece_bytes: usize) -> FileHashes {
    let leaves: Vec<[u8; 32]> = bytes.chunks(BLOCK_BYTES).map(|block| Sha256::digest(block).into()).collect();
    if bytes.len() <= piece_bytes {
        return FileHashes { root: root(leaves, [0; 32]), piece_layer: None };
    }
    let blocks_per_piece = piece_bytes / BLOCK_BYTES;
    let pieces: Vec<[u8; 32]> = leaves
        .chunks(blocks_per_piece)
        .map(|blocks| {
            let mut blocks = blocks.to_vec();
            blocks.resize(blocks_per_piece, [0; 32]);
            root(blocks, [0; 32])
        })
        .collect();
    let empty_piece = root(vec![[0; 32]; blocks_per_piece], [0; 32]);
    FileHashes { piece_layer: Some(pieces.concat()), root: root(pieces, empty_piece) }
}

/// The root over `layer`, filled up with `padding` to a power of two.
fn root(mut layer: Vec<[u8; 32]>, padding: [u8; 32]) -> [u8; 32] {
    layer.resize(layer.len().next_power_of_two(), padding);
    while layer.len() > 1 {
        layer = layer.chunks(2).map(|pair| Sha256::digest(pair.concat()).into()).collect();
    }
    layer.first().copied().unwrap_or(padding)
}
