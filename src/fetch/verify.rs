//! Whether bytes are a torrent that clients load, and what a refusal means for the grab. The judgement itself is the crate
//! `grabfeed-torrent`.

pub use grabfeed_torrent::{VerifyError, magnet_text, verify};

use crate::domain::reason::Reason;

/// What a refusal means for the grab whose torrent this was to be.
pub const fn reason_of(error: VerifyError) -> Reason {
    match error {
        VerifyError::HtmlPage => Reason::HtmlPage,
        VerifyError::Magnet => Reason::MagnetOnly,
        VerifyError::Empty | VerifyError::NotADictionary | VerifyError::MissingInfo => Reason::NotATorrent,
        _ => Reason::InvalidTorrent,
    }
}
