//! What the pipeline tells the log and the metrics: each outcome once, with ids.

use tracing::{error, info, warn};

use super::deps::Deps;
use super::step::Outcome;
use crate::domain::reason::Reason;
use crate::domain::time::Ts;
use crate::ops::metrics::{self, AttemptKind, DbError};
use crate::store::{Claimed, Resolution, StoreError};

/// How a step ended, as far as it is told.
#[derive(Debug, Clone, Copy)]
pub enum Told {
    Ready { stored: bool },
    Retry(Ts),
    Failed(Reason),
    Skipped(Reason),
}

impl Told {
    pub fn of(resolution: &Resolution) -> Self {
        match resolution {
            Resolution::Ready(_) => Self::Ready { stored: true },
            Resolution::AlreadyStored(_) => Self::Ready { stored: false },
            Resolution::Retry { at, .. } => Self::Retry(*at),
            Resolution::Failed(reason) => Self::Failed(*reason),
            Resolution::Skipped(reason) => Self::Skipped(*reason),
        }
    }
}

/// Why the outcome is none.
pub fn reason_of(outcome: &Outcome) -> Option<Reason> {
    match outcome {
        Outcome::Skip(reason) | Outcome::Not { reason, .. } => Some(*reason),
        Outcome::Got(_) | Outcome::Have(_) => None,
    }
}

/// Tells of a step whose outcome was written down.
pub fn resolved(deps: &Deps, claimed: &Claimed, kind: AttemptKind, told: Told, reason: Option<Reason>) {
    let grab = claimed.grab.id.0;
    let app = claimed.grab.app.as_str();
    let why = reason.map_or("", Reason::code);
    let outcome = match told {
        Told::Ready { stored } => {
            if stored {
                deps.metrics.torrent_stored();
            }
            info!(event = "grab.ready", grab, app);
            metrics::Outcome::Ok
        }
        Told::Retry(at) => {
            info!(event = "grab.retry", grab, app, reason = why, at = %at);
            metrics::Outcome::Retry
        }
        Told::Failed(last) => {
            deps.metrics.grab_failed(last);
            warn!(event = "grab.failed", grab, app, reason = last.code(), last = why);
            metrics::Outcome::Failed
        }
        Told::Skipped(reason) => {
            info!(event = "grab.skipped", grab, app, reason = reason.code());
            metrics::Outcome::Ok
        }
    };
    deps.metrics.attempt_ended(kind, outcome);
}

/// Tells of a failure of the database at the boundary that goes on without it.
pub fn database(deps: &Deps, during: &'static str, failure: &StoreError) {
    deps.metrics.db_failed(DbError::of(failure.kind()));
    error!(event = "pipeline.database-failed", during, cause = %failure);
}
