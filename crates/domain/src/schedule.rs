//! When a pending grab is tried again, and when it is given up.
//!
//! Two schedules, because two different parties pay. Asking the household's own machines again is cheap, so that is
//! done soon. A download that failed at the indexer makes Prowlarr block the indexer for the whole household, so that
//! is tried few times, far apart, with jitter.

use std::time::Duration;

use super::reason::{Reason, RetryRule};
use super::sighting::{Origin, Protocol, Sighting};
use super::time::Ts;

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;

/// Shortest and longest wait between attempts that only touch an app or Prowlarr itself, in seconds. In between, a grab
/// waits as long again as it has waited so far, which doubles the wait without counting.
const SOON: (u64, u64) = (2, 5 * MINUTE);

/// Waits after an attempt that failed at the indexer or tracker, in seconds. After the last, the grab is given up.
/// Prowlarr's own blocks go 1 m, 5 m, 15 m, 30 m, 1 h, 3 h, 6 h, 12 h, 24 h; each of ours outlasts the one that its
/// failure causes.
const LATER: [u64; 7] = [10 * MINUTE, 40 * MINUTE, 2 * HOUR, 6 * HOUR, 12 * HOUR, 24 * HOUR, 24 * HOUR];

/// How long a grab stays pending at most; long enough for a household's server to be away for a holiday.
const PATIENCE: Duration = Duration::from_secs(14 * 24 * HOUR);

/// How soon after a webhook the app's history is asked for the row that the webhook announces.
const WEBHOOK_LOOKUP: Duration = Duration::from_secs(2);

/// How long the app's history row may be missing before the grab is resolved without it.
pub const HISTORY_PATIENCE: Duration = Duration::from_secs(10 * MINUTE);

/// No wait that an upstream asks for is kept longer than this.
pub const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(24 * HOUR);

/// When a new grab is looked at first. A webhook comes before the row in the app's history that has the link; a release
/// by Usenet needs none.
pub fn first_attempt(sighting: &Sighting, now: Ts) -> Ts {
    let awaits_history = sighting.origin == Origin::Webhook && sighting.protocol != Protocol::Usenet;
    if awaits_history { now.plus(WEBHOOK_LOOKUP) } else { now }
}

/// Whether an attempt that ended for this reason reached the indexer and failed there, so that the long schedule moves
/// on. A rate limit is no failure of the link.
pub fn counts(reason: Reason) -> bool {
    reason.retry_rule() == RetryRule::RetryLater && reason != Reason::RateLimited
}

/// What to do after an attempt that did not make the grab ready.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Try again.
    At {
        /// When.
        at: Ts,
        /// Whether the schedule moves on: false where the attempt cost no one anything.
        counts: bool,
    },
    /// Stop, with this reason.
    GiveUp(Reason),
}

/// What the schedule needs to know of the attempt that failed.
#[derive(Debug, Clone, Copy)]
pub struct Failed {
    /// Why it failed.
    pub reason: Reason,
    /// Attempts of this round that reached the indexer, this one included if it did; at least 1.
    pub count: u32,
    /// When the round began.
    pub since: Ts,
    /// The wait that the upstream asked for.
    pub retry_after: Option<Duration>,
}

/// Decides what follows a failed attempt. `jitter` is a random number in `0.0..1.0`.
pub fn next(failed: Failed, now: Ts, jitter: f64) -> Next {
    let step = usize::try_from(failed.count.saturating_sub(1)).unwrap_or(usize::MAX);
    let asked = failed.retry_after.unwrap_or_default().min(LONGEST_RETRY_AFTER);
    let waited = now.since(failed.since);
    let (wait_seconds, spread) = match failed.reason.retry_rule() {
        RetryRule::Final => return Next::GiveUp(failed.reason),
        _ if waited >= PATIENCE => return Next::GiveUp(Reason::GaveUp),
        RetryRule::RetrySoon => (waited.as_secs().clamp(SOON.0, SOON.1), 0.25),
        RetryRule::RetryLater if step >= LATER.len() => return Next::GiveUp(Reason::GaveUp),
        RetryRule::RetryLater => (LATER[step], 0.5),
    };
    // An upstream that says when to come back is believed: its figure replaces a longer wait of ours, and is never
    // undercut. A rate limit is no failure of the link.
    let base = if failed.reason == Reason::RateLimited && !asked.is_zero() {
        asked
    } else {
        asked.max(Duration::from_secs(wait_seconds))
    };
    let at = now.plus(base + base.mul_f64(spread * jitter.clamp(0.0, 1.0)));
    Next::At { at, counts: counts(failed.reason) }
}

/// How long an indexer is left alone after an attempt at it failed, so that the other grabs of that indexer do not
/// run into the block that Prowlarr sets. `None`: the reason says nothing of the indexer's health.
pub fn indexer_hold(reason: Reason, retry_after: Option<Duration>) -> Option<Duration> {
    let at_least = match reason {
        // Whoever names a time is believed; Prowlarr's first block lasts a minute.
        Reason::RateLimited if retry_after.is_some() => 1,
        Reason::RateLimited => 60,
        Reason::IndexerError | Reason::TimedOut | Reason::ConnectionFailed | Reason::TlsFailed => 65,
        _ => return None,
    };
    Some(retry_after.unwrap_or_default().clamp(Duration::from_secs(at_least), LONGEST_RETRY_AFTER))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Ts = Ts::from_millis(1_000_000_000_000);

    fn wait(reason: Reason, count: u32, retry_after: Option<u64>, jitter: f64) -> Option<u64> {
        let retry_after = retry_after.map(Duration::from_secs);
        match next(Failed { reason, count, since: NOW, retry_after }, NOW, jitter) {
            Next::At { at, .. } => Some(at.since(NOW).as_secs()),
            Next::GiveUp(_) => None,
        }
    }

    #[test]
    fn a_final_reason_is_given_up_at_once() {
        assert_eq!(wait(Reason::Gone, 1, None, 0.0), None);
    }

    #[test]
    fn a_failed_download_is_tried_again_late_and_few_times() {
        assert_eq!(wait(Reason::IndexerError, 1, None, 0.0), Some(600));
        assert_eq!(wait(Reason::IndexerError, 7, None, 0.0), Some(86_400));
        assert_eq!(wait(Reason::IndexerError, 8, None, 0.0), None);
    }

    #[test]
    fn what_the_upstream_asks_for_is_never_undercut() {
        for jitter in [0.0, 0.5, 1.0] {
            assert!(wait(Reason::RateLimited, 1, Some(120), jitter).is_some_and(|seconds| seconds >= 120));
            assert!(wait(Reason::IndexerError, 1, Some(3600), jitter).is_some_and(|seconds| seconds >= 3600));
        }
        assert!(wait(Reason::RateLimited, 1, Some(1_000_000_000), 0.0).is_some_and(|s| s <= 86_400));
    }

    #[test]
    fn an_app_that_is_away_for_hours_does_not_lose_its_grabs() {
        let after = |seconds: u64| {
            let since = NOW.minus(Duration::from_secs(seconds));
            next(Failed { reason: Reason::AppUnavailable, count: 1, since, retry_after: None }, NOW, 0.0)
        };
        let at = |seconds| Next::At { at: NOW.plus(Duration::from_secs(seconds)), counts: false };
        assert_eq!([after(0), after(30), after(7200)], [at(2), at(30), at(300)]);
        assert_eq!(after(20 * 24 * 3600), Next::GiveUp(Reason::GaveUp));
    }

    #[test]
    fn only_trouble_at_the_indexer_holds_its_other_grabs_back() {
        assert!(indexer_hold(Reason::IndexerError, None).is_some());
        assert_eq!(
            indexer_hold(Reason::RateLimited, Some(Duration::from_mins(2))),
            Some(Duration::from_mins(2))
        );
        assert_eq!(
            indexer_hold(Reason::RateLimited, Some(Duration::from_secs(20))),
            Some(Duration::from_secs(20))
        );
        assert_eq!(indexer_hold(Reason::NotFound, None), None);
    }
}
