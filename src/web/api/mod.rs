//! The JSON API under `/api/v1`, one file per resource, and the OpenAPI document that is made of it.
//!
//! Owns: what each resource shows and takes. Secrets never come back from it, but for the one answer that gives a new
//! one. Must not know: who may use a route (the table says it), SQL.

pub mod account;
pub mod apps;
pub mod document;
pub mod feeds;
pub mod grabs;
pub mod keys;
pub mod paging;
pub mod session;
pub mod sessions;
pub mod settings;
pub mod setup;
pub mod status;
pub mod sync;
pub mod torrents;
