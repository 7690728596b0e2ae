//! What v1 and v2 metadata have in common about a file: attributes (BEP 47) and the target of a symlink.
//!
//! Owns: reading these fields. Must not know: where a file is listed or how it is laid out.

use super::VerifyError;
use super::bencode::Node;
use super::names::sanitize;

/// How many parts a path may have; libtorrent's `max_directory_depth`.
pub(super) const MAX_PATH_PARTS: usize = 100;

/// The attributes of a file that matter here.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Attributes {
    pub(super) is_pad: bool,
    pub(super) is_symlink: bool,
}

/// Reads `attr`; one that is no string says nothing.
pub(super) fn attributes(file: Node<'_>) -> Attributes {
    let letters = file.get(b"attr").and_then(Node::string).unwrap_or_default();
    Attributes { is_pad: letters.contains(&b'p'), is_symlink: letters.contains(&b'l') }
}

/// The strings of a path. `Err` if it has too many parts or one is no string.
pub(super) fn path_parts<'a>(path: Node<'a>) -> Result<Vec<&'a [u8]>, VerifyError> {
    let parts = || path.list().into_iter().flatten();
    if parts().nth(MAX_PATH_PARTS).is_some() {
        return Err(VerifyError::PathTooDeep);
    }
    parts().map(|part| part.string().ok_or(VerifyError::InvalidPath)).collect()
}

/// Whether the symlink `file` has a target. Clients repair a target that leads nowhere, but not one that they cannot read.
pub(super) fn has_symlink_target(file: Node<'_>) -> Result<bool, VerifyError> {
    let Some(target) = file.get(b"symlink path").filter(|target| target.list().is_some()) else {
        return Ok(false);
    };
    Ok(path_parts(target)?.into_iter().any(|part| !sanitize(part).is_empty()))
}
