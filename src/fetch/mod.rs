//! Getting a grab's `.torrent`: downloading it within limits, and verifying what came.

pub mod verify;
