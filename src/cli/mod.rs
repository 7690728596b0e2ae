//! The command line, one file per command. A command takes its arguments, the context of the call and a writer, and
//! returns an exit code.
//!
//! Must not know: what a command's work consists of. It parses, calls and prints.

pub mod app;
pub mod args;
pub mod check;
pub mod config;
pub mod context;
pub mod demo;
pub mod feed;
pub mod grab;
pub mod healthcheck;
pub mod key;
pub mod serve;
pub mod status;
pub mod sync;
pub mod table;
pub mod torrent;
mod usage;
pub mod user;

mod refusal;
mod run;

pub use context::Context;
pub use run::run;
