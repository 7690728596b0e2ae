//! Real torrent clients against our feeds: qBittorrent, Transmission and rTorrent as Debian ships them, and the
//! feedparser library.
//!
//! Each client is a structure that starts its program on free ports of the loopback interface with its data in a
//! temporary folder, offers verbs, and ends its own process when dropped. A program that is missing fails the test,
//! with the name of the Debian package.

mod feed_works;
pub mod feedparser;
mod predecessor;
mod product;
pub mod program;
pub mod qbittorrent;
pub mod rtorrent;
pub mod stub;
pub mod transmission;
