//! The log's file: it grows to a limit, then moves aside, and the oldest goes.
//!
//! Owns: the names `grabfeed.log`, `grabfeed.log.1`, … and their sizes. Must not know what a record is.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::ops::private_file;

/// The size at which a file moves aside, in bytes.
pub(super) const FILE_BYTES: u64 = 10 * 1024 * 1024;
/// How many files are kept, the current one included.
pub(super) const FILES: usize = 5;

/// A file that rotates by size.
#[derive(Debug)]
pub(super) struct RotatingFile {
    path: PathBuf,
    file: File,
    written_bytes: u64,
    limit_bytes: u64,
}

impl RotatingFile {
    /// Opens the file to append to it; only its owner may read it, since records name what people download.
    pub(super) fn open(path: &Path, limit_bytes: u64) -> io::Result<Self> {
        let file = append_to(path)?;
        let written_bytes = file.metadata()?.len();
        Ok(Self { path: path.to_owned(), file, written_bytes, limit_bytes })
    }

    /// Appends one line; moves the file aside first if the line would pass the limit.
    pub(super) fn write_line(&mut self, line: &str) -> io::Result<()> {
        let line_bytes = u64::try_from(line.len()).unwrap_or(u64::MAX).saturating_add(1);
        if self.written_bytes > 0 && self.written_bytes.saturating_add(line_bytes) > self.limit_bytes {
            self.rotate()?;
        }
        self.file.write_all(format!("{line}\n").as_bytes())?;
        self.written_bytes = self.written_bytes.saturating_add(line_bytes);
        Ok(())
    }

    fn rotate(&mut self) -> io::Result<()> {
        for number in (1..FILES).rev() {
            let newer = if number == 1 { self.path.clone() } else { numbered(&self.path, number - 1) };
            match fs::rename(newer, numbered(&self.path, number)) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        self.file = append_to(&self.path)?;
        self.written_bytes = 0;
        Ok(())
    }
}

fn append_to(path: &Path) -> io::Result<File> {
    private_file::options().create(true).append(true).open(path)
}

fn numbered(path: &Path, number: usize) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(format!(".{number}"));
    PathBuf::from(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_file_moves_aside_and_only_so_many_are_kept() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("grabfeed.log");
        let mut file = RotatingFile::open(&path, 10).unwrap();
        for number in 0..9 {
            file.write_line(&format!("line {number}")).unwrap();
        }
        assert_eq!(fs::read_to_string(&path).unwrap(), "line 8\n");
        assert_eq!(fs::read_to_string(numbered(&path, 4)).unwrap(), "line 4\n");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), FILES);
    }

    #[test]
    fn a_restart_goes_on_in_the_same_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("grabfeed.log");
        for _ in 0..2 {
            RotatingFile::open(&path, 100).unwrap().write_line("again").unwrap();
        }
        assert_eq!(fs::read_to_string(&path).unwrap(), "again\nagain\n");
    }
}
