//! What an administrator does: feeds, keys, grabs, apps, reading histories, the account and its sessions.
//!
//! Owns: each deed, once, whichever face asks for it (the API, a page, the command line, the demo); what it answers; and
//! what the log says of it. Must not know: HTTP, the command line's words, SQL.

pub mod account;
pub mod actor;
pub mod apps;
pub mod error;
pub mod facts;
pub mod feeds;
pub mod grabs;
pub mod keys;
mod new_feed;
pub mod status;
pub mod sync;
pub mod view;
pub mod webhook_secret;

pub use actor::Actor;
pub use error::AdminError;
