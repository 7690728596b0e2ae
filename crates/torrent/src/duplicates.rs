//! Files with the same path, which clients rename.
//!
//! Owns: how many clashes a client puts up with. A client appends `.1`, `.2`… before the extension until the name is
//! free, counts the names that were not, and gives up past a limit; what is counted here is what libtorrent counts.
//! Must not know: how a torrent writes files down.

use std::borrow::Cow;
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use super::VerifyError;
use super::bencode::Node;
use super::layout::{File, Layout, PAD_DIRECTORY, Path, index};
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
        let mut number = 0;
        while taken.contains_key(&key) || keys.is_directory(key) {
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

/// The directories of a layout. libtorrent looks for directories below the name that it shows. Where that is `.pad`,
/// because the first file is a pad without a path, it does not see that a file has the name of a directory.
struct Keys {
    /// The torrent's directory.
    root: Key,
    /// The name that is shown.
    shown: Key,
    /// In the order of the v2 tree.
    tree: Vec<Key>,
    /// Every directory that holds a file, sorted.
    directories: Vec<Key>,
}

impl Keys {
    fn new(layout: &Layout<'_>) -> Self {
        let (root, shown) = (Key(0).join(&layout.root), Key(0).join(&layout.name));
        let tree = Vec::with_capacity(layout.tree.len());
        let mut keys = Self { root, shown, tree, directories: Vec::new() };
        for directory in &layout.tree {
            let key = keys.tree_key(directory.parent).join(&sanitize_element(directory.name));
            keys.tree.push(key);
            if directory.holds_files {
                keys.directories.push(key);
            }
        }
        let pads = if layout.name == PAD_DIRECTORY { shown } else { shown.join(PAD_DIRECTORY) };
        for file in &layout.files {
            match file.path {
                Path::Listed(path) => keys.add_listed(path, &layout.root),
                Path::NamelessPad => keys.directories.push(pads),
                Path::AddedPad => keys.directories.push(shown.join(PAD_DIRECTORY)),
                Path::Alone(_) | Path::InTree(..) => {}
            }
        }
        keys.directories.sort_unstable();
        keys.directories.dedup();
        keys
    }

    fn add_listed(&mut self, path: Node<'_>, root: &[u8]) {
        let mut key = self.root;
        if self.shown != self.root {
            key = self.shown.join(root);
            self.directories.push(key);
        }
        let mut parts = path.list().into_iter().flatten().filter_map(Node::string).peekable();
        while let (Some(part), Some(_)) = (parts.next(), parts.peek()) {
            key = key.join(&sanitize_element(part));
            self.directories.push(key);
        }
    }

    /// A file's directory and name.
    fn of<'a>(&self, file: &File<'a>) -> (Key, Cow<'a, [u8]>) {
        match file.path {
            Path::Alone(name) => (Key(0), sanitize_element(name)),
            Path::InTree(directory, name) => (self.tree_key(directory), sanitize_element(name)),
            Path::NamelessPad => {
                (Key(0).join(PAD_DIRECTORY), file.size_bytes.to_string().into_bytes().into())
            }
            Path::AddedPad => {
                (self.shown.join(PAD_DIRECTORY), file.size_bytes.to_string().into_bytes().into())
            }
            Path::Listed(path) => {
                let mut parts = path.list().into_iter().flatten().filter_map(Node::string).peekable();
                let mut key = self.root;
                let mut name = Cow::default();
                while let Some(part) = parts.next() {
                    if parts.peek().is_some() {
                        key = key.join(&sanitize_element(part));
                    } else {
                        name = sanitize_element(part);
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
    // The suffix is cut, not the name: what libtorrent does with a very long extension.
    let dot = name.iter().rposition(|byte| *byte == b'.').unwrap_or(name.len());
    let (base, extension) = name.split_at(dot);
    let mut suffix = format!(".{number}").into_bytes();
    suffix.extend_from_slice(extension);
    suffix.truncate(MAX_SUFFIX_BYTES);
    [base, &suffix].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn renamed(name: &str, number: usize) -> String {
        String::from_utf8(numbered(name.as_bytes(), number)).unwrap()
    }

    #[test]
    fn the_number_goes_before_the_extension() {
        assert_eq!(renamed("a.tar.gz", 1), "a.tar.1.gz");
        assert_eq!(renamed("a", 12), "a.12");
        assert_eq!(renamed(".hidden", 1), ".1.hidden");
        assert_eq!(renamed(&format!("a.{}", "e".repeat(100)), 1), format!("a.1.{}", "e".repeat(46)));
    }

    #[test]
    fn keys_ignore_the_case_of_ascii_only() {
        let key = |name: &str| Key(0).join(name.as_bytes());
        assert_eq!(key("Film"), key("fILM"));
        assert_ne!(key("É"), key("é"));
        assert_ne!(key("ab").join(b"c"), key("a").join(b"bc"));
    }
}
