//! How the apps block a provider that fails, be it an indexer or a receiver of webhooks.
//!
//! After `ProviderStatusServiceBase.cs` and `EscalationBackOff.cs` of Prowlarr and Radarr: each failure goes one step
//! up, each success one down and unblocks. The gentler rule of the first 15 minutes after a start is left out: the
//! simulated apps have been running for a while.

use std::time::Duration;

use grabfeed_domain::time::Ts;

const STEPS_SECONDS: [u64; 10] = [0, 60, 300, 900, 1800, 3600, 10_800, 21_600, 43_200, 86_400];

/// The state of one provider.
#[derive(Debug, Clone, Default)]
pub(crate) struct Backoff {
    step: usize,
    grace: Duration,
    max_step: usize,
    initial_failure: Ts,
    recent_failure: Ts,
    blocked_till: Option<Ts>,
}

impl Backoff {
    /// An indexer: blocked from the first failure on, for up to a day.
    pub(crate) fn indexer() -> Self {
        Self { max_step: STEPS_SECONDS.len() - 1, ..Self::default() }
    }

    /// A receiver of webhooks: failures within 5 minutes of the first do not block, later ones do, for up to an hour.
    pub(crate) fn receiver() -> Self {
        Self { grace: Duration::from_mins(5), max_step: 5, ..Self::default() }
    }

    /// Notes a failure; `at_least` is what the upstream asked for.
    pub(crate) fn failed(&mut self, now: Ts, at_least: Duration) {
        self.recent_failure = now;
        let first = self.step == 0;
        if first {
            self.initial_failure = now;
            self.step = 1;
        }
        let in_grace = self.initial_failure.plus(self.grace) > now;
        if !first && !in_grace {
            self.step = (self.step + 1).min(self.max_step);
        }
        while self.step < self.max_step && self.length() < at_least {
            self.step += 1;
        }
        if !in_grace || !at_least.is_zero() {
            self.blocked_till = Some(now.plus(self.length()));
        }
    }

    /// Notes a success.
    pub(crate) fn succeeded(&mut self) {
        self.step = self.step.saturating_sub(1);
        self.blocked_till = None;
    }

    /// Until when it is blocked, if it is.
    pub(crate) fn blocked(&self, now: Ts) -> Option<Ts> {
        self.blocked_till.filter(|till| *till > now)
    }

    /// The first and the most recent failure of the present series.
    pub(crate) fn failures(&self) -> (Ts, Ts) {
        (self.initial_failure, self.recent_failure)
    }

    fn length(&self) -> Duration {
        Duration::from_secs(STEPS_SECONDS.get(self.step).copied().unwrap_or(86_400))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Ts = Ts::from_millis(1_700_000_000_000);

    fn blocked_seconds(backoff: &Backoff, now: Ts) -> u64 {
        backoff.blocked(now).map_or(0, |till| till.since(now).as_secs())
    }

    #[test]
    fn an_indexer_is_blocked_longer_with_each_failure_and_one_step_less_after_a_success() {
        let mut indexer = Backoff::indexer();
        let mut lengths = Vec::new();
        for _ in 0..11 {
            indexer.failed(START, Duration::ZERO);
            lengths.push(blocked_seconds(&indexer, START));
        }
        assert_eq!(lengths, [60, 300, 900, 1800, 3600, 10_800, 21_600, 43_200, 86_400, 86_400, 86_400]);
        indexer.succeeded();
        assert_eq!(blocked_seconds(&indexer, START), 0);
        indexer.succeeded();
        indexer.failed(START, Duration::ZERO);
        assert_eq!(blocked_seconds(&indexer, START), 43_200);
    }

    #[test]
    fn a_retry_after_blocks_at_least_so_long() {
        let mut indexer = Backoff::indexer();
        indexer.failed(START, Duration::from_secs(400));
        assert_eq!(blocked_seconds(&indexer, START), 900);
    }

    #[test]
    fn a_receiver_of_webhooks_is_silenced_only_five_minutes_after_its_first_failure() {
        let mut receiver = Backoff::receiver();
        receiver.failed(START, Duration::ZERO);
        receiver.failed(START.plus(Duration::from_secs(299)), Duration::ZERO);
        assert_eq!(receiver.blocked(START), None);
        let later = START.plus(Duration::from_mins(5));
        for expected in [300, 900, 1800, 3600, 3600] {
            receiver.failed(later, Duration::ZERO);
            assert_eq!(blocked_seconds(&receiver, later), expected);
        }
    }
}
