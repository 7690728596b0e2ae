//! The SQLite file, as it was opened.
//!
//! Owns: noticing that another file lies at its path, or none. SQLite goes on writing into a file that was moved or removed,
//! and a restart would open the other one.

use std::fs;
use std::path::{Path, PathBuf};

/// The file and what tells it from another.
#[derive(Debug)]
pub(super) struct DatabaseFile {
    path: PathBuf,
    identity: Option<(u64, u64)>,
}

impl DatabaseFile {
    pub(super) fn opened(path: &Path) -> Self {
        Self { identity: identity(path), path: path.to_owned() }
    }

    /// Whether it is still there. Where a system has no identities of files, it counts as there if anything is.
    pub(super) fn is_there(&self) -> bool {
        match self.identity {
            Some(known) => identity(&self.path) == Some(known),
            None => self.path.exists(),
        }
    }
}

#[cfg(unix)]
fn identity(path: &Path) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;
    let metadata = fs::metadata(path).ok()?;
    Some((metadata.dev(), metadata.ino()))
}

#[cfg(not(unix))]
fn identity(path: &Path) -> Option<(u64, u64)> {
    let _exists = fs::metadata(path).ok()?;
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_was_moved_removed_or_replaced_is_not_there() {
        let folder = tempfile::tempdir().unwrap();
        let (path, other) = (folder.path().join("a.db"), folder.path().join("b.db"));
        fs::write(&path, "a").unwrap();
        let file = DatabaseFile::opened(&path);
        assert!(file.is_there());
        fs::rename(&path, &other).unwrap();
        assert!(!file.is_there());
        fs::write(&path, "a").unwrap();
        assert!(!file.is_there(), "another file lies there");
        fs::rename(&other, &path).unwrap();
        assert!(file.is_there());
        fs::remove_file(&path).unwrap();
        assert!(!file.is_there());
    }
}
