//! The files of v1 metadata (BEP 3): one `length`, or a list `files`.
//!
//! Owns: reading both forms. Must not know: hashes, v2.

use super::VerifyError;
use super::bencode::Node;
use super::file_fields::{attributes, has_symlink_target, path_parts};
use super::layout::{File, Layout, Name, Place, file_size};
use super::names::{sanitize, sanitize_element};

/// What a part of the path contains in pad files that BitComet makes, which lack the attribute.
const BITCOMET_PAD: &[u8] = b"_____padding_file_";

/// Adds the one file of a torrent that has no list of files.
pub(super) fn add_single<'a>(layout: &mut Layout<'a>, info: Node<'a>) -> Result<(), VerifyError> {
    let size_bytes = size(info)?;
    let name = torrent_name(info).filter(|name| !name.is_empty()).map(sanitize);
    let name = name.filter(|name| !name.is_empty()).ok_or(VerifyError::MissingName)?;
    let is_pad = attributes(info).is_pad || is_bitcomet_pad(&name);
    check_symlink(info)?;
    layout.add(File { place: Place::Save, name: Name::Text(name), size_bytes, is_pad, pieces_root: None })
}

/// Adds the files of a list.
pub(super) fn add_list<'a>(layout: &mut Layout<'a>, files: Node<'a>) -> Result<(), VerifyError> {
    let all_are_pads = is_bitcomet_pad(&layout.name);
    for file in files.list().into_iter().flatten() {
        if file.dict().is_none() {
            return Err(VerifyError::InvalidFiles);
        }
        add_listed(layout, file, all_are_pads)?;
    }
    Ok(())
}

fn add_listed<'a>(layout: &mut Layout<'a>, file: Node<'a>, mut is_pad: bool) -> Result<(), VerifyError> {
    let size_bytes = size(file)?;
    let path = [b"path.utf-8".as_slice(), b"path"]
        .into_iter()
        .find_map(|key| file.get(key).filter(|path| path.list().is_some()));
    let parts = path.map(path_parts).transpose()?.unwrap_or_default();
    is_pad |= attributes(file).is_pad;

    let Some((last, directories)) = parts.split_last() else {
        if !attributes(file).is_pad {
            return Err(VerifyError::MissingName);
        }
        check_symlink(file)?;
        return layout.add(File {
            place: Place::Save,
            name: Name::Pad,
            size_bytes,
            is_pad: true,
            pieces_root: None,
        });
    };
    let mut place = Place::Root;
    for part in directories {
        let name = sanitize_element(part);
        is_pad |= is_bitcomet_pad(&name);
        place = layout.directory(place, part, name);
    }
    let name = sanitize_element(last);
    is_pad |= is_bitcomet_pad(&name);
    check_symlink(file)?;
    layout.add(File { place, name: Name::Text(name), size_bytes, is_pad, pieces_root: None })
}

/// The torrent's name as it is written; clients take the key that says UTF-8 first.
pub(super) fn torrent_name(info: Node<'_>) -> Option<&[u8]> {
    [b"name.utf-8".as_slice(), b"name"].into_iter().find_map(|key| info.get(key).and_then(Node::string))
}

/// A symlink has no bytes, whatever its `length`.
fn size(file: Node<'_>) -> Result<u64, VerifyError> {
    if attributes(file).is_symlink {
        return Ok(0);
    }
    file_size(file.get(b"length").and_then(Node::integer))
}

fn check_symlink(file: Node<'_>) -> Result<(), VerifyError> {
    if attributes(file).is_symlink { has_symlink_target(file).map(drop) } else { Ok(()) }
}

fn is_bitcomet_pad(name: &[u8]) -> bool {
    name.windows(BITCOMET_PAD.len()).any(|window| window == BITCOMET_PAD)
}
