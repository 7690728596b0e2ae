//! What tests of several areas share.

pub mod raw_http;
pub mod upstreams;
