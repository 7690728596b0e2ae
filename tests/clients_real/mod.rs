//! Real torrent clients against our feeds: qBittorrent, Transmission and rTorrent as Debian ships them, and the
//! feedparser library.
//!
//! Each client is a structure that starts its program on free ports of the loopback interface with its data in a
//! temporary folder, offers verbs, and ends its own process when dropped. A program that is missing fails the test,
//! with the name of the Debian package.

mod feed_works;
pub(crate) mod feedparser;
mod predecessor;
mod product;
pub(crate) mod program;
pub(crate) mod qbittorrent;
pub(crate) mod rtorrent;
pub(crate) mod stub;
pub(crate) mod transmission;
