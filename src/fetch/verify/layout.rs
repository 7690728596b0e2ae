//! The files of a torrent as a client lays them out.
//!
//! Owns: the list of files with the pad files that a client adds to a v2 torrent, the limits on sizes, and when two lists
//! are the same content. Paths are kept as parent and name, so that a long directory with many files costs its bytes
//! once. Must not know: how v1 and v2 metadata write files down.

use std::borrow::Cow;
use std::collections::HashMap;

use super::VerifyError;

/// Sums of sizes that clients can address, in bytes.
const MAX_TOTAL_BYTES: u64 = (1 << 48) - 1;
/// Where libtorrent stops a single file, in bytes: its tree of 16 KiB blocks is indexed by 31 bits.
const FILE_LIMIT_BYTES: u64 = ((1 << 30) - 1) * BLOCK_BYTES;
/// A block of BEP 52, in bytes.
pub(super) const BLOCK_BYTES: u64 = 16 * 1024;
/// A file's name must be shorter than this, in bytes.
const NAME_LIMIT_BYTES: usize = 1 << 12;

/// The directory that a path begins in, or a directory inside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Place {
    /// Where the client saves: a torrent of one file has no directory of its own.
    Save,
    /// The directory named as the torrent.
    Root,
    /// A directory of [`Layout::directories`].
    Directory(u32),
}

/// A directory below [`Place::Root`].
#[derive(Debug)]
pub(super) struct Directory<'a> {
    pub(super) parent: Place,
    pub(super) name: Cow<'a, [u8]>,
    /// Whether a file is in it, however deep.
    pub(super) holds_files: bool,
}

/// What a file is called.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Name<'a> {
    Text(Cow<'a, [u8]>),
    /// A pad file without a name of its own is called by its size, in a directory `.pad`.
    Pad,
}

/// A file of the torrent.
#[derive(Debug)]
pub(super) struct File<'a> {
    pub(super) place: Place,
    pub(super) name: Name<'a>,
    pub(super) size_bytes: u64,
    pub(super) is_pad: bool,
    /// The root of the file's hash tree; v2 only, and only of files that have bytes.
    pub(super) pieces_root: Option<&'a [u8; 32]>,
}

/// All files, in the order of the torrent.
#[derive(Debug)]
pub(super) struct Layout<'a> {
    /// The name that a client shows.
    pub(super) name: Cow<'a, [u8]>,
    pub(super) piece_length_bytes: u64,
    pub(super) directories: Vec<Directory<'a>>,
    pub(super) files: Vec<File<'a>>,
    pub(super) total_bytes: u64,
    known: HashMap<(Place, &'a [u8]), u32>,
}

impl<'a> Layout<'a> {
    pub(super) fn new(name: Cow<'a, [u8]>, piece_length_bytes: u64) -> Self {
        let (directories, files, known) = (Vec::new(), Vec::new(), HashMap::new());
        Self { name, piece_length_bytes, directories, files, total_bytes: 0, known }
    }

    /// The directory that the torrent writes as `raw`, called `name`, inside `parent`.
    pub(super) fn directory(&mut self, parent: Place, raw: &'a [u8], name: Cow<'a, [u8]>) -> Place {
        let index = *self.known.entry((parent, raw)).or_insert_with(|| {
            self.directories.push(Directory { parent, name, holds_files: false });
            u32::try_from(self.directories.len() - 1).unwrap_or(u32::MAX)
        });
        Place::Directory(index)
    }

    /// Adds a file, and after a v2 file the pad that brings the next one to the start of a piece.
    pub(super) fn add(&mut self, file: File<'a>) -> Result<(), VerifyError> {
        if file.size_bytes > MAX_TOTAL_BYTES - self.total_bytes {
            return Err(VerifyError::InvalidLength);
        }
        if matches!(&file.name, Name::Text(name) if name.len() >= NAME_LIMIT_BYTES) {
            return Err(VerifyError::NameTooLong);
        }
        if self.files.is_empty() {
            self.take_name_from(&file);
        }
        let is_v2 = file.pieces_root.is_some();
        self.push(file);
        let over = self.total_bytes % self.piece_length_bytes;
        if is_v2 && over != 0 {
            let size_bytes = self.piece_length_bytes - over;
            if size_bytes > MAX_TOTAL_BYTES - self.total_bytes {
                return Err(VerifyError::InvalidLength);
            }
            self.push(File {
                place: Place::Root,
                name: Name::Pad,
                size_bytes,
                is_pad: true,
                pieces_root: None,
            });
        }
        Ok(())
    }

    fn push(&mut self, file: File<'a>) {
        let mut place = file.place;
        while let Some(directory) = self.directory_mut(place).filter(|directory| !directory.holds_files) {
            directory.holds_files = true;
            place = directory.parent;
        }
        self.total_bytes += file.size_bytes;
        self.files.push(file);
    }

    fn directory_mut(&mut self, place: Place) -> Option<&mut Directory<'a>> {
        let Place::Directory(index) = place else { return None };
        self.directories.get_mut(usize::try_from(index).ok()?)
    }

    /// A client shows the first part of the first file's path.
    fn take_name_from(&mut self, first: &File<'a>) {
        match &first.name {
            Name::Pad => self.name = Cow::Borrowed(b".pad"),
            Name::Text(name) if first.place == Place::Save => self.name = name.clone(),
            Name::Text(_) => {}
        }
    }

    /// Takes away the pad after the last file that has bytes: hybrids made by libtorrent 2.0.0 to 2.0.7 have none.
    pub(super) fn remove_tail_pad(&mut self) {
        let last = self.files.iter().rposition(|file| file.size_bytes > 0);
        if let Some(pad) = last.filter(|last| self.files[*last].is_pad) {
            self.total_bytes -= self.files.remove(pad).size_bytes;
        }
    }

    /// Whether both lists are the same content: equal in all files that have bytes and are no pads.
    pub(super) fn matches(&self, other: &Self) -> bool {
        let pairs = || self.files.iter().zip(&other.files);
        // Equal offsets follow from equal sizes before; pads may differ in name but not in size.
        let mut difference = 0_i128;
        self.files.len() == other.files.len()
            && self.total_bytes == other.total_bytes
            && pairs().all(|(mine, theirs)| {
                let same = match (mine.is_content(), theirs.is_content()) {
                    (true, true) => {
                        difference == 0
                            && mine.size_bytes == theirs.size_bytes
                            && self.same_path(mine, other, theirs)
                    }
                    (mine, theirs) => mine == theirs,
                };
                difference += i128::from(mine.size_bytes) - i128::from(theirs.size_bytes);
                same
            })
    }

    fn same_path(&self, mine: &File<'a>, other: &Self, theirs: &File<'a>) -> bool {
        let (mut here, mut there) = (mine.place, theirs.place);
        if mine.name != theirs.name {
            return false;
        }
        while let (Place::Directory(_), Place::Directory(_)) = (here, there) {
            match (self.directory_at(here), other.directory_at(there)) {
                (Some(mine), Some(theirs)) if mine.name == theirs.name => {
                    (here, there) = (mine.parent, theirs.parent);
                }
                _ => return false,
            }
        }
        here == there
    }

    fn directory_at(&self, place: Place) -> Option<&Directory<'a>> {
        let Place::Directory(index) = place else { return None };
        self.directories.get(usize::try_from(index).ok()?)
    }
}

impl File<'_> {
    fn is_content(&self) -> bool {
        !self.is_pad && self.size_bytes > 0
    }
}

/// A file's size as metadata writes it: `Err` if it is missing, negative or too large.
pub(super) fn file_size(length: Option<i64>) -> Result<u64, VerifyError> {
    let size = length.and_then(|length| u64::try_from(length).ok()).ok_or(VerifyError::InvalidLength)?;
    if size < FILE_LIMIT_BYTES { Ok(size) } else { Err(VerifyError::InvalidLength) }
}
