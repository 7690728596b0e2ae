//! What the pipeline says to the log and the metrics: each outcome once, with ids.

use tracing::{debug, error, info, warn};

use super::deps::Deps;
use crate::domain::reason::Reason;
use crate::domain::schedule::Next;
use crate::ops::metrics::DbError;
use crate::store::{Claimed, Ending, StepEnd, StoreError};

/// Logs and counts a step whose end was written down.
pub(super) fn ended(deps: &Deps, claimed: &Claimed, end: &StepEnd) {
    let (grab, app) = (claimed.grab.id.0, claimed.grab.app.as_str());
    match &end.ending {
        Ending::Ready(_) => {
            deps.metrics.torrent_stored();
            info!(event = "grab.ready", grab, app);
        }
        Ending::AlreadyStored(_) => info!(event = "grab.ready", grab, app),
        Ending::Skipped(reason) => info!(event = "grab.skipped", grab, app, reason = reason.code()),
        // The row of the history comes a little after the webhook, and a turn is no failure.
        Ending::Failing { reason, next: Next::At { at, .. }, .. } if is_usual(*reason) => {
            debug!(event = "grab.retry", grab, app, reason = reason.code(), at = %at);
        }
        Ending::Failing { reason, next: Next::At { at, .. }, .. } => {
            info!(event = "grab.retry", grab, app, reason = reason.code(), at = %at);
        }
        Ending::Failing { reason: last, next: Next::GiveUp(reason), .. } => {
            deps.metrics.grab_failed(*reason);
            warn!(event = "grab.failed", grab, app, reason = reason.code(), last = last.code());
        }
    }
    deps.metrics.attempt_ended(end.step, end.outcome());
}

const fn is_usual(reason: Reason) -> bool {
    matches!(reason, Reason::AwaitingHistory | Reason::AwaitingTurn)
}

/// Logs and counts a failure of the database, at the boundary that goes on without it.
pub(super) fn database(deps: &Deps, during: &'static str, failure: &StoreError) {
    deps.metrics.db_failed(DbError::from_kind(failure.kind()));
    error!(event = "pipeline.database-failed", during, cause = %failure);
}
