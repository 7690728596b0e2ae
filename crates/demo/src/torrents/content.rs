//! What is inside a simulated release: files with bytes that follow from its title, so that the same title always
//! gives the same torrent and every run can be repeated.

use sha2::{Digest, Sha256};

use super::TorrentSpec;

/// One file: its path below the torrent's name (empty for a single-file torrent) and its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Path components below the torrent's name.
    pub path: Vec<String>,
    /// The content.
    pub bytes: Vec<u8>,
}

/// The files of a release, sorted by path as BEP 52 orders a file tree.
pub(super) fn files(title: &str, spec: &TorrentSpec) -> Vec<File> {
    if spec.files <= 1 {
        return vec![File { path: Vec::new(), bytes: noise(title, 0, spec.file_bytes) }];
    }
    let mut files: Vec<File> = (1..=spec.files)
        .map(|number| {
            // Lengths that differ and are no multiple of a piece are the ones that find mistakes.
            let length = spec.file_bytes + usize::try_from(number).unwrap_or(0) * 777;
            let path = vec![format!("{title}.{number:02}.{}", spec.extension)];
            File { path, bytes: noise(title, number, length) }
        })
        .collect();
    files.push(File {
        path: vec!["Notes".to_owned(), "lisez-moi.txt".to_owned()],
        bytes: noise(title, 0, 321),
    });
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files
}

/// Bytes that look random (`SplitMix64`) and follow from the title and the file's number.
fn noise(title: &str, number: u32, length: usize) -> Vec<u8> {
    let digest = Sha256::digest(format!("{number}:{title}").as_bytes());
    let mut state = digest.iter().take(8).fold(0_u64, |seed, byte| (seed << 8) | u64::from(*byte));
    let mut bytes = Vec::with_capacity(length + 8);
    while bytes.len() < length {
        state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut word = state;
        word = (word ^ (word >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        bytes.extend_from_slice(&(word ^ (word >> 31)).to_le_bytes());
    }
    bytes.truncate(length);
    bytes
}
