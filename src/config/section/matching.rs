//! `matching`: which link or candidate belongs to a grab.

use super::section;
use crate::config::key::{Key, Kind};

section! {
    /// Which link or candidate belongs to a grab.
    Matching = "matching", Always {
        /// The least score of a candidate, of 100.
        min_score: u32 = Key::new("min_score", Kind::Integer(0, 100)).default("75");
        /// Whether a torrent must have the infohash that the app named, where it named one.
        strict_hash: bool = Key::new("strict_hash", Kind::Boolean).default("true");
        /// Whether Prowlarr is searched when a grab has no usable link.
        allow_search: bool = Key::new("allow_search", Kind::Boolean).default("true");
        /// How many searches one indexer is asked for in an hour, over all grabs; zero: none.
        searches_per_hour: u32 = Key::new("searches_per_hour", Kind::Integer(0, 1_000)).default("10");
        /// Whether a grab that has only a magnet link is published as one.
        allow_magnets: bool = Key::new("allow_magnets", Kind::Boolean).default("false");
    }
}
