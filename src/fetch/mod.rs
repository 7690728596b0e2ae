//! Getting a grab's `.torrent` once there is a link: downloading its bytes and judging them.
//!
//! Must not know: the database, or what becomes of a grab.

pub mod arrived;
pub mod download;
pub mod verify;
