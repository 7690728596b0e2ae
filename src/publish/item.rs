//! The one model of a feed that every format is written from.

use crate::domain::infohash::Infohash;
use crate::domain::time::Ts;

/// The MIME type of a `.torrent`. Clients compare it byte by byte: no parameter may follow it.
pub const TORRENT_TYPE: &str = "application/x-bittorrent";

/// What a feed says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Channel {
    /// The feed's title.
    pub title: String,
    /// One plain sentence about it.
    pub description: String,
    /// The page of this service, for a person.
    pub link: String,
}

/// One torrent in a feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Unique in the feed and stable for life: some clients take two items of one title for the same
    /// ([`title_with_hash`] tells repeated names apart).
    pub title: String,
    /// What the client downloads.
    pub source: Source,
    /// The identity of the torrent; one item per infohash and feed.
    pub infohash: Infohash,
    /// When it was first listed in this feed.
    pub pub_at: Ts,
    /// Short plain text without numbers: clients mine it for sizes and seeders.
    pub description: String,
    /// The category's name.
    pub category: String,
    /// The indexer's name, if it is known.
    pub indexer: Option<String>,
}

/// What a client downloads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A `.torrent` that this service holds.
    Torrent {
        /// Its absolute URL: ASCII, no user information, stable for the life of the item, ends in `.torrent`.
        url: String,
        /// Size of the content, not of the file, in bytes.
        total_bytes: u64,
    },
    /// A `magnet:` link; there is no file.
    Magnet(String),
}

impl Source {
    /// What stands in the item's `link`: clients that do not know enclosures download it.
    pub fn link(&self) -> &str {
        match self {
            Self::Torrent { url, .. } => url,
            Self::Magnet(link) => link,
        }
    }
}

impl Item {
    /// The identity that never changes: `urn:btih:` with the v1 infohash, or `urn:btmh:` with the v2 infohash as a
    /// multihash (`1220` says SHA-256 of 32 bytes, BEP 9). No HTTP URL: ruTorrent would download it.
    pub fn guid(&self) -> String {
        match self.infohash {
            Infohash::V1(_) => format!("urn:btih:{}", self.infohash),
            Infohash::V2(_) => format!("urn:btmh:1220{}", self.infohash),
        }
    }
}

/// A title that no other torrent has: the name and the first eight digits of the infohash.
pub fn title_with_hash(title: &str, infohash: &Infohash) -> String {
    format!("{title} [{:.8}]", infohash.to_string())
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A channel and two items, one of each kind of infohash, for the tests of the formats.
    pub(crate) fn sample() -> (Channel, Vec<Item>) {
        let channel = Channel {
            title: "grabfeed: Séries & films".to_owned(),
            description: "What the apps grabbed".to_owned(),
            link: "http://feeds.example/".to_owned(),
        };
        let item = |infohash: Infohash, seconds: i64, title: &str| Item {
            title: title.to_owned(),
            source: Source::Torrent {
                url: format!("http://feeds.example/d/feed/mac/{infohash}.torrent"),
                total_bytes: 734_003_200,
            },
            infohash,
            pub_at: Ts::from_millis(seconds * 1000),
            description: "ExampleTracker".to_owned(),
            category: "Movies".to_owned(),
            indexer: Some("ExampleTracker".to_owned()),
        };
        let items = vec![
            item(Infohash::V2([0xCD; 32]), 1_795_366_903, "Un été <&> \"deux\" \u{1}fin"),
            item(Infohash::V1([0xAB; 20]), 1_795_366_902, "A.Film.2026.1080p-GRP"),
        ];
        (channel, items)
    }

    #[test]
    fn a_guid_names_the_torrent_and_nothing_else() {
        let (_, items) = sample();
        assert_eq!(items[0].guid(), format!("urn:btmh:1220{}", "cd".repeat(32)));
        assert_eq!(items[1].guid(), format!("urn:btih:{}", "ab".repeat(20)));
    }

    #[test]
    fn a_repeated_title_is_told_apart_by_the_hash() {
        assert_eq!(title_with_hash("A.Film", &Infohash::V1([0xAB; 20])), "A.Film [abababab]");
    }
}
