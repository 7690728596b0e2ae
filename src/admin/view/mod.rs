//! Things as programs read them: the JSON of the API and of the command line's `--json`, which is the same.
//!
//! Owns: names and forms of fields, and their schemas for the OpenAPI document. No view holds a secret. Must not know:
//! who asks, and how the answer travels.

pub mod account;
pub mod app;
pub mod feed;
pub mod feed_filter;
pub mod finding;
pub mod grab;
pub mod key;
pub mod reason;
pub mod schema;
pub mod session;
pub mod status;
pub mod whole_number;
