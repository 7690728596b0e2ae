//! The files of v2 metadata (BEP 52): the `file tree`.
//!
//! Owns: walking the tree once, without recursion, and what a file in it must have. Must not know: piece layers, v1.

use super::VerifyError;
use super::bencode::{Cursor, Node, Token};
use super::file_fields::{attributes, has_symlink_target};
use super::layout::{File, Layout, Name, Place, file_size};
use super::names::sanitize_element;

/// Adds the files of `tree`. A tree of one file is a torrent without a directory, unless `is_multi_file` says that the
/// v1 half lists files.
pub(super) fn add_tree<'a>(
    layout: &mut Layout<'a>,
    tree: Node<'a>,
    is_multi_file: bool,
) -> Result<(), VerifyError> {
    let mut cursor = tree.tokens();
    cursor.next();
    let mut open = vec![Place::Root];
    let mut may_be_single = !is_multi_file;
    while let Some(&place) = open.last() {
        let Some(Token::String(key)) = cursor.next() else {
            open.pop();
            continue;
        };
        let raw = key.string().unwrap_or_default();
        if raw.is_empty() {
            return Err(VerifyError::InvalidFiles);
        }
        let named = without_leading_slashes(raw);
        if let Some(file) = leaf(&mut cursor) {
            let is_single = may_be_single && cursor.clone().next() == Some(Token::End);
            let place = if is_single { Place::Save } else { place };
            add_file(layout, file, place, named)?;
        } else if cursor.next() != Some(Token::Dict) {
            return Err(VerifyError::InvalidFiles);
        } else if cursor.clone().next() == Some(Token::End) {
            // An empty directory is no file and leaves no trace.
            cursor.next();
        } else {
            open.push(layout.directory(place, raw, sanitize_element(named)));
        }
        may_be_single = false;
    }
    Ok(())
}

/// Takes a file's entry: a dictionary with one key, the empty one. Anything else is left where it is.
fn leaf<'a>(cursor: &mut Cursor<'a>) -> Option<Node<'a>> {
    let mut ahead = cursor.clone();
    if ahead.next() != Some(Token::Dict) {
        return None;
    }
    match ahead.next() {
        Some(Token::String(key)) if key.string() == Some(b"") => {}
        _ => return None,
    }
    let file = ahead.value()?;
    if ahead.next() != Some(Token::End) {
        return None;
    }
    *cursor = ahead;
    Some(file)
}

fn add_file<'a>(
    layout: &mut Layout<'a>,
    file: Node<'a>,
    place: Place,
    name: &'a [u8],
) -> Result<(), VerifyError> {
    if file.dict().is_none() {
        return Err(VerifyError::InvalidFiles);
    }
    let attributes = attributes(file);
    if attributes.is_pad {
        return Err(VerifyError::PadFileInTree);
    }
    let size_bytes = if attributes.is_symlink {
        has_symlink_target(file)?;
        0
    } else {
        file_size(file.get(b"length").and_then(Node::integer))?
    };
    let pieces_root = if size_bytes == 0 { None } else { Some(pieces_root(file)?) };
    let name = Name::Text(sanitize_element(name));
    layout.add(File { place, name, size_bytes, is_pad: false, pieces_root })
}

/// The root of the file's hash tree; all zeros is none.
fn pieces_root<'a>(file: Node<'a>) -> Result<&'a [u8; 32], VerifyError> {
    let root = file.get(b"pieces root").and_then(Node::string).and_then(|root| root.try_into().ok());
    root.filter(|root| *root != &[0; 32]).ok_or(VerifyError::MissingPiecesRoot)
}

fn without_leading_slashes(name: &[u8]) -> &[u8] {
    let start = name.iter().position(|byte| *byte != b'/').unwrap_or(name.len());
    &name[start..]
}
