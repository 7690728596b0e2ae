//! Files and folders that only their owner reads: they hold keys and passkeys.
//!
//! Owns: their modes, and whether what is there already can be ours: a regular file of our own user that nobody else may
//! write. On a system without modes they are made as any other.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io;
use std::path::Path;

/// Options whose `open` makes a file that only its owner reads and writes.
pub fn options() -> OpenOptions {
    #[cfg_attr(not(unix), expect(unused_mut, reason = "there is no mode to set"))]
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// A builder whose `create` makes folders that only their owner enters.
pub fn folder() -> DirBuilder {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
}

/// What stands at a path, if anything does, judged without opening it: opening a pipe would wait for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ownership {
    /// Nothing.
    Absent,
    /// A file of ours that only we read and write.
    Private,
    /// A file of ours that others may read or write; the mode.
    Shared(u32),
    /// Another user's file, a link, a pipe, a folder: not ours.
    Foreign,
}

/// Whose file stands at this path.
pub fn ownership(path: &Path) -> io::Result<Ownership> {
    let found = match fs::symlink_metadata(path) {
        Ok(found) => found,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Ownership::Absent),
        Err(error) => return Err(error),
    };
    if !found.is_file() {
        return Ok(Ownership::Foreign);
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt as _;
        // The folder of this process belongs to whom it runs as; where there is none, nobody is told apart.
        let own = fs::metadata("/proc/self").map(|process| process.uid());
        if own.is_ok_and(|own| own != found.uid()) {
            return Ok(Ownership::Foreign);
        }
        if found.mode() & 0o077 != 0 {
            return Ok(Ownership::Shared(found.mode() & 0o777));
        }
    }
    Ok(Ownership::Private)
}

/// The mode of a file that users of this machine other than ours and its group can reach and read.
#[cfg(unix)]
pub fn mode_readable_by_others(path: &Path) -> Option<u32> {
    use std::os::unix::fs::MetadataExt as _;
    let (file, folder) = (fs::metadata(path).ok()?, fs::metadata(path.parent()?).ok()?);
    (file.mode() & 0o004 != 0 && folder.mode() & 0o001 != 0).then_some(file.mode() & 0o777)
}

/// Nothing: there are no modes.
#[cfg(not(unix))]
pub fn mode_readable_by_others(_path: &Path) -> Option<u32> {
    None
}

/// Takes from others every right to a file of ours.
pub fn close_to_others(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(path, fs::Permissions::from_mode(0o600))?;
    }
    Ok(())
}
