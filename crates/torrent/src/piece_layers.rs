//! The piece layers of v2 torrents (BEP 52): for each file of more than one piece, the hashes of its pieces.
//!
//! Owns: that every layer belongs to one file and hashes up to that file's `pieces root`. A file without its layer is
//! fine: clients ask their peers for it. Must not know: how files are named.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use super::VerifyError;
use super::bencode::Node;
use super::layout::{BLOCK_BYTES, Layout};

type Hash = [u8; 32];

/// Checks `layers`, the dictionary `piece layers`, against the files of `layout`.
pub(super) fn check(layers: Node<'_>, layout: &Layout<'_>) -> Result<(), VerifyError> {
    let piece_length = layout.piece_length_bytes;
    let mut awaited = BTreeMap::new();
    for file in layout.files.iter().filter(|file| file.size_bytes > piece_length) {
        if let Some(root) = file.pieces_root {
            // Of files with the same bytes the first one counts.
            awaited.entry(root.as_slice()).or_insert(file.size_bytes.div_ceil(piece_length));
        }
    }
    let pad = padding(piece_length / BLOCK_BYTES);
    for (root, layer) in layers.dict().into_iter().flatten() {
        let pieces = awaited.remove(root).ok_or(VerifyError::InvalidPieceLayer)?;
        let (hashes, rest) = layer.string().ok_or(VerifyError::InvalidPieceLayer)?.as_chunks::<32>();
        let complete = rest.is_empty() && u64::try_from(hashes.len()) == Ok(pieces);
        if !complete || merkle_root(hashes.to_vec(), pad) != root {
            return Err(VerifyError::InvalidPieceLayer);
        }
    }
    Ok(())
}

/// The hash of a piece whose blocks, a power of two of them, are all missing.
fn padding(blocks: u64) -> Hash {
    (0..blocks.max(1).ilog2()).fold([0; 32], |hash, _| parent(&hash, &hash))
}

/// The root over `hashes`, filled up with `pad` to a power of two.
fn merkle_root(mut hashes: Vec<Hash>, mut pad: Hash) -> Hash {
    while hashes.len() > 1 {
        hashes = hashes.chunks(2).map(|pair| parent(&pair[0], pair.get(1).unwrap_or(&pad))).collect();
        pad = parent(&pad, &pad);
    }
    hashes.first().copied().unwrap_or(pad)
}

fn parent(left: &Hash, right: &Hash) -> Hash {
    Sha256::new().chain_update(left).chain_update(right).finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_odd_hash_is_paired_with_padding_of_its_level() {
        let [a, b, c, pad] = [[1; 32], [2; 32], [3; 32], [0; 32]];
        let expected = parent(&parent(&a, &b), &parent(&c, &pad));
        assert_eq!(merkle_root(vec![a, b, c], pad), expected);
        let five = merkle_root(vec![a, b, c, a, b], pad);
        let level = parent(&pad, &pad);
        let left = parent(&parent(&a, &b), &parent(&c, &a));
        assert_eq!(five, parent(&left, &parent(&parent(&b, &pad), &level)));
    }

    #[test]
    fn the_padding_of_a_piece_is_the_root_over_its_empty_blocks() {
        assert_eq!(padding(1), [0; 32]);
        assert_eq!(padding(4), merkle_root(vec![[0; 32]; 4], [0; 32]));
    }
}
