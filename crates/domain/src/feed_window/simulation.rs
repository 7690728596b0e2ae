//! A feed and its client, played reading by reading.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;

/// The moment from which a household counts, in milliseconds: far from 1970, so that dates can go back from it.
pub(super) const BEGIN: i64 = 1_800_000_000_000;

/// What a client fetches of what it sees.
#[derive(Debug, Clone, Copy)]
pub(super) enum Takes {
    All,
    Nothing,
    /// Every so many items, by their number.
    Every(i64),
    /// All, but only so many readings after it saw them.
    Late(u32),
    /// All, each at once and again at each reading; the ledger keeps the first time.
    Twice,
}

/// How a reading ended.
#[derive(Debug, Clone, Copy)]
enum Ends {
    Whole,
    /// The client got nothing.
    Broken,
    /// The client got everything, and we do not know it.
    Unknown,
}

/// A feed with its ledger, and a client that keeps as many of the newest items as the feed lists.
pub(super) struct Household {
    pub entries: Vec<Entry>,
    pub moment: Moment,
    window: usize,
    takes: Takes,
    /// What the client keeps, by date.
    kept: BTreeMap<Ts, TorrentId>,
    /// How many readings ago it saw what it has not fetched yet.
    seen: BTreeMap<TorrentId, u32>,
    /// How often each item was new to it.
    new: BTreeMap<TorrentId, u32>,
    dates: BTreeMap<TorrentId, Ts>,
    between_readings: Duration,
}

impl Household {
    /// Begins so long after [`BEGIN`], with a client that fetches nothing.
    pub(super) fn new(window: usize, after_millis: i64) -> Self {
        Self {
            entries: vec![],
            moment: Moment { now: Ts::from_millis(BEGIN + after_millis), waiting: 0, last_pub_at: None },
            window,
            takes: Takes::Nothing,
            kept: BTreeMap::new(),
            seen: BTreeMap::new(),
            new: BTreeMap::new(),
            dates: BTreeMap::new(),
            between_readings: Duration::from_mins(30),
        }
    }

    pub(super) fn grab(&mut self, count: usize) {
        for _ in 0..count {
            let number = i64::try_from(self.entries.len()).unwrap();
            let (pub_at, readings, delivered_at) = (None, 0, None);
            self.entries.push(Entry {
                id: TorrentId(number),
                queued: number,
                pub_at,
                readings,
                delivered_at,
            });
        }
    }

    pub(super) fn deliver(&mut self, items: impl IntoIterator<Item = i64>) {
        for item in items {
            self.entry(TorrentId(item)).delivered_at = Some(Ts::from_millis(BEGIN));
        }
    }

    fn entry(&mut self, id: TorrentId) -> &mut Entry {
        &mut self.entries[usize::try_from(id.0).unwrap()]
    }

    /// What waits to be listed, oldest first.
    fn waiting(&self) -> Vec<TorrentId> {
        let waits = |entry: &&Entry| entry.pub_at.is_none() && entry.delivered_at.is_none();
        self.entries.iter().filter(waits).map(|entry| entry.id).collect()
    }

    /// Decides and records as the store would; checks what must hold of every listing.
    pub(super) fn arrange(&mut self) -> Arrangement {
        self.moment.waiting = self.waiting().len() as u64;
        let arrangement = arrange(&self.entries, self.moment, self.window);
        let mut reversed = self.entries.clone();
        reversed.reverse();
        let again = arrange(&reversed, self.moment, self.window);
        assert_eq!(again, arrangement, "the order of rows does not matter");
        assert!(arrangement.listing.len() <= self.window);
        assert!(arrangement.listing.is_sorted_by(|a, b| a.pub_at > b.pub_at), "newest first, no equal dates");
        let set_back = self.moment.last_pub_at.is_some_and(|last| last > self.moment.now);
        for item in &arrangement.first_listed {
            assert!(set_back || item.pub_at <= self.moment.now, "not in the future: {item:?}");
            assert_eq!(item.pub_at.millis() % 1000, 0, "a whole second");
            assert!(self.moment.last_pub_at.is_none_or(|last| item.pub_at > last), "strictly increasing");
            self.moment.last_pub_at = Some(item.pub_at);
            self.entry(item.id).pub_at = Some(item.pub_at);
        }
        for item in &arrangement.listing {
            let date = *self.dates.entry(item.id).or_insert(item.pub_at);
            assert_eq!(date, item.pub_at, "a date never changes");
        }
        arrangement
    }

    /// The client reads the feed and fetches what it wants.
    pub(super) fn read(&mut self) -> Arrangement {
        self.read_that(Ends::Whole)
    }

    fn read_that(&mut self, ends: Ends) -> Arrangement {
        let arrangement = self.arrange();
        if !matches!(ends, Ends::Broken) {
            self.see(&arrangement.listing);
        }
        if matches!(ends, Ends::Whole) {
            for id in &arrangement.to_be_read {
                self.entry(*id).readings += 1;
            }
        }
        self.moment.now = self.moment.now.plus(self.between_readings);
        arrangement
    }

    fn see(&mut self, listing: &[Listed]) {
        let known: BTreeSet<_> = self.kept.values().copied().collect();
        self.kept.extend(listing.iter().map(|item| (item.pub_at, item.id)));
        while self.kept.len() > self.window {
            self.kept.pop_first();
        }
        let new: Vec<_> = self.kept.values().filter(|id| !known.contains(id)).copied().collect();
        for id in new {
            *self.new.entry(id).or_default() += 1;
            self.seen.insert(id, 0);
        }
        let after = if let Takes::Late(readings) = self.takes { readings } else { 0 };
        let ripe: Vec<_> = self.seen.iter().filter(|(_, ago)| **ago >= after).map(|(id, _)| *id).collect();
        for id in ripe {
            self.seen.remove(&id);
            if self.wants(id) {
                self.entry(id).delivered_at = Some(Ts::from_millis(BEGIN));
            }
        }
        for ago in self.seen.values_mut() {
            *ago += 1;
        }
        if matches!(self.takes, Takes::Twice) {
            let again: Vec<_> = self.kept.values().copied().collect();
            self.deliver(again.iter().map(|id| id.0));
        }
    }

    fn wants(&self, id: TorrentId) -> bool {
        match self.takes {
            Takes::All | Takes::Twice | Takes::Late(_) => true,
            Takes::Every(so_many) => id.0 % so_many == 0,
            Takes::Nothing => false,
        }
    }

    /// How many items were never new to the client.
    fn unseen(&self) -> usize {
        self.entries.len() - self.new.len()
    }
}

fn takes() -> impl Strategy<Value = Takes> {
    prop_oneof![
        Just(Takes::All),
        Just(Takes::Nothing),
        (2..9_i64).prop_map(Takes::Every),
        (1..5_u32).prop_map(Takes::Late),
        Just(Takes::Twice),
    ]
}

fn ends() -> impl Strategy<Value = Ends> {
    prop_oneof![4 => Just(Ends::Whole), 1 => Just(Ends::Broken), 1 => Just(Ends::Unknown)]
}

proptest! {
    /// The law, first half: what is new is in the next reading, whatever the client left.
    #[test]
    fn what_is_new_is_in_the_next_reading(
        window in 1..60_usize,
        takes in takes(),
        bursts in prop::collection::vec(0..150_usize, 1..20),
    ) {
        let mut house = Household::new(window, 0);
        house.takes = takes;
        for count in bursts {
            house.grab(count);
            let newest: BTreeSet<_> = house.waiting().into_iter().rev().take(window).collect();
            let arrangement = house.read();
            let first: BTreeSet<_> = arrangement.first_listed.iter().map(|item| item.id).collect();
            prop_assert_eq!(first, newest);
        }
    }

    /// The law, second half: every item of any burst is new once, and only once, to a client that keeps only the newest.
    #[test]
    fn every_item_of_any_burst_is_new_exactly_once(
        window in 1..60_usize,
        start in 0..10_000_i64,
        takes in takes(),
        bursts in prop::collection::vec((0..150_usize, any::<bool>(), ends(), 0..2000_u64), 1..12),
    ) {
        let mut house = Household::new(window, start);
        house.takes = takes;
        for (count, render_between, ends, pause_seconds) in bursts {
            house.between_readings = Duration::from_secs(pause_seconds);
            house.grab(count);
            if render_between {
                house.arrange();
            }
            house.read_that(ends);
        }
        house.between_readings = Duration::from_mins(30);
        // What is unread for now, then a window each time.
        for _ in 0..=house.waiting().len().div_ceil(window) {
            house.read();
        }
        prop_assert_eq!(house.unseen(), 0);
        prop_assert!(house.new.values().all(|times| *times == 1));
        if matches!(takes, Takes::All | Takes::Twice) {
            prop_assert!(house.entries.iter().all(|entry| entry.delivered_at.is_some()));
        }
    }
}

#[test]
fn a_burst_of_5000_takes_as_many_readings_as_windows() {
    for (window, takes) in [(50, Takes::All), (500, Takes::Nothing), (499, Takes::Every(5))] {
        let mut house = Household::new(window, 0);
        house.takes = takes;
        house.between_readings = Duration::from_mins(1);
        house.grab(5_000);
        for reading in 1..=5_000_usize.div_ceil(window) {
            house.read();
            assert_eq!(house.unseen(), 5_000_usize.saturating_sub(reading * window));
        }
    }
}
