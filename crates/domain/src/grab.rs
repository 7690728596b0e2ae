//! A grab: a release that an app sent to a download client; one row whatever the number of sightings.

use std::fmt;

use secrecy::SecretString;

use super::app::{AppKind, AppName};
use super::ids::{GrabId, TorrentId};
use super::infohash::Infohash;
use super::named::named_enum;
use super::reason::Reason;
use super::sighting::Protocol;
use super::time::Ts;

named_enum! {
    /// Where a grab stands. The names are those of the database, the API and the metrics.
    pub enum GrabState {
        /// Work remains; `next_attempt_at` says when.
        Pending = "pending",
        /// Its torrent is stored and in the feeds.
        Ready = "ready",
        /// Gave up, with a reason; the retry button makes it pending again.
        Failed = "failed",
        /// Nothing to do, with a reason.
        Skipped = "skipped",
    }
}

/// A grab, as the pipeline and the listings see it.
#[derive(Clone)]
pub struct Grab {
    /// Its row.
    pub id: GrabId,
    /// The app that made it.
    pub app: AppName,
    /// What that app is.
    pub kind: AppKind,
    /// Where it stands.
    pub state: GrabState,
    /// Why it waits, failed or was skipped.
    pub reason: Option<Reason>,
    /// The place that the reason names, as the settings would write it.
    pub reason_about: Option<String>,
    /// Why and until when its indexer is left alone, if that is what it waits for.
    pub held: Option<Held>,
    /// The release title.
    pub title: String,
    /// The indexer's name as the app gives it.
    pub indexer: Option<String>,
    /// Prowlarr's number of the indexer, where known.
    pub prowlarr_indexer_id: Option<i64>,
    /// What the download client answered, upper case.
    pub download_id: Option<String>,
    /// The infohash that the torrent must have.
    pub expected_infohash: Option<Infohash>,
    /// How the release is transported.
    pub protocol: Protocol,
    /// Size of the content in bytes, where known.
    pub size_bytes: Option<u64>,
    /// The URL from which the app took the release. It holds keys.
    pub link: Option<SecretString>,
    /// The link that a search found. It holds keys.
    pub found_link: Option<SecretString>,
    /// When the app made the grab.
    pub grabbed_at: Ts,
    /// When we first heard of it.
    pub created_at: Ts,
    /// When it left `pending`.
    pub finished_at: Option<Ts>,
    /// Attempts of the current round (a retry begins a new round).
    pub attempts: u32,
    /// When the next attempt is due, while pending.
    pub next_attempt_at: Option<Ts>,
    /// The stored torrent, once ready.
    pub torrent: Option<TorrentId>,
    /// Whether the app's webhook told of it.
    pub seen_by_webhook: bool,
    /// Whether the app's or Prowlarr's history told of it.
    pub seen_in_history: bool,
    /// Whether a person asked for it again.
    pub retried: bool,
    /// Whether it stands in line at its host.
    pub line: Line,
}

/// An indexer that is left alone after a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Held {
    /// What failed.
    pub reason: Reason,
    /// Until when.
    pub until: Ts,
}

impl Grab {
    /// Why it is not ready: what it waits for, if its indexer is left alone.
    pub fn waits_for(&self) -> Option<Reason> {
        self.held.map(|held| held.reason).or(self.reason)
    }

    /// When it is tried next, while it is pending.
    pub fn next_try_at(&self) -> Option<Ts> {
        self.next_attempt_at.map(|due| self.held.map_or(due, |held| held.until.max(due)))
    }

    /// Whether its next step would ask its indexer. A look into the app's history costs the indexer nothing.
    pub fn needs_its_indexer(&self) -> bool {
        self.state == GrabState::Pending && (self.link.is_some() || self.seen_in_history)
    }
}

/// Whether a grab stands in line where torrents are fetched from a host directly: those that the first look into a history
/// found wait behind new ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Line {
    /// A new grab stands in no line.
    None,
    /// It has yet to take its place in it.
    ToJoin,
    /// It has a place, and is due when its turn comes.
    Joined,
}

impl fmt::Debug for Grab {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Grab")
            .field("id", &self.id)
            .field("app", &self.app)
            .field("state", &self.state)
            .field("reason", &self.reason)
            .finish_non_exhaustive()
    }
}
