//! Polls of feeds, counted in memory: a poll is answered without waiting for a write.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use crate::domain::ids::FeedId;
use crate::domain::time::Ts;
use crate::store::Polls;

/// Counts polls until they are taken to be written down.
#[derive(Debug, Default)]
pub struct PollCounter(Mutex<HashMap<FeedId, Polls>>);

impl PollCounter {
    /// Counts a poll.
    pub fn count(&self, feed: FeedId, client: Option<&str>, now: Ts) {
        let mut polls = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = polls.entry(feed).or_insert_with(|| Polls { feed, count: 0, last_at: now, client: None });
        entry.count += 1;
        entry.last_at = now;
        entry.client = client.map(str::to_owned);
    }

    /// Takes what was counted.
    pub fn take(&self) -> Vec<Polls> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).drain().map(|(_, polls)| polls).collect()
    }

    /// Gives back what could not be written down.
    pub fn give_back(&self, taken: Vec<Polls>) {
        let mut polls = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for old in taken {
            polls.entry(old.feed).and_modify(|newer| newer.count += old.count).or_insert(old);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_not_be_written_is_counted_again_later() {
        let counter = PollCounter::default();
        let feed = FeedId(1);
        counter.count(feed, Some("qBittorrent"), Ts::from_millis(1));
        let taken = counter.take();
        counter.count(feed, Some("FlexGet"), Ts::from_millis(2));
        counter.give_back(taken);
        let all = counter.take();
        assert_eq!((all[0].count, all[0].client.as_deref()), (2, Some("FlexGet")));
    }
}
