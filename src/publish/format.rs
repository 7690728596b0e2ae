//! The formats that feeds are written in.
//!
//! Owns: what each is called in a URL, its media type, its metric label, and its writer. A format is added here, with a
//! file of its own; routes and documents list the formats from this table.

use super::item::{Channel, Item};
use super::{predecessor_json, rss};

/// A format that feeds are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FeedFormat {
    /// RSS 2.0.
    Rss,
    /// The predecessor's JSON.
    PredecessorJson,
}

impl FeedFormat {
    /// Every format, the one to subscribe to first.
    pub const ALL: [Self; 2] = [Self::Rss, Self::PredecessorJson];

    /// The last segment of a feed's URL in this format.
    pub const fn path_segment(self) -> &'static str {
        match self {
            Self::Rss => "rss.xml",
            Self::PredecessorJson => "torrent.json",
        }
    }

    /// The route of feeds in this format.
    pub const fn route(self) -> &'static str {
        match self {
            Self::Rss => "/f/{token}/rss.xml",
            Self::PredecessorJson => "/f/{token}/torrent.json",
        }
    }

    /// The media type of its bodies. Clients compare it byte by byte.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Rss => "application/rss+xml; charset=utf-8",
            Self::PredecessorJson => "application/json",
        }
    }

    /// The word in metrics.
    pub const fn metric_label(self) -> &'static str {
        match self {
            Self::Rss => "rss",
            Self::PredecessorJson => "predecessor",
        }
    }

    /// Writes a feed. `items` come newest first.
    pub fn write(self, channel: &Channel, items: &[Item]) -> Vec<u8> {
        match self {
            Self::Rss => rss::render(channel, items),
            Self::PredecessorJson => predecessor_json::render(channel, items),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_format_has_a_route_that_ends_in_its_segment_and_words_of_its_own() {
        for format in FeedFormat::ALL {
            assert_eq!(format.route(), format!("/f/{{token}}/{}", format.path_segment()));
            let alike = FeedFormat::ALL.into_iter().filter(|other| {
                other.path_segment() == format.path_segment() || other.metric_label() == format.metric_label()
            });
            assert_eq!(alike.count(), 1, "{format:?}");
        }
    }
}
