//! The commands, one file each. A command takes its arguments, a writer and the language, and returns an exit code.

pub mod torrent;
