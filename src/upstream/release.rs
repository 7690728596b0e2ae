//! What every app says of a release in the same words.
//!
//! Must not know: which app said it.

use super::record;
pub use crate::domain::sighting::Protocol;

/// A size in bytes; 0 is how the apps write that they do not know it.
pub(super) fn size_bytes(text: &str) -> Option<u64> {
    record::int(text).and_then(|bytes| u64::try_from(bytes).ok()).filter(|bytes| *bytes > 0)
}
