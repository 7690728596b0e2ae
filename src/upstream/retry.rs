//! Repeating a call that failed for a passing reason: exponential backoff with full jitter, and `Retry-After`.
//!
//! One layer of the program repeats calls, this one; callers persist what takes longer. Randomness is a parameter,
//! waiting is tokio's, so tests run on paused time. Must not know: HTTP.

use std::future::Future;
use std::time::Duration;

use tracing::info;

/// How often and how patiently a call is repeated.
#[derive(Debug, Clone, Copy)]
pub struct RetryPolicy {
    /// Calls in all, the first one included (`network.retries`); 0 means 1.
    pub tries: u32,
    /// The widest first wait (`network.backoff_seconds`); it doubles per try.
    pub base: Duration,
    /// The widest wait.
    pub cap: Duration,
    /// The longest `Retry-After` that is waited for here. A longer one ends the call; its error tells the wait.
    pub longest_retry_after: Duration,
    /// A number from 0 up to 1.
    pub random: fn() -> f64,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            tries: 3,
            base: Duration::from_secs(1),
            cap: Duration::from_secs(30),
            longest_retry_after: Duration::from_secs(30),
            random: rand::random,
        }
    }
}

/// An error that knows whether the call may be repeated.
pub trait Transient {
    /// Whether the same call may succeed soon.
    fn is_transient(&self) -> bool;
    /// The wait that the upstream asked for.
    fn retry_after(&self) -> Option<Duration>;
    /// The word for logs.
    fn outcome(&self) -> &'static str;
}

impl RetryPolicy {
    /// Makes the call until it succeeds, fails for good, or the tries are used up. Each repetition is logged.
    pub async fn run<T, E, F>(
        &self,
        upstream: &str,
        operation: &'static str,
        mut call: impl FnMut() -> F,
    ) -> Result<T, E>
    where
        E: Transient,
        F: Future<Output = Result<T, E>>,
    {
        let mut tries = 1;
        loop {
            let error = match call().await {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            let Some(wait) = self.wait_after(tries, &error) else { return Err(error) };
            info!(
                event = "upstream.retry",
                upstream,
                operation,
                outcome = error.outcome(),
                tries,
                wait_seconds = wait.as_secs_f64().round(),
            );
            tokio::time::sleep(wait).await;
            tries += 1;
        }
    }

    /// The wait before the next try, or `None` if there is none. After `Retry-After` the jitter comes on top, so that
    /// those who were told the same moment do not all come at it.
    fn wait_after(&self, tries: u32, error: &impl Transient) -> Option<Duration> {
        if tries >= self.tries || !error.is_transient() {
            return None;
        }
        let asked = error.retry_after().unwrap_or(Duration::ZERO);
        (asked <= self.longest_retry_after).then(|| asked + self.jitter(tries))
    }

    /// Full jitter: anything from nothing to min(cap, base·2ⁿ).
    fn jitter(&self, tries: u32) -> Duration {
        let doubled = self.base.saturating_mul(1_u32.checked_shl(tries - 1).unwrap_or(u32::MAX));
        doubled.min(self.cap).mul_f64((self.random)().clamp(0.0, 1.0))
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use tokio::time::Instant;

    use super::*;

    #[derive(Debug, PartialEq, Clone, Copy)]
    struct Failure {
        transient: bool,
        retry_after: Option<Duration>,
    }

    impl Transient for Failure {
        fn is_transient(&self) -> bool {
            self.transient
        }
        fn retry_after(&self) -> Option<Duration> {
            self.retry_after
        }
        fn outcome(&self) -> &'static str {
            "test"
        }
    }

    const PASSING: Failure = Failure { transient: true, retry_after: None };
    const WIDEST: fn() -> f64 = || 1.0;

    /// Fails always: the calls made and the virtual time spent.
    async fn exhaust(policy: RetryPolicy, failure: Failure) -> (u32, Duration) {
        let calls = Cell::new(0);
        let start = Instant::now();
        let answer: Result<(), Failure> = policy
            .run("app", "test", || {
                calls.set(calls.get() + 1);
                async move { Err(failure) }
            })
            .await;
        assert_eq!(answer, Err(failure));
        (calls.get(), start.elapsed())
    }

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[tokio::test(start_paused = true)]
    async fn three_tries_wait_twice_as_long_each_time() {
        let policy = RetryPolicy { random: WIDEST, ..RetryPolicy::default() };
        assert_eq!(exhaust(policy, PASSING).await, (3, seconds(1 + 2)));
    }

    #[tokio::test(start_paused = true)]
    async fn the_wait_is_capped_however_many_tries() {
        let policy = RetryPolicy { tries: 40, random: WIDEST, cap: seconds(4), ..RetryPolicy::default() };
        assert_eq!(exhaust(policy, PASSING).await, (40, seconds(1 + 2 + 37 * 4)));
    }

    #[tokio::test(start_paused = true)]
    async fn jitter_is_full() {
        let policy = RetryPolicy { random: || 0.0, ..RetryPolicy::default() };
        assert_eq!(exhaust(policy, PASSING).await, (3, Duration::ZERO));
        let policy = RetryPolicy { random: || 0.5, ..RetryPolicy::default() };
        assert_eq!(exhaust(policy, PASSING).await, (3, Duration::from_millis(1500)));
    }

    #[tokio::test(start_paused = true)]
    async fn a_lasting_failure_is_not_repeated() {
        let failure = Failure { transient: false, retry_after: Some(seconds(1)) };
        assert_eq!(exhaust(RetryPolicy::default(), failure).await, (1, Duration::ZERO));
    }

    #[tokio::test(start_paused = true)]
    async fn no_tries_means_one() {
        let policy = RetryPolicy { tries: 0, ..RetryPolicy::default() };
        assert_eq!(exhaust(policy, PASSING).await.0, 1);
    }

    #[tokio::test(start_paused = true)]
    async fn retry_after_is_waited_for_and_jitter_comes_on_top() {
        let failure = Failure { retry_after: Some(seconds(20)), ..PASSING };
        let policy = RetryPolicy { tries: 2, random: WIDEST, ..RetryPolicy::default() };
        assert_eq!(exhaust(policy, failure).await, (2, seconds(21)));
    }

    #[tokio::test(start_paused = true)]
    async fn a_longer_retry_after_is_left_to_the_caller() {
        let failure = Failure { retry_after: Some(seconds(31)), ..PASSING };
        assert_eq!(exhaust(RetryPolicy::default(), failure).await, (1, Duration::ZERO));
    }

    #[tokio::test(start_paused = true)]
    async fn a_success_ends_the_tries() {
        let calls = Cell::new(0);
        let policy = RetryPolicy::default();
        let answer = policy.run("app", "test", || {
            calls.set(calls.get() + 1);
            let answer = if calls.get() < 2 { Err(PASSING) } else { Ok(7) };
            async move { answer }
        });
        assert_eq!(answer.await, Ok(7));
        assert_eq!(calls.get(), 2);
    }
}
