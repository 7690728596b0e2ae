//! What is known of a torrent once its bytes were verified, from the crate that reads torrents.

pub use grabfeed_torrent::TorrentFacts;
