//! How long failed attempts make the next one wait. Must not know: who is counted, and where the counts are.

use std::time::Duration;

/// A rule: some failures are free, then each doubles the wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ThrottleRule {
    /// Failures in a row that cost nothing.
    pub free: u32,
    /// The wait after the first that costs.
    pub first: Duration,
    /// The longest wait.
    pub longest: Duration,
    /// After how long without an attempt everything is forgotten.
    pub forget_after: Duration,
}

impl ThrottleRule {
    /// How long the next attempt has to wait after so many failures in a row.
    pub fn wait(&self, failures: u32) -> Duration {
        let Some(doublings) = failures.checked_sub(self.free + 1) else { return Duration::ZERO };
        let factor = 2_u32.checked_pow(doublings).unwrap_or(u32::MAX);
        self.first.saturating_mul(factor).min(self.longest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_doubles_after_the_free_failures_up_to_the_longest() {
        let rule = ThrottleRule {
            free: 3,
            first: Duration::from_secs(1),
            longest: Duration::from_mins(15),
            forget_after: Duration::from_hours(24),
        };
        let waits: Vec<_> = [0, 3, 4, 5, 6, 13, 14, u32::MAX].map(|n| rule.wait(n).as_secs()).into();
        assert_eq!(waits, [0, 0, 1, 2, 4, 512, 900, 900]);
    }
}
