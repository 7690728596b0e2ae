//! Files with the same path, which clients rename.
//!
//! Owns: how many clashes a client puts up with. A client appends `.1`, `.2`… before the extension until the name is
//! free, counts the names that were not, and gives up past a limit; what is counted here is what libtorrent counts.
//! Must not know: how a torrent writes files down.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use super::VerifyError;
use super::bencode::Node;
use super::layout::{File, Layout, Path, index};
use super::names::sanitize_element;

/// libtorrent's `max_duplicate_filenames`.
const MAX_CLASHES: usize = 500;
/// The longest suffix that libtorrent appends, in bytes.
const MAX_SUFFIX_BYTES: usize = 49;

/// A path, cases folded, as a number. Two paths with one number would at worst be counted as a clash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Key(u64);

/// Checks that a client can tell all files of `layout` apart.
pub(super) fn check(layout: &Layout<'_>) -> Result<(), VerifyError> {
    let keys = Keys::new(layout);
    // The size of the pad where it is one: pads of one size are one file to a client.
    let mut taken: HashMap<Key, Option<u64>> = HashMap::with_capacity(layout.files.len());
    let mut clashes = 0;
    for file in &layout.files {
        let pad_size = file.is_pad.then_some(file.size_bytes);
        let (parent, name) = keys.of(file);
        let mut key = parent.join(&name);
        if pad_size.is_some() && taken.get(&key) == Some(&pad_size) {
            continue;
        }
        let is_taken = |key: Key, taken: &HashMap<Key, _>| taken.contains_key(&key) || keys.is_directory(key);
        let mut number = 0;
        while is_taken(key, &taken) {
            clashes += usize::from(number > 0);
            if clashes > MAX_CLASHES {
                return Err(VerifyError::TooManyDuplicates);
            }
            number += 1;
            key = parent.join(&numbered(&name, number));
        }
        taken.insert(key, pad_size);
    }
    Ok(())
}

/// The directories of a layout.
struct Keys {
    root: Key,
    /// In the order of the v2 tree.
    tree: Vec<Key>,
    /// Every directory that holds a file, sorted.
    directories: Vec<Key>,
}

impl Keys {
    fn new(layout: &Layout<'_>) -> Self {
        let root = Key(0).join(&layout.name);
        let mut keys = Self { root, tree: Vec::with_capacity(layout.tree.len()), directories: Vec::new() };
        for directory in &layout.tree {
            let key = keys.tree_key(directory.parent).join(&sanitize_element(directory.name));
            keys.tree.push(key);
            if directory.holds_files {
                keys.directories.push(key);
            }
        }
        for file in &layout.files {
            match file.path {
                Path::Listed(path) => keys.add_listed(path),
                Path::NamelessPad | Path::AddedPad => keys.directories.push(root.join(b".pad")),
                Path::Alone(_) | Path::InTree(..) => {}
            }
        }
        keys.directories.sort_unstable();
        keys.directories.dedup();
        keys
    }

    fn add_listed(&mut self, path: Node<'_>) {
        let mut parts = path.list().into_iter().flatten().filter_map(Node::string).peekable();
        let mut key = self.root;
        while let (Some(part), Some(_)) = (parts.next(), parts.peek()) {
            key = key.join(&sanitize_element(part));
            self.directories.push(key);
        }
    }

    /// A file's directory and name.
    fn of(&self, file: &File<'_>) -> (Key, Vec<u8>) {
        match file.path {
            Path::Alone(name) => (Key(0), sanitize_element(name).into_owned()),
            Path::InTree(directory, name) => (self.tree_key(directory), sanitize_element(name).into_owned()),
            Path::NamelessPad => (Key(0).join(b".pad"), file.size_bytes.to_string().into_bytes()),
            Path::AddedPad => (self.root.join(b".pad"), file.size_bytes.to_string().into_bytes()),
            Path::Listed(path) => {
                let mut parts = path.list().into_iter().flatten().filter_map(Node::string).peekable();
                let mut key = self.root;
                let mut name = Vec::new();
                while let Some(part) = parts.next() {
                    if parts.peek().is_some() {
                        key = key.join(&sanitize_element(part));
                    } else {
                        name = sanitize_element(part).into_owned();
                    }
                }
                (key, name)
            }
        }
    }

    fn tree_key(&self, directory: Option<u32>) -> Key {
        directory.and_then(|at| self.tree.get(index(at)).copied()).unwrap_or(self.root)
    }

    fn is_directory(&self, key: Key) -> bool {
        self.directories.binary_search(&key).is_ok()
    }
}

impl Key {
    /// The key of `name` in this directory.
    fn join(self, name: &[u8]) -> Self {
        let mut hasher = DefaultHasher::new();
        self.hash(&mut hasher);
        for byte in name {
            hasher.write_u8(byte.to_ascii_lowercase());
        }
        Self(hasher.finish())
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
