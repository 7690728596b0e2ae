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

/// Waits after an attempt that was refused for rate, in seconds: as long as Prowlarr's own blocks.
const SLOWER: [u64; 9] =
    [MINUTE, 5 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR, 24 * HOUR];

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

/// Attempts after which a place that says in its own form that there is nothing is believed: over some nine hours.
const CONFIRMATIONS: usize = 4;

/// Whether an attempt that ended for this reason reached the indexer, so that the long schedule moves on. A rate limit
/// counts too: asking again without growth would be one more request in every block, for ever.
pub fn counts(reason: Reason) -> bool {
    matches!(reason.retry_rule(), RetryRule::RetryLater | RetryRule::Confirm)
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
        RetryRule::RetryLater if failed.reason == Reason::RateLimited => match SLOWER.get(step) {
            Some(wait) => (*wait, 0.5),
            None => return Next::GiveUp(Reason::GaveUp),
        },
        // A turn has its moment; chance would only heap turns up.
        RetryRule::RetrySoon if failed.reason == Reason::AwaitingTurn => (SOON.0, 0.0),
        RetryRule::RetrySoon => (waited.as_secs().clamp(SOON.0, SOON.1), 0.25),
        RetryRule::RetryLater if step >= LATER.len() => return Next::GiveUp(Reason::GaveUp),
        RetryRule::Confirm if step >= CONFIRMATIONS => return Next::GiveUp(failed.reason),
        RetryRule::RetryLater | RetryRule::Confirm => (LATER[step], 0.5),
    };
    // An upstream that says when to come back lengthens our wait and never shortens it: some say one second, zero or a
    // day that is over, for days.
    let base = asked.max(Duration::from_secs(wait_seconds));
    let spread_out = base + base.mul_f64(spread * jitter.clamp(0.0, 1.0));
    // A day and no more, by chance either, or the longest wait that may be asked for would not be one.
    let at =
        now.plus(if asked.is_zero() { spread_out } else { spread_out.min(LONGEST_RETRY_AFTER.max(base)) });
    Next::At { at, counts: counts(failed.reason) }
}

/// How long an indexer is left alone after failures in a row, in seconds. Prowlarr's own blocks begin with a minute; a
/// request inside a block only lengthens it.
const HOLDS: [u64; 7] = [65, 5 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR, 3 * HOUR, 6 * HOUR];

/// How long an indexer is left alone after an attempt at it failed, so that the other grabs of that indexer do not
/// run into the block that Prowlarr sets. `strikes`: how often it had failed in a row before. `None`: the reason says
/// nothing of the indexer's health. A wait that the upstream asks for only lengthens ours.
pub fn indexer_hold(reason: Reason, retry_after: Option<Duration>, strikes: usize) -> Option<Duration> {
    let at_least = match reason {
        // Prowlarr names the end of its own block.
        Reason::IndexerBlocked => 1,
        Reason::RateLimited
        | Reason::IndexerError
        | Reason::TimedOut
        | Reason::ConnectionFailed
        | Reason::TlsFailed => HOLDS[strikes.min(HOLDS.len() - 1)],
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
        assert_eq!(wait(Reason::NoCandidate, 1, None, 0.0), None);
    }

    #[test]
    fn a_place_that_goes_on_saying_that_there_is_nothing_is_believed_after_hours() {
        let waits: Vec<_> = (1..=5).map(|count| wait(Reason::Gone, count, None, 0.0)).collect();
        assert_eq!(waits, [Some(600), Some(2400), Some(7200), Some(21_600), None]);
    }

    #[test]
    fn a_refusal_for_rate_is_repeated_ever_later_whatever_it_asks_for_and_ends() {
        for asked in [None, Some(0), Some(1), Some(120)] {
            let waits: Vec<_> = (1..=10).map(|count| wait(Reason::RateLimited, count, asked, 0.0)).collect();
            assert_eq!(waits[0], Some(asked.unwrap_or(0).max(60)));
            assert_eq!(waits[1..4], [Some(300), Some(900), Some(1800)], "{asked:?}");
            assert_eq!(waits[9], None);
        }
    }

    #[test]
    fn an_indexer_is_left_alone_longer_each_time_it_fails_in_a_row() {
        let hold = |strikes| {
            indexer_hold(Reason::RateLimited, Some(Duration::from_secs(1)), strikes).unwrap().as_secs()
        };
        assert_eq!([0, 1, 2, 99].map(hold), [65, 300, 900, 21_600]);
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
        assert!(indexer_hold(Reason::IndexerError, None, 0).is_some());
        let asked = |seconds| indexer_hold(Reason::RateLimited, Some(Duration::from_secs(seconds)), 0);
        assert_eq!([20, 120].map(asked), [65, 120].map(|seconds| Some(Duration::from_secs(seconds))));
        assert_eq!(indexer_hold(Reason::NotFound, None, 0), None);
    }
}
