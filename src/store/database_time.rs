//! The database's time between two questions for it.
//!
//! Owns: how long an answer counts. Must not know: how the database is asked.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::domain::time::Ts;

/// How long an answer counts. In this time two machines' clocks part by less than a millisecond; one that slept meanwhile is
/// wrong for as long, which leases outlast.
const COUNTS_FOR: Duration = Duration::from_secs(10);

/// The last answer, and when it came. A statement takes its time from here instead of a round trip of its own.
#[derive(Debug, Default)]
pub(super) struct DatabaseTime(Mutex<Option<(Instant, Ts)>>);

impl DatabaseTime {
    /// The time at `instant`, if the last answer still counts.
    pub(super) fn at(&self, instant: Instant) -> Option<Ts> {
        let last = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (came, answer) = last?;
        let since = instant.saturating_duration_since(came);
        (since < COUNTS_FOR).then(|| answer.plus(since))
    }

    /// Keeps an answer that came at `instant`.
    pub(super) fn answered(&self, answer: Ts, instant: Instant) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((instant, answer));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_counts_for_seconds_and_is_asked_for_again_then() {
        let (time, start) = (DatabaseTime::default(), Instant::now());
        assert_eq!(time.at(start), None, "nothing was answered yet");
        let answer = Ts::from_millis(1_000_000);
        time.answered(answer, start);
        assert_eq!(time.at(start + Duration::from_secs(3)), Some(answer.plus(Duration::from_secs(3))));
        assert_eq!(time.at(start + COUNTS_FOR), None);
        // A database whose clock was set back is believed.
        let earlier = Ts::from_millis(400_000);
        time.answered(earlier, start + COUNTS_FOR);
        assert_eq!(time.at(start + COUNTS_FOR), Some(earlier));
    }
}
