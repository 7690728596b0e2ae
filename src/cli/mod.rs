//! The commands, one file each. A command takes its arguments, a writer and the language, and returns an exit code.

pub mod torrent;
//! The command line, one file per command.

pub mod check;
pub mod config;
