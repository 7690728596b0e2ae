//! The files of a torrent as a client lays them out.
//!
//! Owns: the list of files with the pad files that a client adds to a v2 torrent, the limits on sizes, and when two lists
//! are the same content. Paths stay where the torrent wrote them, so that the list costs little more than the bytes it
//! was read from. Must not know: hashes, or how names are cleaned.

use std::borrow::Cow;

use super::VerifyError;
use super::bencode::Node;
use super::names::sanitize_element;

/// Sums of sizes that clients can address, in bytes.
const MAX_TOTAL_BYTES: u64 = (1 << 48) - 1;
/// Where libtorrent stops a single file, in bytes: its tree of 16 KiB blocks is indexed by 31 bits.
const FILE_LIMIT_BYTES: u64 = ((1 << 30) - 1) * BLOCK_BYTES;
/// A block of BEP 52, in bytes.
pub(super) const BLOCK_BYTES: u64 = 16 * 1024;
/// A file's name must be shorter than this, in bytes.
const NAME_LIMIT_BYTES: usize = 1 << 12;

/// Where clients put pad files that have no path.
pub(super) const PAD_DIRECTORY: &[u8] = b".pad";

/// Where a file is, before names are cleaned.
#[derive(Debug, Clone, Copy)]
pub(super) enum Path<'a> {
    /// The only file of a torrent that has no directory of its own.
    Alone(&'a [u8]),
    /// A v1 list of parts, below the directory named as the torrent; at least one part, all of them strings.
    Listed(Node<'a>),
    /// A name in a directory of the v2 tree, by its number, or directly below the directory named as the torrent.
    InTree(Option<u32>, &'a [u8]),
    /// A pad file that v1 metadata gives no path: `.pad/{size}`, beside the torrent's directory.
    NamelessPad,
    /// A pad file that the client adds: `.pad/{size}`, below the name that it shows.
    AddedPad,
}

/// A file of the torrent.
#[derive(Debug, Clone, Copy)]
pub(super) struct File<'a> {
    pub(super) path: Path<'a>,
    pub(super) size_bytes: u64,
    pub(super) is_pad: bool,
    /// The root of the file's hash tree; v2 only, and only of files that have bytes.
    pub(super) pieces_root: Option<&'a [u8; 32]>,
}

/// A directory of the v2 tree.
#[derive(Debug)]
pub(super) struct Directory<'a> {
    pub(super) parent: Option<u32>,
    pub(super) name: &'a [u8],
    /// Whether a file is in it, however deep.
    pub(super) holds_files: bool,
}

/// All files, in the order of the torrent.
#[derive(Debug)]
pub(super) struct Layout<'a> {
    /// The name of the torrent's directory.
    pub(super) root: Cow<'a, [u8]>,
    /// The name that a client shows: the first part of the first file's path.
    pub(super) name: Cow<'a, [u8]>,
    pub(super) piece_length_bytes: u64,
    pub(super) files: Vec<File<'a>>,
    /// The directories of the v2 tree, parents first.
    pub(super) tree: Vec<Directory<'a>>,
    pub(super) total_bytes: u64,
}

impl<'a> Layout<'a> {
    pub(super) fn new(root: Cow<'a, [u8]>, piece_length_bytes: u64) -> Self {
        let name = root.clone();
        Self { root, name, piece_length_bytes, files: Vec::new(), tree: Vec::new(), total_bytes: 0 }
    }

    /// Adds a file called `name`, cleaned, and after a v2 file the pad that brings the next one to the start of a piece.
    pub(super) fn add(&mut self, file: File<'a>, name: &[u8]) -> Result<(), VerifyError> {
        if file.size_bytes > MAX_TOTAL_BYTES - self.total_bytes {
            return Err(VerifyError::InvalidLength);
        }
        if name.len() >= NAME_LIMIT_BYTES {
            return Err(VerifyError::NameTooLong);
        }
        if self.files.is_empty() {
            match file.path {
                Path::Alone(_) => self.name = Cow::Owned(name.to_vec()),
                Path::NamelessPad => self.name = Cow::Borrowed(PAD_DIRECTORY),
                Path::Listed(_) | Path::InTree(..) | Path::AddedPad => {}
            }
        }
        self.push(file);
        let over = self.total_bytes % self.piece_length_bytes;
        if file.pieces_root.is_some() && over != 0 {
            let size_bytes = self.piece_length_bytes - over;
            if size_bytes > MAX_TOTAL_BYTES - self.total_bytes {
                return Err(VerifyError::InvalidLength);
            }
            self.push(File { path: Path::AddedPad, size_bytes, is_pad: true, pieces_root: None });
        }
        Ok(())
    }

    fn push(&mut self, file: File<'a>) {
        if let Path::InTree(mut directory, _) = file.path {
            while let Some(holder) = directory.and_then(|at| self.tree.get_mut(index(at))) {
                directory = if holder.holds_files { None } else { holder.parent };
                holder.holds_files = true;
            }
        }
        self.total_bytes += file.size_bytes;
        self.files.push(file);
    }

    /// Takes away the pad after the last file that has bytes: hybrids made by libtorrent 2.0.0 to 2.0.7 have none.
    pub(super) fn remove_tail_pad(&mut self) {
        let last = self.files.iter().rposition(|file| file.size_bytes > 0);
        if let Some(pad) = last.filter(|last| self.files[*last].is_pad) {
            self.total_bytes -= self.files.remove(pad).size_bytes;
        }
    }

    /// Whether this v2 layout is the same content as a v1 one: equal in all files that have bytes and are no pads.
    pub(super) fn matches(&self, v1: &Self) -> bool {
        let mut offsets = (0, 0);
        self.files.len() == v1.files.len()
            && self.total_bytes == v1.total_bytes
            && self.files.iter().zip(&v1.files).all(|(mine, theirs)| {
                let same = match (mine.is_content(), theirs.is_content()) {
                    (true, true) => {
                        offsets.0 == offsets.1
                            && mine.size_bytes == theirs.size_bytes
                            && self.same_path(mine.path, theirs.path)
                    }
                    (mine, theirs) => mine == theirs,
                };
                offsets = (offsets.0 + mine.size_bytes, offsets.1 + theirs.size_bytes);
                same
            })
    }

    fn same_path(&self, v2: Path<'_>, v1: Path<'_>) -> bool {
        match (v2, v1) {
            (Path::Alone(mine), Path::Alone(theirs)) => sanitize_element(mine) == sanitize_element(theirs),
            (Path::InTree(mut directory, mut name), Path::Listed(path)) => {
                let parts: Vec<_> = path.list().into_iter().flatten().filter_map(Node::string).collect();
                for (left, part) in parts.iter().enumerate().rev() {
                    if sanitize_element(name) != sanitize_element(part) {
                        return false;
                    }
                    match directory.and_then(|at| self.tree.get(index(at))) {
                        Some(parent) => (directory, name) = (parent.parent, parent.name),
                        None => return left == 0,
                    }
                }
                false
            }
            _ => false,
        }
    }
}

impl File<'_> {
    fn is_content(&self) -> bool {
        !self.is_pad && self.size_bytes > 0
    }
}

/// The place of a directory in [`Layout::tree`].
pub(super) fn index(directory: u32) -> usize {
    usize::try_from(directory).unwrap_or(usize::MAX)
}

/// A file's size as metadata writes it: `Err` if it is missing, negative or too large.
pub(super) fn file_size(length: Option<i64>) -> Result<u64, VerifyError> {
    let size = length.and_then(|length| u64::try_from(length).ok()).ok_or(VerifyError::InvalidLength)?;
    if size < FILE_LIMIT_BYTES { Ok(size) } else { Err(VerifyError::InvalidLength) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layout(sizes: &[u64], v2: bool) -> Layout<'static> {
        let mut layout = Layout::new(b"name".into(), 16_384);
        for &size_bytes in sizes {
            let pieces_root = (v2 && size_bytes > 0).then_some(&[1; 32]);
            let path = Path::Alone(b"file");
            layout.add(File { path, size_bytes, is_pad: false, pieces_root }, b"file").unwrap();
        }
        layout
    }

    #[test]
    fn every_v2_file_begins_at_a_piece() {
        let sizes = |sizes| layout(sizes, true).files.iter().map(|file| file.size_bytes).collect::<Vec<_>>();
        assert_eq!(sizes(&[5, 0, 16_384, 16_385]), [5, 16_379, 0, 16_384, 16_385, 16_383]);
        assert_eq!(layout(&[5, 7], false).files.len(), 2);
    }

    #[test]
    fn the_pad_at_the_end_is_found_behind_empty_files() {
        let mut padded = layout(&[5, 0], true);
        padded.remove_tail_pad();
        assert_eq!((padded.files.len(), padded.total_bytes), (2, 5));
        padded.remove_tail_pad();
        assert_eq!(padded.files.len(), 2);
    }

    #[test]
    fn sizes_are_limited_one_by_one_and_in_sum() {
        assert_eq!(file_size(Some(17_592_186_028_031)), Ok(17_592_186_028_031));
        for length in [None, Some(-1), Some(17_592_186_028_032), Some(i64::MAX)] {
            assert_eq!(file_size(length), Err(VerifyError::InvalidLength));
        }
        let mut full = layout(&[MAX_TOTAL_BYTES], false);
        let one = File { path: Path::NamelessPad, size_bytes: 1, is_pad: true, pieces_root: None };
        assert_eq!(full.add(one, b""), Err(VerifyError::InvalidLength));
        assert_eq!(full.add(File { size_bytes: 0, ..one }, b""), Ok(()));
    }

    #[test]
    fn a_name_of_four_kib_is_too_long() {
        let file = File { path: Path::NamelessPad, size_bytes: 1, is_pad: true, pieces_root: None };
        assert_eq!(layout(&[], false).add(file, &[b'_'; 4095]), Ok(()));
        assert_eq!(layout(&[], false).add(file, &[b'_'; 4096]), Err(VerifyError::NameTooLong));
    }
}
