//! What time it is: the only place of grabfeed that asks.
//!
//! Everything else takes a [`Clock`], or better a moment, as a parameter, so that a test decides what time it is and
//! never waits for it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::domain::time::Ts;

/// A clock that can be set forward. Clones show the same time.
#[derive(Debug, Clone)]
pub struct Clock {
    base: Base,
    ahead_millis: Arc<AtomicU64>,
}

#[derive(Debug, Clone, Copy)]
enum Base {
    System,
    Fixed(Ts),
}

impl Clock {
    /// The machine's clock.
    pub fn system() -> Self {
        Self { base: Base::System, ahead_millis: Arc::default() }
    }

    /// A clock that stands still at `moment` until it is advanced, for tests.
    pub fn fixed(moment: Ts) -> Self {
        Self { base: Base::Fixed(moment), ahead_millis: Arc::default() }
    }

    /// The present moment.
    pub fn now(&self) -> Ts {
        let base = match self.base {
            Base::System => system_now(),
            Base::Fixed(moment) => moment,
        };
        base.plus(self.ahead())
    }

    /// How far this clock was set forward, so that another clock (the database's) can follow it.
    pub fn ahead(&self) -> Duration {
        Duration::from_millis(self.ahead_millis.load(Ordering::Relaxed))
    }

    /// Sets this clock and all its clones forward, for tests and the demo.
    pub fn advance(&self, length: Duration) {
        let millis = u64::try_from(length.as_millis()).unwrap_or(u64::MAX);
        self.ahead_millis.fetch_add(millis, Ordering::Relaxed);
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the one place that asks the machine for the time")]
fn system_now() -> Ts {
    // A machine whose clock is before 1970 has no time yet; the earliest moment is the honest answer.
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Ts::MIN.plus(since_epoch)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fixed_clock_moves_only_when_told_and_its_clones_move_with_it() {
        let clock = Clock::fixed(Ts::from_millis(1_000));
        let same = clock.clone();
        assert_eq!(clock.now(), Ts::from_millis(1_000));
        same.advance(Duration::from_mins(1));
        assert_eq!(clock.now(), Ts::from_millis(61_000));
    }

    #[test]
    fn the_system_clock_shows_a_moment_of_our_time_and_can_be_advanced() {
        let clock = Clock::system();
        let before = clock.now();
        assert!(before > Ts::parse_upstream("2025-01-01T00:00:00Z").unwrap());
        clock.advance(Duration::from_hours(1));
        assert!(clock.now().since(before) >= Duration::from_hours(1));
    }
}
