//! Small things that several areas' tests share.

pub mod database;
pub mod http;
pub mod postgres;
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

pub mod raw_http;
pub mod torrent;
pub mod upstreams;
pub mod wait;
