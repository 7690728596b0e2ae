//! Files with the same path, which clients rename.
//!
//! Owns: how many clashes a client puts up with. A client appends `.1`, `.2`… before the extension until the name is
//! free, counts the names that were not, and gives up past a limit; what is counted here is what libtorrent counts.
//! Must not know: how a torrent writes files down.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use super::VerifyError;
use super::layout::{Layout, Name, Place};

/// libtorrent's `max_duplicate_filenames`.
const MAX_CLASHES: usize = 500;
/// The longest suffix that libtorrent appends, in bytes.
const MAX_SUFFIX_BYTES: usize = 49;

/// What already has a path.
enum Taken {
    Directory,
    File,
    Pad(u64),
}

/// A path, cases folded, as a number: 64 bits of a hash that no file can be made to collide in by accident.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Path(u64);

/// Checks that a client can tell all files of `layout` apart.
pub(super) fn check(layout: &Layout<'_>) -> Result<(), VerifyError> {
    let root = Path(0).join(&layout.name);
    let mut places = Vec::with_capacity(layout.directories.len());
    let mut taken = HashMap::with_capacity(layout.directories.len() + layout.files.len());
    for directory in &layout.directories {
        // A parent stands before its children.
        let path = place_path(root, &places, directory.parent).join(&directory.name);
        if directory.holds_files {
            taken.insert(path, Taken::Directory);
        }
        places.push(path);
    }
    if layout.files.iter().any(|file| file.name == Name::Pad) {
        taken.insert(root.join(b".pad"), Taken::Directory);
    }
    let mut clashes = 0;
    for file in &layout.files {
        let in_place = place_path(root, &places, file.place);
        let size;
        let (parent, name) = match &file.name {
            Name::Text(name) => (in_place, name.as_ref()),
            Name::Pad => {
                size = file.size_bytes.to_string();
                (in_place.join(b".pad"), size.as_bytes())
            }
        };
        let occupant = if file.is_pad { Taken::Pad(file.size_bytes) } else { Taken::File };
        let path = parent.join(name);
        match taken.get(&path) {
            None => {
                taken.insert(path, occupant);
            }
            // Pads of one size are one file to a client.
            Some(Taken::Pad(other)) if file.is_pad && *other == file.size_bytes => {}
            Some(_) => {
                let renamed = (1..)
                    .map(|number| parent.join(&numbered(name, number)))
                    .take(MAX_CLASHES + 1 - clashes)
                    .inspect(|path| clashes += usize::from(taken.contains_key(path)))
                    .find(|path| !taken.contains_key(path))
                    .ok_or(VerifyError::TooManyDuplicates)?;
                taken.insert(renamed, occupant);
            }
        }
    }
    Ok(())
}

fn place_path(root: Path, places: &[Path], place: Place) -> Path {
    match place {
        Place::Save => Path(0),
        Place::Root => root,
        Place::Directory(index) => usize::try_from(index).ok().and_then(|at| places.get(at)).map_or(root, |path| *path),
    }
}

/// `name` with `.{number}` before its extension.
fn numbered(name: &[u8], number: usize) -> Vec<u8> {
    let dot = name.iter().rposition(|byte| *byte == b'.').unwrap_or(name.len());
    let (base, extension) = name.split_at(dot);
    let mut suffix = format!(".{number}").into_bytes();
    suffix.extend_from_slice(extension);
    suffix.truncate(MAX_SUFFIX_BYTES);
    [base, &suffix].concat()
}

impl Path {
    fn join(self, name: &[u8]) -> Self {
        let mut hasher = DefaultHasher::new();
        self.hash(&mut hasher);
        for byte in name {
            hasher.write_u8(byte.to_ascii_lowercase());
        }
        Self(hasher.finish())
    }
}
