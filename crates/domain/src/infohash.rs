//! The identity of a torrent, from the crate that reads torrents.

pub use grabfeed_torrent::{Infohash, InvalidInfohash};
