//! What trying a way came to, until it is the end of a step.
//!
//! Must not know: which way was tried.

use std::time::Duration;

use crate::domain::attempt::AttemptStep;
use crate::domain::reason::Reason;
use crate::store::{Ending, StepEnd};

/// The end of a step.
pub(super) fn end(step: AttemptStep, tried: Tried) -> StepEnd<()> {
    let Tried { ending, detail, about } = tried;
    StepEnd { step, ending, detail, about, duration: Duration::ZERO, place: None, found_link: None }
}

/// What following a link came to.
pub(super) struct Tried {
    pub(super) ending: Ending<()>,
    /// JSON for the timeline.
    pub(super) detail: Option<String>,
    /// The place that the reason is about.
    pub(super) about: Option<String>,
}

impl From<Ending<()>> for Tried {
    fn from(ending: Ending<()>) -> Self {
        Self { ending, detail: None, about: None }
    }
}

impl From<Reason> for Tried {
    fn from(reason: Reason) -> Self {
        Ending::failing(reason).into()
    }
}

/// Not before so long.
pub(super) const fn waiting(reason: Reason, wait: Duration) -> Ending<()> {
    Ending::Failing { reason, retry_after: Some(wait), next: () }
}
