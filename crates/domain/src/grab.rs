//! A grab: a release that an app sent to a download client; one row whatever the number of sightings.

use std::fmt;

use secrecy::SecretString;

use super::app::{AppKind, AppName};
use super::ids::{GrabId, TorrentId};
use super::infohash::Infohash;
use super::reason::Reason;
use super::sighting::Protocol;
use super::time::Ts;

/// Where a grab stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum GrabState {
    /// Work remains; `next_attempt_at` says when.
    Pending,
    /// Its torrent is stored and in the feeds.
    Ready,
    /// Gave up, with a reason; the retry button makes it pending again.
    Failed,
    /// Nothing to do, with a reason.
    Skipped,
}

impl GrabState {
    /// Every state, in the order in which documents list them.
    pub const ALL: [Self; 4] = [Self::Pending, Self::Ready, Self::Failed, Self::Skipped];

    /// The name used in the database, the API and the metrics.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Ready => "ready",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
        }
    }

    /// The state with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == name)
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
