//! Reading a file that a person names: the settings, or a secret.
//!
//! Owns: every refusal of a file: size, kind, encoding. Must not know: what the text means.

use std::fs::File;
use std::io::{ErrorKind, Read as _};
use std::path::Path;

use crate::domain::named::named_enum;

/// The largest file that is read, in bytes.
pub const LARGEST_BYTES: u64 = 1024 * 1024;

named_enum! {
    /// Why a file cannot be used.
    pub enum FileProblem {
        /// It does not exist.
        Missing = "file-missing",
        /// It cannot be opened or read.
        Unreadable = "file-unreadable",
        /// It is a directory, a pipe or a device.
        NotAFile = "file-not-a-file",
        /// It is larger than `LARGEST_BYTES`.
        TooLarge = "file-too-large",
        /// It is UTF-16.
        Utf16 = "file-utf16",
        /// It is no UTF-8; probably Latin-1.
        NotUtf8 = "file-not-utf8",
    }
}

/// Reads a text file. A UTF-8 byte-order mark at its beginning is left out.
pub(super) fn read(path: &Path) -> Result<String, FileProblem> {
    // Opening a pipe would wait for somebody to write into it: the kind is looked at first.
    if !std::fs::metadata(path).map_err(|error| problem(&error))?.is_file() {
        return Err(FileProblem::NotAFile);
    }
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(|error| problem(&error))?;
    file.take(LARGEST_BYTES + 1).read_to_end(&mut bytes).map_err(|error| problem(&error))?;
    if bytes.len() as u64 > LARGEST_BYTES {
        return Err(FileProblem::TooLarge);
    }
    decode(bytes)
}

fn problem(error: &std::io::Error) -> FileProblem {
    match error.kind() {
        // A folder of its path that is a file is no better than none.
        ErrorKind::NotFound | ErrorKind::NotADirectory => FileProblem::Missing,
        _ => FileProblem::Unreadable,
    }
}

fn decode(bytes: Vec<u8>) -> Result<String, FileProblem> {
    let zero_in_first_two = bytes.first() != bytes.get(1) && bytes.iter().take(2).any(|byte| *byte == 0);
    if bytes.starts_with(b"\xFF\xFE") || bytes.starts_with(b"\xFE\xFF") || zero_in_first_two {
        return Err(FileProblem::Utf16);
    }
    let mut text = String::from_utf8(bytes).map_err(|_| FileProblem::NotUtf8)?;
    if text.starts_with('\u{FEFF}') {
        text.drain(..'\u{FEFF}'.len_utf8());
    }
    Ok(text)
}
