//! How a step of a grab ended: one value from the step that finds out to the row that keeps it.
//!
//! Owns: what an attempt says of itself, in the timeline, the log and the metrics alike. Must not know: the schedule,
//! which the pipeline asks.

use std::time::Duration;

use secrecy::SecretString;

use super::torrent::NewTorrent;
use crate::domain::attempt::{AttemptOutcome, AttemptStep};
use crate::domain::ids::TorrentId;
use crate::domain::place::Place;
use crate::domain::reason::Reason;
use crate::domain::schedule::Next;

/// How a step ended. `N` is what follows a failure: `()` until the schedule was asked, then [`Next`].
#[derive(Debug)]
pub struct StepEnd<N = Next> {
    /// What was tried.
    pub step: AttemptStep,
    /// What it came to.
    pub ending: Ending<N>,
    /// JSON for the timeline: the refused candidates with their reasons, or the HTTP status. Never a URL.
    pub detail: Option<String>,
    /// How long it took.
    pub duration: Duration,
    /// Where a torrent was asked for, if anywhere.
    pub place: Option<Place>,
    /// The place that the reason names, as the settings would write it.
    pub about: Option<String>,
    /// The link that a search found. It holds keys.
    pub found_link: Option<SecretString>,
}

/// What a step came to.
#[derive(Debug)]
pub enum Ending<N = Next> {
    /// The torrent is here: it is stored, queued in the feeds, and the grab is ready, in one transaction.
    Ready(NewTorrent),
    /// The torrent had been stored for another grab.
    AlreadyStored(TorrentId),
    /// There is nothing to fetch.
    Skipped(Reason),
    /// Not this time.
    Failing {
        /// Why.
        reason: Reason,
        /// The wait that the upstream asked for.
        retry_after: Option<Duration>,
        /// What follows.
        next: N,
    },
}

impl Ending<()> {
    /// Not this time, for this reason.
    pub const fn failing(reason: Reason) -> Self {
        Self::Failing { reason, retry_after: None, next: () }
    }
}

impl<N> Ending<N> {
    /// Why the grab is not ready.
    pub const fn reason(&self) -> Option<Reason> {
        match self {
            Self::Skipped(reason) | Self::Failing { reason, .. } => Some(*reason),
            Self::Ready(_) | Self::AlreadyStored(_) => None,
        }
    }
}

impl StepEnd<()> {
    /// The same, with what follows a failure, as `decide` says of its reason and the wait that the upstream asked for.
    pub fn scheduled(self, decide: impl FnOnce(Reason, Option<Duration>) -> Next) -> StepEnd {
        let ending = match self.ending {
            Ending::Ready(torrent) => Ending::Ready(torrent),
            Ending::AlreadyStored(id) => Ending::AlreadyStored(id),
            Ending::Skipped(reason) => Ending::Skipped(reason),
            Ending::Failing { reason, retry_after, next: () } => {
                Ending::Failing { reason, retry_after, next: decide(reason, retry_after) }
            }
        };
        let Self { step, detail, duration, place, about, found_link, .. } = self;
        StepEnd { step, ending, detail, duration, place, about, found_link }
    }
}

impl StepEnd {
    /// How the attempt ended, for the grab.
    pub const fn outcome(&self) -> AttemptOutcome {
        match self.ending {
            Ending::Ready(_) | Ending::AlreadyStored(_) => AttemptOutcome::Ready,
            Ending::Skipped(_) => AttemptOutcome::Skipped,
            Ending::Failing { next: Next::At { .. }, .. } => AttemptOutcome::Retry,
            Ending::Failing { next: Next::GiveUp(_), .. } => AttemptOutcome::Failed,
        }
    }
}
