//! The files of v2 metadata (BEP 52): the `file tree`.
//!
//! Owns: walking the tree once, without recursion, and what a file in it must have. Must not know: piece layers, v1.

use super::VerifyError;
use super::bencode::{Cursor, Kind, Node, Token};
use super::file_fields::FileFields;
use super::layout::{Directory, File, Layout, Path};
use super::names::sanitize_element;

/// Adds the files of `tree`. A tree of one file is a torrent without a directory, unless `is_multi_file` says that the
/// v1 half lists files. Keys are unique, because `info` is canonical, so every directory is met once.
pub(super) fn add_tree<'a>(
    layout: &mut Layout<'a>,
    tree: Node<'a>,
    is_multi_file: bool,
) -> Result<(), VerifyError> {
    let mut cursor = tree.tokens();
    cursor.next();
    let mut open = vec![None];
    let mut may_be_alone = !is_multi_file;
    while let Some(&directory) = open.last() {
        let Some(Token::String(key)) = cursor.next() else {
            open.pop();
            continue;
        };
        let name = match key.string() {
            Some(raw) if !raw.is_empty() => without_leading_slashes(raw),
            _ => return Err(VerifyError::InvalidFiles),
        };
        if let Some(file) = leaf(&mut cursor) {
            let is_alone = may_be_alone && cursor.clone().next() == Some(Token::End);
            let path = if is_alone { Path::Alone(name) } else { Path::InTree(directory, name) };
            add_file(layout, file, path, name)?;
        } else if cursor.next() != Some(Token::Dict) {
            return Err(VerifyError::InvalidFiles);
        } else {
            open.push(u32::try_from(layout.tree.len()).ok());
            layout.tree.push(Directory { parent: directory, name, holds_files: false });
        }
        may_be_alone = false;
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
    path: Path<'a>,
    name: &'a [u8],
) -> Result<(), VerifyError> {
    if file.kind() != Kind::Dict {
        return Err(VerifyError::InvalidFiles);
    }
    let fields = FileFields::read(file);
    if fields.is_pad {
        return Err(VerifyError::PadFileInTree);
    }
    let size_bytes = fields.size_bytes()?;
    fields.check_symlink()?;
    let pieces_root = if size_bytes == 0 { None } else { Some(pieces_root(file)?) };
    layout.add(File { path, size_bytes, is_pad: false, pieces_root }, &sanitize_element(name))
}

/// The root of the file's hash tree; all zeros is none.
fn pieces_root(file: Node<'_>) -> Result<&[u8; 32], VerifyError> {
    let [root] = file.fields(["pieces root"]);
    let root = root.and_then(Node::string).and_then(|root| root.try_into().ok());
    root.filter(|root| *root != &[0; 32]).ok_or(VerifyError::MissingPiecesRoot)
}

fn without_leading_slashes(name: &[u8]) -> &[u8] {
    let start = name.iter().position(|byte| *byte != b'/').unwrap_or(name.len());
    &name[start..]
}
