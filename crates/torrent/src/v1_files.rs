//! The files of v1 metadata (BEP 3): one `length`, or a list `files`.
//!
//! Owns: reading both forms. Must not know: hashes, v2.

use super::VerifyError;
use super::bencode::{Kind, Node};
use super::file_fields::{FileFields, check_path};
use super::layout::{File, Layout, Path};
use super::names::{sanitize, sanitize_element};

/// What a part of the path contains in pad files that the client `BitComet` makes, which lack the attribute.
const BITCOMET_PAD: &[u8] = b"_____padding_file_";

/// Adds the one file, called `name`, of a torrent that has no list of files.
pub(super) fn add_single<'a>(
    layout: &mut Layout<'a>,
    info: Node<'a>,
    name: &'a [u8],
) -> Result<(), VerifyError> {
    let fields = FileFields::read(info);
    let size_bytes = fields.size_bytes()?;
    let shown = sanitize(name);
    if name.is_empty() || shown.is_empty() {
        return Err(VerifyError::MissingName);
    }
    fields.check_symlink()?;
    let is_pad = fields.is_pad || is_bitcomet_pad(&shown);
    layout.add(File { path: Path::Alone(name), size_bytes, is_pad, pieces_root: None }, &shown)
}

/// Adds the files of a list.
pub(super) fn add_list<'a>(layout: &mut Layout<'a>, files: Node<'a>) -> Result<(), VerifyError> {
    let all_are_pads = is_bitcomet_pad(&layout.root);
    for file in files.list().into_iter().flatten() {
        if file.kind() != Kind::Dict {
            return Err(VerifyError::InvalidFiles);
        }
        add_listed(layout, file, all_are_pads)?;
    }
    Ok(())
}

fn add_listed<'a>(layout: &mut Layout<'a>, file: Node<'a>, mut is_pad: bool) -> Result<(), VerifyError> {
    let fields = FileFields::read(file);
    let size_bytes = fields.size_bytes()?;
    let path =
        file.fields(["path.utf-8", "path"]).into_iter().flatten().find(|path| path.kind() == Kind::List);
    path.map_or(Ok(()), check_path)?;
    is_pad |= fields.is_pad;

    let mut last = None;
    for part in path.and_then(Node::list).into_iter().flatten().filter_map(Node::string) {
        let name = sanitize_element(part);
        is_pad |= is_bitcomet_pad(&name);
        last = Some(name);
    }
    let (path, name) = match (path, last) {
        (Some(path), Some(last)) => (Path::Listed(path), last),
        _ if fields.is_pad => (Path::NamelessPad, b"".into()),
        _ => return Err(VerifyError::MissingName),
    };
    fields.check_symlink()?;
    layout.add(File { path, size_bytes, is_pad, pieces_root: None }, &name)
}

fn is_bitcomet_pad(name: &[u8]) -> bool {
    name.windows(BITCOMET_PAD.len()).any(|window| window == BITCOMET_PAD)
}
