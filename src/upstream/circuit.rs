//! The circuit breaker of one upstream: after repeated failures calls are refused at once, and a single probe at a
//! time finds out whether it is back.
//!
//! Owns: the three states. Must not know: what a call is; time is a parameter.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// When a circuit opens, and for how long.
#[derive(Debug, Clone, Copy)]
pub struct CircuitPolicy {
    /// Failures in a row that open it.
    pub failures: u32,
    /// How long it stays open the first time; doubled by each probe that fails.
    pub first_wait: Duration,
    /// The longest it stays open, and how long a probe may go without an answer before another one is let through.
    pub longest_wait: Duration,
}

impl Default for CircuitPolicy {
    fn default() -> Self {
        Self { failures: 5, first_wait: Duration::from_secs(15), longest_wait: Duration::from_mins(5) }
    }
}

/// What a circuit does with the next call, for metrics and the pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CircuitState {
    /// Lets calls through.
    Closed,
    /// Refuses calls.
    Open,
    /// Lets one probe through, or waits for its answer.
    HalfOpen,
}

#[derive(Debug, Clone, Copy)]
enum State {
    Closed { failures: u32 },
    Open { until: Instant, wait: Duration },
    Probing { until: Instant, wait: Duration },
}

/// The circuit breaker of one upstream, shared by all that call it.
#[derive(Debug)]
pub struct Circuit {
    policy: CircuitPolicy,
    state: Mutex<State>,
}

impl Circuit {
    /// A closed circuit.
    pub fn new(policy: CircuitPolicy) -> Self {
        Self { policy, state: Mutex::new(State::Closed { failures: 0 }) }
    }

    /// Whether a call may be made now; the error is how long to wait before asking again. A caller that is let through reports back with
    /// [`Self::succeeded`] or [`Self::failed`]; a probe that never does is given up after the longest wait.
    pub fn may_call(&self, now: Instant) -> Result<(), Duration> {
        let mut state = self.lock();
        match *state {
            State::Closed { .. } => Ok(()),
            State::Open { until, .. } | State::Probing { until, .. } if now < until => Err(until - now),
            State::Open { wait, .. } | State::Probing { wait, .. } => {
                *state = State::Probing { until: now + self.policy.longest_wait, wait };
                Ok(())
            }
        }
    }

    /// The upstream answered. True if the circuit was not closed and is now.
    pub fn succeeded(&self) -> bool {
        let before = std::mem::replace(&mut *self.lock(), State::Closed { failures: 0 });
        !matches!(before, State::Closed { .. })
    }

    /// The upstream did not answer. True if the circuit was closed and is now open.
    pub fn failed(&self, now: Instant) -> bool {
        let mut state = self.lock();
        match *state {
            State::Closed { failures } if failures + 1 < self.policy.failures => {
                *state = State::Closed { failures: failures + 1 };
                false
            }
            State::Closed { .. } => {
                let wait = self.policy.first_wait;
                *state = State::Open { until: now + wait, wait };
                true
            }
            State::Probing { wait, .. } => {
                let wait = (wait * 2).min(self.policy.longest_wait);
                *state = State::Open { until: now + wait, wait };
                false
            }
            // A call that began before the circuit opened says nothing new.
            State::Open { .. } => false,
        }
    }

    /// What the circuit does with the next call.
    pub fn state(&self, now: Instant) -> CircuitState {
        match *self.lock() {
            State::Closed { .. } => CircuitState::Closed,
            State::Open { until, .. } if now < until => CircuitState::Open,
            State::Open { .. } | State::Probing { .. } => CircuitState::HalfOpen,
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn opened(now: Instant) -> Circuit {
        let policy = CircuitPolicy { failures: 3, first_wait: 10 * SECOND, longest_wait: 30 * SECOND };
        let circuit = Circuit::new(policy);
        assert!(!circuit.failed(now));
        assert!(!circuit.failed(now));
        assert_eq!(circuit.may_call(now), Ok(()));
        assert!(circuit.failed(now));
        circuit
    }

    #[test]
    fn failures_in_a_row_open_it() {
        let now = Instant::now();
        let circuit = opened(now);
        assert_eq!(circuit.state(now), CircuitState::Open);
        assert_eq!(circuit.may_call(now + SECOND), Err(9 * SECOND));
    }

    #[test]
    fn a_success_between_failures_keeps_it_closed() {
        let now = Instant::now();
        let circuit = Circuit::new(CircuitPolicy { failures: 2, ..CircuitPolicy::default() });
        for _ in 0..10 {
            assert!(!circuit.failed(now));
            assert!(!circuit.succeeded());
        }
        assert_eq!(circuit.state(now), CircuitState::Closed);
    }

    #[test]
    fn exactly_one_probe_passes_and_its_success_closes_it() {
        let now = Instant::now();
        let circuit = opened(now);
        let later = now + 10 * SECOND;
        assert_eq!(circuit.state(later), CircuitState::HalfOpen);
        assert_eq!((0..100).filter(|_| circuit.may_call(later).is_ok()).count(), 1);
        assert!(circuit.succeeded());
        assert_eq!((0..100).filter(|_| circuit.may_call(later).is_ok()).count(), 100);
    }

    #[test]
    fn failed_probes_double_the_wait_up_to_the_longest() {
        let mut now = Instant::now();
        let circuit = opened(now);
        for wait in [10, 20, 30, 30] {
            assert_eq!(circuit.may_call(now), Err(wait * SECOND));
            now += wait * SECOND;
            assert_eq!(circuit.may_call(now), Ok(()));
            assert!(!circuit.failed(now));
        }
    }

    #[test]
    fn a_probe_that_never_reports_is_given_up() {
        let now = Instant::now();
        let circuit = opened(now);
        let later = now + 10 * SECOND;
        assert_eq!(circuit.may_call(later), Ok(()));
        assert_eq!(circuit.may_call(later + SECOND), Err(29 * SECOND));
        assert_eq!(circuit.may_call(later + 30 * SECOND), Ok(()));
    }

    #[test]
    fn late_failures_do_not_lengthen_an_open_circuit() {
        let now = Instant::now();
        let circuit = opened(now);
        assert!(!circuit.failed(now + 5 * SECOND));
        assert_eq!(circuit.may_call(now + 10 * SECOND), Ok(()));
    }
}
