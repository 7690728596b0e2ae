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
    /// Its date: different for each item of the feed, in whole seconds where there are enough of them.
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
    let wanted = waiting.len().min(limits.slots);
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
    let latest = entries.iter().filter_map(|entry| entry.pub_at).chain(moment.last_pub_at).max();
    let free = limits.slots - listing.len();
    let first_listed: Vec<_> = waiting
        .iter()
        .take(free)
        .zip(dates_until(moment.now, latest, waiting.len().min(free)))
        .map(|(entry, pub_at)| Listed { id: entry.id, pub_at })
        .collect();
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

/// As many rising dates as are wanted, all after the latest given so far and none in the future: clients hide or refuse
/// what is dated ahead of them. They are whole seconds, as RSS shows them, or closer together where too little time has
/// passed since the latest. If the latest is itself ahead (the clock was set back), they follow it by a millisecond each.
fn dates_until(now: Ts, latest: Option<Ts>, wanted: usize) -> impl Iterator<Item = Ts> {
    let wanted = i64::try_from(wanted).unwrap_or(i64::MAX).max(1);
    let (first, step) = match latest {
        Some(latest) if now.seconds() - latest.seconds() < wanted => {
            let step = (now.millis().saturating_sub(latest.millis()) / wanted).clamp(1, 1000);
            (latest.millis().saturating_add(step), step)
        }
        _ => ((now.seconds() - wanted + 1).saturating_mul(1000), 1000),
    };
    (0..wanted).map(move |item| Ts::from_millis(first.saturating_add(item.saturating_mul(step))))
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
    fn dates_go_on_after_those_of_purged_items_and_when_the_clock_goes_back() {
        let mut house = Household::new(5_000);
        house.moment.last_pub_at = Some(Ts::from_millis(BEGIN + 9_000));
        house.grab(2);
        let dates = dates(&house.arrange());
        assert_eq!(dates, [9_001, 9_002], "the clock was set back: as little ahead as can be");
    }

    #[test]
    fn dates_go_back_from_now_and_come_closer_together_where_there_is_little_time() {
        let mut house = Household::new(5_700);
        house.grab(3);
        assert_eq!(dates(&house.arrange()), [3_000, 4_000, 5_000]);
        house.grab(2);
        assert_eq!(dates(&house.arrange()), [5_350, 5_700], "none is in the future");
        house.moment.now = house.moment.now.plus(Duration::from_secs(20));
        (house.entries[0].delivered_at, house.entries[1].delivered_at) = (Some(Ts::MIN), Some(Ts::MIN));
        house.grab(2);
        assert_eq!(dates(&house.arrange()), [24_000, 25_000]);
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
