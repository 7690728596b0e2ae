//! Getting a grab's `.torrent` once there is a link: downloading its bytes and judging them.
//!
//! Must not know: the database, or which grab the bytes are for.

pub mod download;
pub mod verify;
