//! The ways in: what the apps tell us, as sightings.
//!
//! Owns: what a webhook, a row of an app's history and a row of Prowlarr's history mean. All three yield the same
//! [`Sighting`](crate::domain::sighting::Sighting). Must not know: when it is called, what becomes of a sighting,
//! how it is stored.

pub mod app_history;
pub mod prowlarr_history;
pub mod webhook;

use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

/// The longest title or name that is kept, in characters; file systems take 255 bytes.
const LONGEST_TEXT: usize = 400;

/// The longest link that is kept, in bytes; a longer one is none. Those of real programs have some hundreds, magnet links with
/// many trackers some thousands.
const LONGEST_LINK_BYTES: usize = 8 << 10;

/// What stands for a title that a report does not give.
const UNTITLED: &str = "(untitled)";

/// What the indexer calls a release, as a hash: it may hold a passkey, and only equality matters.
fn release_hash(name: &SecretString) -> String {
    hex::encode(Sha256::digest(name.expose_secret().trim().as_bytes()))
}

/// The link of a report, if it is one that can be kept.
fn link(link: Option<&SecretString>) -> Option<SecretString> {
    link.filter(|link| link.expose_secret().len() <= LONGEST_LINK_BYTES).cloned()
}

/// Text of a report, made fit to keep; empty is none.
fn text(raw: &str) -> Option<String> {
    let cleaned = crate::domain::text::clean(raw, LONGEST_TEXT);
    (!cleaned.is_empty()).then_some(cleaned)
}
