//! What tests of several areas share.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

pub mod raw_http;
pub mod upstreams;
