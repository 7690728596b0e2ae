//! What v1 and v2 metadata have in common about a file: its length, attributes and symlink (BEP 47).
//!
//! Owns: reading these fields. Must not know: where a file is listed or how it is laid out.

use super::VerifyError;
use super::bencode::{Kind, Node};
use super::layout::file_size;

/// How many parts a path may have; libtorrent's `max_directory_depth`.
const MAX_PATH_PARTS: usize = 100;

/// What both kinds of metadata say of a file.
#[derive(Debug, Clone, Copy)]
pub(super) struct FileFields<'a> {
    length: Option<Node<'a>>,
    symlink_path: Option<Node<'a>>,
    pub(super) is_pad: bool,
    is_symlink: bool,
}

impl<'a> FileFields<'a> {
    /// Reads the fields of a file's dictionary; an `attr` that is no string says nothing.
    pub(super) fn read(file: Node<'a>) -> Self {
        let [attr, length, symlink_path] = file.fields(["attr", "length", "symlink path"]);
        let letters = attr.and_then(Node::string).unwrap_or_default();
        let (is_pad, is_symlink) = (letters.contains(&b'p'), letters.contains(&b'l'));
        Self { length, symlink_path, is_pad, is_symlink }
    }

    /// The file's size; a symlink has no bytes, whatever its `length`.
    pub(super) fn size_bytes(self) -> Result<u64, VerifyError> {
        if self.is_symlink { Ok(0) } else { file_size(self.length.and_then(Node::integer)) }
    }

    /// Checks a symlink's target. Clients repair one that leads nowhere, but not one that they cannot read.
    pub(super) fn check_symlink(self) -> Result<(), VerifyError> {
        match self.symlink_path.filter(|path| self.is_symlink && path.kind() == Kind::List) {
            Some(path) => check_path(path),
            None => Ok(()),
        }
    }
}

/// Checks a path, a list: it may not have too many parts, and all must be strings.
pub(super) fn check_path(path: Node<'_>) -> Result<(), VerifyError> {
    let mut parts = path.list().into_iter().flatten();
    if parts.clone().nth(MAX_PATH_PARTS).is_some() {
        return Err(VerifyError::PathTooDeep);
    }
    if parts.all(|part| part.kind() == Kind::String) { Ok(()) } else { Err(VerifyError::InvalidPath) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bencode::decode;

    fn size(file: &str) -> Result<u64, VerifyError> {
        FileFields::read(decode(file.as_bytes()).unwrap()).size_bytes()
    }

    #[test]
    fn a_symlink_has_no_bytes_whatever_it_says() {
        assert_eq!(size("d6:lengthi7ee"), Ok(7));
        assert_eq!(size("d4:attr1:l6:lengthi7ee"), Ok(0));
        assert_eq!(size("d4:attr1:le"), Ok(0));
        assert_eq!(size("d4:attri1e6:length1:7e"), Err(VerifyError::InvalidLength));
    }

    #[test]
    fn a_path_has_at_most_a_hundred_parts_all_of_them_strings() {
        let check = |path: String| check_path(decode(path.as_bytes()).unwrap());
        assert_eq!(check(format!("l{}e", "1:a".repeat(100))), Ok(()));
        assert_eq!(check(format!("l{}e", "1:a".repeat(101))), Err(VerifyError::PathTooDeep));
        assert_eq!(check("li1ee".into()), Err(VerifyError::InvalidPath));
        assert_eq!(check(format!("li1e{}e", "1:a".repeat(100))), Err(VerifyError::PathTooDeep));
    }
}
