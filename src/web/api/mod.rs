//! The JSON API under `/api/v1`, one file per resource. Secrets never come back from it.

pub mod grabs;
