//! Which items a feed lists now, and with which dates: the law of the window.
//!
//! A client such as qBittorrent keeps only the newest items by date and forgets the others. So a feed lists at most
//! `window` items, and what it lists for the first time is dated after everything that it listed before. The places are
//! given in this order:
//!
//! 1. what was listed and never read: a client that has not seen an item must not lose it to another;
//! 2. what was never listed, the newest first: **what is new is in the next reading**, whatever the client left;
//! 3. what was read once and not fetched, the newest first;
//! 4. what was read twice or more and not fetched, the newest first: it comes back while there is room;
//! 5. what was fetched, the newest first, as a reminder for a client that lost it.
//!
//! What finds no place follows in later readings, so a burst of any size reaches the client.
//!
//! Pure: the ledger's rows and the moment go in, decisions come out. Must not know: where they are stored.

use std::cmp::Reverse;
use std::time::Duration;

use super::ids::TorrentId;
use super::time::Ts;

/// After so many readings an item that is not fetched counts as left.
pub const READINGS_THAT_COUNT: u32 = 2;

/// What a feed's ledger knows of one torrent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The torrent.
    pub id: TorrentId,
    /// Its place in the feed's queue; smaller came earlier.
    pub queued: i64,
    /// The date under which it was first listed, if it ever was. Never changes.
    pub pub_at: Option<Ts>,
    /// In how many readings of the feed it was, no more than [`READINGS_THAT_COUNT`]. A reading is an answer that
    /// went out whole.
    pub readings: u32,
    /// When a client first fetched it through this feed.
    pub delivered_at: Option<Ts>,
}

/// The state of the feed at the moment of the decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// Now.
    pub now: Ts,
    /// How many items wait to be listed for the first time, as far as they were counted: dates are kept free for them.
    pub waiting: u64,
    /// The latest date that the feed ever gave to an item, also to one that is purged since.
    pub last_pub_at: Option<Ts>,
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
    /// Entries listed for the first time now, oldest queued first: their dates are to be recorded.
    pub first_listed: Vec<Listed>,
    /// The whole listing, newest first.
    pub listing: Vec<Listed>,
    /// Those of the listing for which one more reading counts.
    pub to_be_read: Vec<TorrentId>,
}

/// Decides; `window` is how many items are listed at most. The same entries in any order give the same answer.
pub fn arrange(entries: &[Entry], moment: Moment, window: usize) -> Arrangement {
    let Queues { unread, mut waiting, read_once, left, delivered } = Queues::from_entries(entries);

    // A smaller window than before may leave more unread than fit: the oldest first, the others come as these leave.
    let mut listing: Vec<_> = unread.into_iter().take(window).collect();
    let dates = free_dates(moment, window, window - listing.len());
    waiting.truncate(dates.len());
    let oldest_first = waiting.iter().rev();
    let first_listed: Vec<_> =
        oldest_first.zip(dates).map(|(entry, pub_at)| Listed { id: entry.id, pub_at }).collect();
    listing.extend(&first_listed);

    let free = window - listing.len();
    listing.extend(read_once.into_iter().take(free));
    let to_be_read = listing.iter().map(|item| item.id).collect();

    let oldest_reminder = moment.now.minus(REMINDER);
    let reminders = delivered.into_iter().filter(|item| item.pub_at >= oldest_reminder);
    let free = window - listing.len();
    listing.extend(left.into_iter().chain(reminders).take(free));
    newest_first(&mut listing);
    Arrangement { first_listed, listing, to_be_read }
}

/// The entries by what they wait for.
#[derive(Default)]
struct Queues<'a> {
    /// Listed and never read, oldest date first.
    unread: Vec<Listed>,
    /// Never listed, newest queued first.
    waiting: Vec<&'a Entry>,
    /// Read once and not fetched, newest first.
    read_once: Vec<Listed>,
    /// Read twice and not fetched, newest first.
    left: Vec<Listed>,
    /// Fetched, newest first.
    delivered: Vec<Listed>,
}

impl<'a> Queues<'a> {
    fn from_entries(entries: &'a [Entry]) -> Self {
        let mut queues = Self::default();
        for entry in entries {
            let Some(pub_at) = entry.pub_at else {
                // Fetched by a link that was never listed: nothing is left to do.
                if entry.delivered_at.is_none() {
                    queues.waiting.push(entry);
                }
                continue;
            };
            let queue = match (entry.delivered_at, entry.readings) {
                (Some(_), _) => &mut queues.delivered,
                (None, 0) => &mut queues.unread,
                (None, readings) if readings < READINGS_THAT_COUNT => &mut queues.read_once,
                (None, _) => &mut queues.left,
            };
            queue.push(Listed { id: entry.id, pub_at });
        }
        queues.unread.sort_unstable_by_key(|item| (item.pub_at, item.id));
        queues.waiting.sort_unstable_by_key(|entry| Reverse((entry.queued, entry.id)));
        for queue in [&mut queues.read_once, &mut queues.left, &mut queues.delivered] {
            newest_first(queue);
        }
        queues
    }
}

fn newest_first(items: &mut [Listed]) {
    items.sort_unstable_by_key(|item| Reverse((item.pub_at, item.id)));
}

/// A clock that was set back by no more than this is waited for.
const SET_BACK_SECONDS: i64 = 60;

/// Up to so many dates for items that are listed now: rising, each a whole second, because RSS shows no less and a client
/// that sorts by date must not see two alike; after the latest given so far; none in the future, because clients hide or
/// refuse what is dated ahead of them. What finds no second waits for the next.
///
/// They begin early enough that what waits and one more window find seconds too: a burst costs no reading.
/// If the latest is far ahead of now, the clock was set back: then they follow it, as little ahead as can be.
fn free_dates(moment: Moment, window: usize, wanted: usize) -> Vec<Ts> {
    let now = moment.now.seconds();
    let kept_free = i64::try_from(window).unwrap_or(i64::MAX).saturating_add_unsigned(moment.waiting);
    let earliest = now.saturating_sub(kept_free).saturating_add(1);
    let after = moment.last_pub_at.map_or(i64::MIN, |latest| latest.seconds().saturating_add(1));
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
    use super::simulation::{BEGIN, Household};
    use super::*;

    const WINDOW: usize = 5;

    /// The dates given now, in milliseconds after [`BEGIN`].
    fn dates(arrangement: &Arrangement) -> Vec<i64> {
        arrangement.first_listed.iter().map(|item| item.pub_at.millis() - BEGIN).collect()
    }

    fn ids(items: &[Listed]) -> Vec<i64> {
        items.iter().map(|item| item.id.0).collect()
    }

    #[test]
    fn what_is_new_takes_the_places_of_what_was_left() {
        let mut house = Household::new(WINDOW, 0);
        house.grab(5);
        house.read();
        house.read();
        house.grab(2);
        let arrangement = house.read();
        assert_eq!(ids(&arrangement.listing), [6, 5, 4, 3, 2]);
        assert_eq!(arrangement.to_be_read, [TorrentId(5), TorrentId(6)], "the others were read twice");
    }

    #[test]
    fn what_was_read_once_gives_way_to_what_is_new_and_comes_back_before_what_was_left() {
        let mut house = Household::new(WINDOW, 0);
        house.grab(4);
        house.read();
        house.read();
        house.grab(3);
        assert_eq!(ids(&house.read().listing), [6, 5, 4, 3, 2]);
        house.grab(4);
        assert_eq!(
            ids(&house.read().listing),
            [10, 9, 8, 7, 6],
            "one read once keeps the place that is left"
        );
        house.deliver([7, 8, 9, 10]);
        house.entries[6].readings = 2;
        let arrangement = house.arrange();
        assert_eq!(ids(&arrangement.listing), [6, 5, 4, 3, 2]);
        assert_eq!(arrangement.to_be_read, [TorrentId(5), TorrentId(4)]);
    }

    #[test]
    fn what_was_never_read_keeps_its_place() {
        let mut house = Household::new(WINDOW, 0);
        house.grab(4);
        house.arrange();
        house.grab(3);
        assert_eq!(ids(&house.arrange().listing), [6, 3, 2, 1, 0], "the newest takes what is free");
        house.read();
        assert_eq!(ids(&house.read().listing), [5, 4, 6, 3, 2], "older grabs that waited are listed later");
    }

    #[test]
    fn what_was_left_comes_back_before_what_was_fetched() {
        let mut house = Household::new(WINDOW, 0);
        house.grab(3);
        house.read();
        house.read();
        house.deliver([1, 2]);
        house.grab(3);
        assert_eq!(
            ids(&house.arrange().listing),
            [5, 4, 3, 2, 0],
            "the older of the fetched two has no place"
        );
    }

    #[test]
    fn a_delivered_item_is_not_shown_to_clients_that_forgot_it_but_an_undelivered_one_is() {
        let mut house = Household::new(WINDOW, 0);
        house.grab(2);
        let date = house.arrange().listing[1].pub_at;
        house.deliver([0]);
        house.moment.now = date.plus(Duration::from_hours(1_200));
        assert_eq!(ids(&house.arrange().listing), [1, 0]);
        house.moment.now = house.moment.now.plus(Duration::from_millis(1));
        assert_eq!(ids(&house.arrange().listing), [1]);
    }

    #[test]
    fn what_was_fetched_before_it_was_listed_is_not_listed() {
        let mut house = Household::new(WINDOW, 0);
        house.grab(2);
        house.deliver([1]);
        assert_eq!(ids(&house.arrange().listing), [0]);
    }

    #[test]
    fn dates_go_on_after_those_of_purged_items() {
        let mut house = Household::new(WINDOW, 5_000);
        house.moment.last_pub_at = Some(Ts::from_millis(BEGIN + 3_200));
        house.grab(2);
        assert_eq!(dates(&house.arrange()), [4_000, 5_000]);
    }

    #[test]
    fn a_clock_that_was_set_back_a_little_is_waited_for_and_one_that_was_set_back_far_is_not() {
        let mut house = Household::new(WINDOW, 0);
        house.moment.last_pub_at = Some(Ts::from_millis(BEGIN + 60_000));
        house.grab(2);
        assert_eq!(dates(&house.arrange()), [61_000, 62_000], "as little ahead as can be");
        let mut house = Household::new(WINDOW, 0);
        house.moment.last_pub_at = Some(Ts::from_millis(BEGIN + 59_000));
        house.grab(2);
        assert_eq!(dates(&house.arrange()), [0; 0], "a minute at most is waited for");
        house.moment.now = house.moment.now.plus(Duration::from_mins(1));
        assert_eq!(dates(&house.arrange()), [60_000]);
    }

    #[test]
    fn dates_begin_early_enough_for_what_waits_and_for_one_more_window() {
        let mut house = Household::new(WINDOW, 5_700);
        house.grab(12);
        assert_eq!(dates(&house.arrange()), [-11_000, -10_000, -9_000, -8_000, -7_000]);
        house.deliver(0..12);
        house.grab(7);
        assert_eq!(dates(&house.arrange()), [-6_000, -5_000, -4_000, -3_000, -2_000]);
        house.deliver(0..19);
        house.grab(8);
        assert_eq!(dates(&house.arrange()), [-1_000, 0, 1_000, 2_000, 3_000]);
        house.deliver(0..27);
        house.grab(3);
        assert_eq!(dates(&house.arrange()), [4_000, 5_000], "none is in the future");
        assert_eq!(dates(&house.arrange()), [0; 0]);
        house.moment.now = house.moment.now.plus(Duration::from_secs(1));
        assert_eq!(dates(&house.arrange()), [6_000]);
    }

    #[test]
    fn where_dates_are_few_the_newest_get_them_and_nobody_else_loses_a_place() {
        let mut house = Household::new(WINDOW, 0);
        house.grab(5);
        house.read();
        house.moment.last_pub_at = Some(house.moment.now.minus(Duration::from_secs(1)));
        house.grab(2);
        let arrangement = house.arrange();
        assert_eq!(ids(&arrangement.first_listed), [6]);
        assert_eq!(ids(&arrangement.listing), [6, 4, 3, 2, 1]);
        house.read();
        house.moment.last_pub_at = Some(house.moment.now);
        assert_eq!(ids(&house.arrange().listing), [6, 4, 3, 2, 0], "5 has no date yet, 0 was read once only");
    }

    #[test]
    fn a_smaller_window_shows_the_oldest_unread_first() {
        let mut house = Household::new(WINDOW, 0);
        house.grab(5);
        house.arrange();
        let arrangement = arrange(&house.entries, house.moment, 2);
        assert_eq!(ids(&arrangement.listing), [1, 0]);
        assert_eq!(arrangement.to_be_read, [TorrentId(0), TorrentId(1)], "what is not listed is not read");
    }
}
