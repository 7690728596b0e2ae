//! A feed and a client that keeps only the newest items, played poll by poll.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;

pub(super) const LIMITS: FeedLimits =
    FeedLimits { slots: 5, yield_after_polls: 3, yield_after: Duration::from_hours(1) };
/// The moment from which a household counts, in milliseconds: far from 1970, so that dates can go back from it.
pub(super) const BEGIN: i64 = 1_800_000_000_000;
const BETWEEN_POLLS: Duration = Duration::from_mins(30);

/// A feed with its ledger, and a client that keeps the newest `slots` items and fetches each new one at once,
/// but for those that its owner's rules refuse.
pub(super) struct Household {
    pub entries: Vec<Entry>,
    pub moment: Moment,
    kept: BTreeMap<Ts, TorrentId>,
    dates: BTreeMap<TorrentId, Ts>,
    pub refused: BTreeSet<TorrentId>,
    between_polls: Duration,
}

impl Household {
    /// Begins so long after [`BEGIN`].
    pub(super) fn new(after_millis: i64) -> Self {
        let moment =
            Moment { now: Ts::from_millis(BEGIN + after_millis), polls: 0, waiting: 0, last_pub_at: None };
        Self {
            entries: vec![],
            moment,
            kept: BTreeMap::new(),
            dates: BTreeMap::new(),
            refused: BTreeSet::new(),
            between_polls: BETWEEN_POLLS,
        }
    }

    pub(super) fn grab(&mut self, count: usize) {
        for _ in 0..count {
            let number = i64::try_from(self.entries.len()).unwrap();
            self.entries.push(Entry {
                id: TorrentId(number),
                queued: number,
                pub_at: None,
                first_listed_poll: None,
                first_listed_at: None,
                delivered_at: None,
                yielded_at: None,
            });
        }
    }

    /// Decides and records as the store would; checks what must hold of every listing.
    pub(super) fn arrange(&mut self) -> Arrangement {
        let waits = |entry: &&Entry| entry.pub_at.is_none() && entry.delivered_at.is_none();
        self.moment.waiting = self.entries.iter().filter(waits).count() as u64;
        let arrangement = arrange(&self.entries, self.moment, &LIMITS);
        let mut shuffled = self.entries.clone();
        shuffled.reverse();
        assert_eq!(
            arrange(&shuffled, self.moment, &LIMITS),
            arrangement,
            "the order of rows does not matter"
        );
        assert!(arrangement.listing.len() <= LIMITS.slots);
        assert!(arrangement.listing.is_sorted_by(|a, b| a.pub_at > b.pub_at), "newest first, no equal dates");
        let last_before = self.moment.last_pub_at.map_or(0, Ts::millis);
        for item in &arrangement.first_listed {
            let set_back = last_before > self.moment.now.millis();
            assert!(set_back || item.pub_at <= self.moment.now, "not in the future: {item:?}");
            assert_eq!(item.pub_at.millis() % 1000, 0, "a whole second");
            assert!(self.moment.last_pub_at.is_none_or(|last| item.pub_at > last), "strictly increasing");
            self.moment.last_pub_at = Some(item.pub_at);
            let entry = &mut self.entries[usize::try_from(item.id.0).unwrap()];
            entry.pub_at = Some(item.pub_at);
            entry.first_listed_at = Some(self.moment.now);
            entry.first_listed_poll = Some(self.moment.polls);
        }
        for id in &arrangement.yielding {
            self.entries[usize::try_from(id.0).unwrap()].yielded_at = Some(self.moment.now);
        }
        for item in &arrangement.listing {
            assert_eq!(
                *self.dates.entry(item.id).or_insert(item.pub_at),
                item.pub_at,
                "a date never changes"
            );
        }
        arrangement
    }

    pub(super) fn poll(&mut self) -> Arrangement {
        let arrangement = self.arrange();
        self.moment.polls += 1;
        let known: BTreeSet<_> = self.kept.values().copied().collect();
        self.kept.extend(arrangement.listing.iter().map(|item| (item.pub_at, item.id)));
        while self.kept.len() > LIMITS.slots {
            self.kept.pop_first();
        }
        for id in self.kept.values().filter(|id| !known.contains(id) && !self.refused.contains(id)) {
            self.entries[usize::try_from(id.0).unwrap()].delivered_at = Some(self.moment.now);
        }
        self.moment.now = self.moment.now.plus(self.between_polls);
        arrangement
    }

    /// All that is listed is fetched.
    pub(super) fn deliver_all(&mut self) {
        for entry in self.entries.iter_mut().filter(|entry| entry.pub_at.is_some()) {
            entry.delivered_at = Some(self.moment.now);
        }
    }

    fn undelivered(&self) -> Vec<TorrentId> {
        let open = |entry: &&Entry| entry.delivered_at.is_none() && !self.refused.contains(&entry.id);
        self.entries.iter().filter(open).map(|entry| entry.id).collect()
    }
}

proptest! {
    #[test]
    fn every_item_of_any_burst_reaches_a_client_that_keeps_only_the_newest(
        start in 0..10_000_i64,
        bursts in prop::collection::vec((0..40_usize, any::<bool>(), 0..2000_u64), 1..12),
        refused in prop::collection::btree_set(0..200_i64, 0..40),
    ) {
        let mut house = Household::new(start);
        house.refused = refused.into_iter().map(TorrentId).collect();
        for (count, render_between, pause_seconds) in bursts {
            house.between_polls = Duration::from_secs(pause_seconds);
            house.grab(count);
            if render_between {
                house.arrange();
            }
            house.poll();
        }
        // Each refused item costs a few polls before it yields; nothing costs more.
        house.between_polls = BETWEEN_POLLS;
        let mut polls = house.entries.len() * 4;
        while polls > 0 && !house.undelivered().is_empty() {
            house.poll();
            polls -= 1;
        }
        prop_assert_eq!(house.undelivered(), vec![]);
    }
}

#[test]
fn a_burst_of_500_takes_as_many_polls_as_windows() {
    let mut house = Household::new(0);
    house.grab(500);
    for _ in 0..100 {
        house.poll();
    }
    assert_eq!(house.undelivered(), []);
}
