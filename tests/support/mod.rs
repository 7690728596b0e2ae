//! Small things that several areas' tests share.

pub mod database;
pub mod http;
pub mod postgres;
pub mod torrent;
pub mod wait;
//! What tests of several areas share.

pub mod raw_http;
pub mod upstreams;
