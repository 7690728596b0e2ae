//! The JSON API under `/api/v1`, one file per resource. Secrets never come back from it.

pub mod account;
pub mod grabs;
pub mod session;
pub mod sessions;
