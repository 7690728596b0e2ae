//! What every app says of a release in the same words.
//!
//! Must not know: which app said it.

use super::record;

/// How a release is downloaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    /// `BitTorrent`.
    Torrent,
    /// Usenet.
    Usenet,
    /// Not said, or unknown to us.
    Unknown,
}

impl Protocol {
    /// Reads a name, or the number that histories have as text.
    pub fn parse(text: &str) -> Self {
        match text.to_ascii_lowercase().as_str() {
            "2" | "torrent" => Self::Torrent,
            "1" | "usenet" => Self::Usenet,
            _ => Self::Unknown,
        }
    }
}

/// A size in bytes; 0 is how the apps write that they do not know it.
pub(super) fn size_bytes(text: &str) -> Option<u64> {
    record::int(text).and_then(|bytes| u64::try_from(bytes).ok()).filter(|bytes| *bytes > 0)
}
