//! How a request's input is read: with limits on size and time, into types.
//!
//! Must not know: routes, the database.

pub mod body;
pub mod client_name;
pub mod form;
pub mod json;
pub mod path;
pub mod query;
pub mod return_path;
