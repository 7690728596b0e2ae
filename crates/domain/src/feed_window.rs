//! Which items a feed lists now, and with which dates: the rule that no burst is lost on a client that keeps only
//! the newest few items.
//!
//! Such a client (qBittorrent keeps 50) forgets what it has not fetched once enough newer items were listed. So at
//! most `slots` items are out at a time; the next ones wait until those were delivered. An item's date is that of
//! its first listing, so what a client has not seen is always newer than what it has. A client may have rules of its
//! own and never fetch an item: one that was shown long enough yields its slot when another waits for it.
//!
//! Pure: the ledger's rows and the moment go in, decisions come out. Must not know: where they are stored.

use std::cmp::Reverse;
use std::time::Duration;

use super::ids::TorrentId;
use super::time::Ts;

/// What a feed's ledger knows of one torrent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The torrent.
    pub id: TorrentId,
    /// Its place in the feed's queue; smaller came earlier.
    pub queued: i64,
    /// The date under which it was first listed, if it ever was. Never changes.
    pub pub_at: Option<Ts>,
    /// The feed's count of polls when it was first listed.
    pub first_listed_poll: Option<u64>,
    /// When it was first listed.
    pub first_listed_at: Option<Ts>,
    /// When a client first fetched it through this feed.
    pub delivered_at: Option<Ts>,
    /// When it yielded its slot.
    pub yielded_at: Option<Ts>,
}

/// The state of the feed at the moment of the decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// Now.
    pub now: Ts,
    /// How many times the feed was polled so far.
    pub polls: u64,
    /// How many items wait to be listed for the first time, as far as they were counted: dates are kept free for them.
    pub waiting: u64,
    /// The latest date that the feed ever gave to an item, also to one that is purged since.
    pub last_pub_at: Option<Ts>,
}

/// The feed's settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FeedLimits {
    /// How many items are listed at most; no more than the clients keep.
    pub slots: usize,
    /// An item yields only after it was shown in this many polls …
    pub yield_after_polls: u64,
    /// … and for this long.
    pub yield_after: Duration,
}

/// A delivered item is listed no longer than this after its date: some clients forget what they fetched (autobrr
/// after 60 days) and would take it again.
const REMINDER: Duration = Duration::from_hours(50 * 24);

/// An item and the date under which it is listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Listed {
    /// The torrent.
    pub id: TorrentId,
    /// Its date: a whole second that no other item of the feed has.
    pub pub_at: Ts,
}

/// What is to be recorded and shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Arrangement {
    /// Entries that yield their slot now.
    pub yielding: Vec<TorrentId>,
    /// Entries listed for the first time now, oldest queued first: their dates are to be recorded with the moment.
    pub first_listed: Vec<Listed>,
    /// The whole listing, newest first.
    pub listing: Vec<Listed>,
}

/// Decides. The same entries in any order give the same answer.
pub fn arrange(entries: &[Entry], moment: Moment, limits: &FeedLimits) -> Arrangement {
    let Queues { mut shown, waiting, mut yielded, mut delivered } = Queues::from_entries(entries);

    // Just as many yield as others wait for a slot, those that were shown longest first.
    let latest = entries.iter().filter_map(|entry| entry.pub_at).chain(moment.last_pub_at).max();
    let dates = free_dates(moment, latest, limits.slots, waiting.len().min(limits.slots));
    let wanted = dates.len();
    let lacking = (shown.len() + wanted).saturating_sub(limits.slots);
    let leaving: Vec<_> = shown
        .iter()
        .filter(|entry| shown_long_enough(entry, moment, limits))
        .take(lacking)
        .copied()
        .collect();
    shown.retain(|entry| !leaving.contains(entry));
    yielded.extend(leaving.iter().filter_map(|entry| listed(entry)));

    // Fewer slots than before may leave more shown than fit: the oldest stay, the others come back as these leave.
    let mut listing: Vec<_> = shown.into_iter().filter_map(listed).take(limits.slots).collect();
    let free = limits.slots - listing.len();
    let first_listed: Vec<_> =
        waiting.iter().zip(dates).take(free).map(|(entry, pub_at)| Listed { id: entry.id, pub_at }).collect();
    listing.extend(&first_listed);

    // What is still undelivered comes back before what is shown only as a reminder.
    let oldest_reminder = moment.now.minus(REMINDER);
    delivered.retain(|item| item.pub_at >= oldest_reminder);
    for mut rest in [yielded, delivered] {
        newest_first(&mut rest);
        let free = limits.slots - listing.len();
        listing.extend(rest.into_iter().take(free));
    }
    newest_first(&mut listing);
    Arrangement { yielding: leaving.iter().map(|entry| entry.id).collect(), first_listed, listing }
}

/// The entries by what they wait for.
struct Queues<'a> {
    /// Listed and not fetched yet, oldest date first.
    shown: Vec<&'a Entry>,
    /// Never listed, oldest queued first.
    waiting: Vec<&'a Entry>,
    /// Not fetched in time.
    yielded: Vec<Listed>,
    /// Fetched.
    delivered: Vec<Listed>,
}

impl<'a> Queues<'a> {
    fn from_entries(entries: &'a [Entry]) -> Self {
        let mut queues = Self { shown: vec![], waiting: vec![], yielded: vec![], delivered: vec![] };
        for entry in entries {
            match (listed(entry), entry.delivered_at, entry.yielded_at) {
                (Some(_), None, None) => queues.shown.push(entry),
                (Some(item), None, Some(_)) => queues.yielded.push(item),
                (Some(item), Some(_), _) => queues.delivered.push(item),
                (None, None, _) => queues.waiting.push(entry),
                // Fetched by a link that was never listed: nothing is left to do.
                (None, Some(_), _) => {}
            }
        }
        queues.shown.sort_unstable_by_key(|entry| (entry.pub_at, entry.id));
        queues.waiting.sort_unstable_by_key(|entry| (entry.queued, entry.id));
        queues
    }
}

fn listed(entry: &Entry) -> Option<Listed> {
    entry.pub_at.map(|pub_at| Listed { id: entry.id, pub_at })
}

fn newest_first(items: &mut [Listed]) {
    items.sort_unstable_by_key(|item| Reverse((item.pub_at, item.id)));
}

fn shown_long_enough(entry: &Entry, moment: Moment, limits: &FeedLimits) -> bool {
    let polls = entry.first_listed_poll.map_or(0, |first| moment.polls.saturating_sub(first));
    let time = entry.first_listed_at.map_or(Duration::ZERO, |first| moment.now.since(first));
    polls >= limits.yield_after_polls && time >= limits.yield_after
}

/// A clock that was set back by no more than this is waited for.
const SET_BACK_SECONDS: i64 = 60;

/// Up to so many dates for items that are listed now: rising, each a whole second, because RSS shows no less and a client
/// that sorts by date must not see two alike; after the latest given so far; none in the future, because clients hide or
/// refuse what is dated ahead of them. What finds no second waits for the next.
///
/// They begin early enough that what waits and one more window find seconds too: a burst costs no reading.
/// If the latest is far ahead of now, the clock was set back: then they follow it, as little ahead as can be.
fn free_dates(moment: Moment, latest: Option<Ts>, slots: usize, wanted: usize) -> Vec<Ts> {
    let now = moment.now.seconds();
    let kept_free = i64::try_from(slots).unwrap_or(i64::MAX).saturating_add_unsigned(moment.waiting);
    let earliest = now.saturating_sub(kept_free).saturating_add(1);
    let after = latest.map_or(i64::MIN, |latest| latest.seconds().saturating_add(1));
    let set_back = after.saturating_sub(now) > SET_BACK_SECONDS;
    let last = if set_back { i64::MAX } else { now };
    (after.max(earliest)..=last)
        .take(wanted)
        .map(|second| Ts::from_millis(second.saturating_mul(1000)))
        .collect()
}

#[cfg(test)]
mod simulation;

#[cfg(test)]
mod tests {
    use super::simulation::{BEGIN, Household, LIMITS};
    use super::*;

    /// The dates given now, in milliseconds after [`BEGIN`].
    fn dates(arrangement: &Arrangement) -> Vec<i64> {
        arrangement.first_listed.iter().map(|item| item.pub_at.millis() - BEGIN).collect()
    }

    fn ids(items: &[Listed]) -> Vec<i64> {
        items.iter().map(|item| item.id.0).collect()
    }

    #[test]
    fn a_full_window_of_items_that_nobody_fetches_yields_after_polls_and_time_and_only_if_others_wait() {
        let mut house = Household::new(0);
        house.grab(5);
        house.refused = (0..5).map(TorrentId).collect();
        for _ in 0..10 {
            assert_eq!(house.poll().yielding, [], "nobody waits");
        }
        house.grab(2);
        let arrangement = house.poll();
        assert_eq!(
            arrangement.yielding,
            [TorrentId(0), TorrentId(1)],
            "the two shown longest make room for two"
        );
        assert_eq!(ids(&arrangement.listing), [6, 5, 4, 3, 2]);
    }

    #[test]
    fn many_polls_in_a_short_time_do_not_make_an_item_yield() {
        let mut house = Household::new(0);
        house.grab(6);
        house.arrange();
        house.moment.polls = 100;
        house.moment.now = house.moment.now.plus(LIMITS.yield_after).minus(Duration::from_secs(1));
        assert_eq!(house.arrange().yielding, []);
        house.moment.now = house.moment.now.plus(Duration::from_secs(1));
        assert_eq!(house.arrange().yielding, [TorrentId(0)]);
    }

    #[test]
    fn a_yielded_item_comes_back_into_a_free_slot_after_the_new_and_before_the_delivered() {
        let mut house = Household::new(0);
        house.grab(3);
        let arrangement = house.arrange();
        assert_eq!(ids(&arrangement.first_listed), [0, 1, 2]);
        house.entries[0].yielded_at = Some(house.moment.now);
        (house.entries[1].delivered_at, house.entries[2].delivered_at) = (Some(Ts::MIN), Some(Ts::MIN));
        house.grab(3);
        assert_eq!(
            ids(&house.arrange().listing),
            [5, 4, 3, 2, 0],
            "the older of the delivered two is left out"
        );
    }

    #[test]
    fn a_delivered_item_is_not_shown_to_clients_that_forgot_it_but_an_undelivered_one_is() {
        let mut house = Household::new(0);
        house.grab(2);
        house.arrange();
        house.entries[0].delivered_at = Some(house.moment.now);
        house.moment.now = house.moment.now.plus(REMINDER).plus(Duration::from_secs(10));
        assert_eq!(ids(&house.arrange().listing), [1]);
    }

    #[test]
    fn dates_go_on_after_those_of_purged_items() {
        let mut house = Household::new(5_000);
        house.moment.last_pub_at = Some(Ts::from_millis(BEGIN + 3_200));
        house.grab(2);
        assert_eq!(dates(&house.arrange()), [4_000, 5_000]);
    }

    #[test]
    fn a_clock_that_was_set_back_a_little_is_waited_for_and_one_that_was_set_back_far_is_not() {
        let mut house = Household::new(0);
        house.moment.last_pub_at = Some(Ts::from_millis(BEGIN + 60_000));
        house.grab(2);
        assert_eq!(dates(&house.arrange()), [61_000, 62_000], "as little ahead as can be");
        let mut house = Household::new(0);
        house.moment.last_pub_at = Some(Ts::from_millis(BEGIN + 59_000));
        house.grab(2);
        assert_eq!(dates(&house.arrange()), [0; 0], "a minute at most is waited for");
        house.moment.now = house.moment.now.plus(Duration::from_mins(1));
        assert_eq!(dates(&house.arrange()), [60_000]);
    }

    #[test]
    fn dates_begin_early_enough_for_what_waits_and_for_one_more_window() {
        let mut house = Household::new(5_700);
        house.grab(12);
        assert_eq!(dates(&house.arrange()), [-11_000, -10_000, -9_000, -8_000, -7_000]);
        house.deliver_all();
        assert_eq!(dates(&house.arrange()), [-6_000, -5_000, -4_000, -3_000, -2_000]);
        house.deliver_all();
        house.grab(8);
        assert_eq!(dates(&house.arrange()), [-1_000, 0, 1_000, 2_000, 3_000]);
        house.deliver_all();
        assert_eq!(dates(&house.arrange()), [4_000, 5_000], "none is in the future");
        house.deliver_all();
        assert_eq!(dates(&house.arrange()), [0; 0]);
        house.moment.now = house.moment.now.plus(Duration::from_secs(1));
        assert_eq!(dates(&house.arrange()), [6_000]);
    }

    #[test]
    fn what_finds_no_date_takes_nobodys_place() {
        let mut house = Household::new(0);
        house.grab(5);
        house.arrange();
        house.moment.polls = 100;
        house.moment.now = house.moment.now.plus(LIMITS.yield_after);
        house.moment.last_pub_at = Some(house.moment.now);
        house.grab(1);
        let arrangement = house.arrange();
        assert_eq!((arrangement.yielding, arrangement.first_listed), (vec![], vec![]));
        assert_eq!(ids(&arrangement.listing), [4, 3, 2, 1, 0]);
    }

    #[test]
    fn a_smaller_window_shows_the_oldest_undelivered_first() {
        let mut house = Household::new(0);
        house.grab(5);
        house.arrange();
        let fewer = FeedLimits { slots: 2, ..LIMITS };
        assert_eq!(ids(&arrange(&house.entries, house.moment, &fewer).listing), [1, 0]);
    }
}
