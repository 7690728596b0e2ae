//! The clients against simulated apps, polite and hostile.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod answers;
mod arr;
mod paging;
mod prowlarr;
