//! Small things that several areas' tests share.

pub mod http;
pub mod torrent;
pub mod wait;
