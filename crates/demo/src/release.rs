//! A release that a simulated indexer offers: what it is, how its torrent is had, and the links that name it.

use std::fmt;

use grabfeed_domain::time::Ts;

use super::torrents::{GeneratedTorrent, TorrentSpec};

/// The passkey in every tracker link: an obvious fake, to be looked for where it must not be.
pub const PASSKEY: &str = "test-passkey-00000000";

/// A release's number, on its tracker too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ReleaseId(pub u64);

impl fmt::Display for ReleaseId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// How the release is had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivery {
    /// A `.torrent` from the tracker.
    Torrent,
    /// Only a magnet link.
    Magnet,
    /// An NZB: there is no torrent at all.
    Usenet,
}

/// How to make a release.
#[derive(Debug, Clone)]
pub struct ReleaseSpec {
    /// The torrent behind it.
    pub torrent: TorrentSpec,
    /// How it is had.
    pub delivery: Delivery,
    /// Episodes, albums or books in it: the app writes one history row for each.
    pub parts: u32,
    /// Whether the indexer lists the infohash.
    pub lists_infohash: bool,
}

impl Default for ReleaseSpec {
    fn default() -> Self {
        Self { torrent: TorrentSpec::default(), delivery: Delivery::Torrent, parts: 1, lists_infohash: false }
    }
}

impl ReleaseSpec {
    /// A season of so many episodes in one torrent.
    pub fn season(episodes: u32) -> Self {
        let torrent = TorrentSpec { files: episodes, file_bytes: 64 * 1024, ..TorrentSpec::default() };
        Self { torrent, parts: episodes, ..Self::default() }
    }

    /// A release that is only a magnet link.
    pub fn magnet() -> Self {
        Self { delivery: Delivery::Magnet, ..Self::default() }
    }

    /// A release on Usenet.
    pub fn usenet() -> Self {
        Self { delivery: Delivery::Usenet, ..Self::default() }
    }
}

impl From<TorrentSpec> for ReleaseSpec {
    fn from(torrent: TorrentSpec) -> Self {
        Self { torrent, ..Self::default() }
    }
}

/// A release on a simulated tracker.
#[derive(Debug)]
pub struct Release {
    /// Its number.
    pub id: ReleaseId,
    /// Its title.
    pub title: String,
    /// Prowlarr's number of the indexer.
    pub indexer_id: i64,
    /// The indexer's name in Prowlarr.
    pub indexer: String,
    /// How it is had.
    pub delivery: Delivery,
    /// Episodes, albums or books in it.
    pub parts: u32,
    /// Whether the indexer lists the infohash.
    pub lists_infohash: bool,
    /// When the tracker published it.
    pub published: Ts,
    /// The torrent (of a magnet too).
    pub torrent: GeneratedTorrent,
    /// `http://host:port` of its tracker.
    pub site: String,
}

impl Release {
    /// The tracker's own link, with the passkey.
    pub fn tracker_url(&self) -> String {
        format!("{}/download/{}?passkey={PASSKEY}", self.site, self.id)
    }

    /// The details page, which is also the guid.
    pub fn details_url(&self) -> String {
        format!("{}/details/{}", self.site, self.id)
    }

    /// The magnet link, with the hash that clients know best.
    pub fn magnet(&self) -> String {
        let topic = self.torrent.v1.as_ref().map_or_else(
            || format!("urn:btmh:1220{}", self.torrent.infohash()),
            |v1| format!("urn:btih:{v1}"),
        );
        let name: String = url::form_urlencoded::byte_serialize(self.title.as_bytes()).collect();
        format!("magnet:?xt={topic}&dn={name}")
    }

    /// The infohash in the upper case in which apps keep it.
    pub fn infohash_upper(&self) -> String {
        self.torrent.infohash().to_uppercase()
    }
}
