//! Files and folders that only their owner reads: they hold keys and passkeys.
//!
//! Owns: their modes. On a system without modes they are made as any other.

use std::fs::{DirBuilder, OpenOptions};

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
