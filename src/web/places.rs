//! The places of connections, and which one gives its place up when all are taken.
//!
//! Owns: how many connections there are, how many of them one network may have, and what each of them is doing. Who keeps us
//! waiting goes first: an idle connection, an unfinished head or body, an answer that nobody reads; a request that is being
//! worked on never does. Must not know: requests, routes.

use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::config::ip_range::IpRange;
use crate::domain::network::network_of;

/// After this an answer that is not read makes its connection one that keeps us waiting.
const UNREAD: Duration = Duration::from_secs(1);

/// What a connection is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Phase {
    /// Nothing, or a head is on its way.
    Waiting,
    /// A body is on its way.
    Receiving,
    /// We have the request and owe the answer.
    Working,
    /// The answer is on its way.
    Sending,
}

/// What a connection is doing, since when, and whether its answer is read. Shared with whatever moves its bytes.
#[derive(Debug)]
pub(crate) struct Standing {
    began: Instant,
    phase: AtomicU8,
    since_millis: AtomicU64,
    /// Since when the system takes no more bytes; 0: it does.
    unread_millis: AtomicU64,
}

impl Standing {
    pub(crate) fn new(began: Instant) -> Self {
        let this = Self {
            began,
            phase: AtomicU8::new(Phase::Waiting as u8),
            since_millis: AtomicU64::new(0),
            unread_millis: AtomicU64::new(0),
        };
        this.since_millis.store(this.now_millis(), Ordering::Relaxed);
        this
    }

    /// Begins a phase.
    pub(crate) fn set(&self, phase: Phase) {
        self.phase.store(phase as u8, Ordering::Relaxed);
        self.since_millis.store(self.now_millis(), Ordering::Relaxed);
    }

    /// The body is there, if one was on its way.
    pub(crate) fn received(&self) {
        if self.is(Phase::Receiving) {
            self.set(Phase::Working);
        }
    }

    /// Whether the system takes more bytes of the answer.
    pub(crate) fn is_read(&self, is_read: bool) {
        let unread = self.unread_millis.load(Ordering::Relaxed);
        if is_read && unread != 0 {
            self.unread_millis.store(0, Ordering::Relaxed);
        } else if !is_read && unread == 0 {
            self.unread_millis.store(self.now_millis(), Ordering::Relaxed);
        }
    }

    /// Since when it keeps us waiting, in milliseconds after the beginning; `None` if it does not.
    fn waits_since(&self) -> Option<u64> {
        let unread = self.unread_millis.load(Ordering::Relaxed);
        let longest = u64::try_from(UNREAD.as_millis()).unwrap_or(u64::MAX);
        if unread != 0 {
            return (self.now_millis().saturating_sub(unread) >= longest).then_some(unread);
        }
        let waits = self.is(Phase::Waiting) || self.is(Phase::Receiving);
        waits.then(|| self.since_millis.load(Ordering::Relaxed))
    }

    /// Whether it does this.
    pub(crate) fn is(&self, phase: Phase) -> bool {
        self.phase.load(Ordering::Relaxed) == phase as u8
    }

    fn now_millis(&self) -> u64 {
        // Never 0, which stands for never.
        u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX).saturating_add(1)
    }
}

/// A place that is held; dropped, it is free.
#[derive(Debug)]
pub(crate) struct Place {
    places: Arc<Places>,
    number: u64,
    /// What the connection does.
    pub(crate) standing: Arc<Standing>,
    /// Cancelled when it has to go at once.
    pub(crate) gone: CancellationToken,
}

impl Drop for Place {
    fn drop(&mut self) {
        self.places.lock().held.remove(&self.number);
        self.places.freed.notify_waiters();
    }
}

/// Why there is no place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NoPlace {
    /// The network has its share, and all of it is at work.
    OfNetwork,
    /// All are taken, and all are at work.
    Anywhere,
}

/// The places.
#[derive(Debug)]
pub(crate) struct Places {
    limit: usize,
    of_network: usize,
    trusted_proxies: Vec<IpRange>,
    began: Instant,
    taken: Mutex<Taken>,
    freed: Notify,
}

#[derive(Debug, Default)]
struct Taken {
    next: u64,
    held: BTreeMap<u64, Held>,
}

/// Whose connection it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Network {
    /// A trusted proxy's: each may be another client's.
    TrustedProxy,
    /// Somebody else's.
    Of(IpAddr),
}

#[derive(Debug)]
struct Held {
    network: Network,
    standing: Arc<Standing>,
    gone: CancellationToken,
}

impl Places {
    /// So many places, and so many of them for one network; trusted proxies stand for many clients and have no share.
    pub(crate) fn new(limit: usize, of_network: usize, trusted_proxies: Vec<IpRange>) -> Arc<Self> {
        let (taken, freed) = (Mutex::default(), Notify::new());
        Arc::new(Self { limit, of_network, trusted_proxies, began: Instant::now(), taken, freed })
    }

    /// Takes a place. Where it has to be taken from somebody, `true` comes with it.
    pub(crate) fn take(self: &Arc<Self>, peer: IpAddr) -> Result<(Place, bool), NoPlace> {
        let network = self.network(peer);
        let mut taken = self.lock();
        let of_same = || taken.held.values().filter(|held| held.network == network);
        let has_share = network != Network::TrustedProxy;
        let mut makes_room = false;
        if has_share && of_same().count() >= self.of_network {
            let oldest = taken.longest_waiting(|held| held.network == network).ok_or(NoPlace::OfNetwork)?;
            taken.dismiss(oldest);
            makes_room = true;
        }
        if taken.held.len() >= self.limit {
            let busiest = taken.network_that_waits_most();
            let oldest = taken.longest_waiting(|held| busiest.is_none_or(|busiest| held.network == busiest));
            taken.dismiss(oldest.ok_or(NoPlace::Anywhere)?);
            makes_room = true;
        }
        let number = taken.next;
        taken.next += 1;
        let (standing, gone) = (Arc::new(Standing::new(self.began)), CancellationToken::new());
        let held = Held { network, standing: Arc::clone(&standing), gone: gone.clone() };
        taken.held.insert(number, held);
        drop(taken);
        Ok((Place { places: Arc::clone(self), number, standing, gone }, makes_room))
    }

    /// Waits until a place may be free: one was given up, or somebody has kept us waiting for long enough.
    pub(crate) async fn may_be_free(&self) {
        let _either = tokio::time::timeout(UNREAD / 10, self.freed.notified()).await;
    }

    fn network(&self, peer: IpAddr) -> Network {
        if self.trusted_proxies.iter().any(|range| range.contains(peer)) {
            return Network::TrustedProxy;
        }
        Network::Of(network_of(peer))
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Taken {
    /// The network with the most connections that keep us waiting; `None` if nobody does.
    fn network_that_waits_most(&self) -> Option<Network> {
        let mut waiting: HashMap<Network, usize> = HashMap::new();
        for held in self.held.values().filter(|held| held.standing.waits_since().is_some()) {
            *waiting.entry(held.network).or_default() += 1;
        }
        // A trusted proxy's connections go last.
        waiting
            .into_iter()
            .max_by_key(|(network, count)| (*network != Network::TrustedProxy, *count))
            .map(|(network, _)| network)
    }

    fn longest_waiting(&self, counts: impl Fn(&Held) -> bool) -> Option<u64> {
        let waiting = self.held.iter().filter(|(_, held)| counts(held));
        let since = waiting.filter_map(|(number, held)| Some((held.standing.waits_since()?, *number)));
        since.min().map(|(_, number)| number)
    }

    fn dismiss(&mut self, number: u64) {
        if let Some(held) = self.held.remove(&number) {
            held.gone.cancel();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[tokio::test(start_paused = true)]
    async fn when_it_is_full_the_longest_waiting_of_the_network_that_waits_most_goes() {
        let places = Places::new(4, 3, Vec::new());
        let mut held = Vec::new();
        for address in ["192.0.2.1", "203.0.113.7", "203.0.113.7", "203.0.113.7"] {
            held.push(places.take(ip(address)).unwrap().0);
            tokio::time::advance(Duration::from_secs(1)).await;
        }
        held[1].standing.set(Phase::Working);
        let (newcomer, makes_room) = places.take(ip("198.51.100.1")).unwrap();
        assert!(makes_room && held[2].gone.is_cancelled(), "the oldest that waits");
        assert!(![0, 1, 3].into_iter().any(|number| held[number].gone.is_cancelled()));
        drop(newcomer);
        // One that is at work keeps its place, and a network beyond its share pays with its own.
        let _third = places.take(ip("203.0.113.7")).unwrap();
        let (_fourth, _) = places.take(ip("203.0.113.7")).unwrap();
        assert!(held[3].gone.is_cancelled() && !held[0].gone.is_cancelled() && !held[1].gone.is_cancelled());
    }

    #[tokio::test(start_paused = true)]
    async fn nobody_at_work_is_sent_away_and_an_answer_that_nobody_reads_is_no_work() {
        let places = Places::new(2, 2, Vec::new());
        let held = ["192.0.2.1", "192.0.2.2"].map(|address| places.take(ip(address)).unwrap().0);
        for place in &held {
            place.standing.set(Phase::Working);
        }
        assert_eq!(places.take(ip("192.0.2.3")).unwrap_err(), NoPlace::Anywhere);
        held[0].standing.set(Phase::Sending);
        assert_eq!(places.take(ip("192.0.2.3")).unwrap_err(), NoPlace::Anywhere);
        held[0].standing.is_read(false);
        tokio::time::advance(Duration::from_millis(500)).await;
        assert_eq!(places.take(ip("192.0.2.3")).unwrap_err(), NoPlace::Anywhere);
        tokio::time::advance(Duration::from_millis(500)).await;
        assert!(places.take(ip("192.0.2.3")).is_ok() && held[0].gone.is_cancelled());
    }

    #[tokio::test]
    async fn a_network_has_a_share_and_a_trusted_proxy_has_none() {
        for (trusted, refused) in [(vec![], true), (vec!["203.0.113.7".parse().unwrap()], false)] {
            let places = Places::new(10, 2, trusted);
            let held: Vec<_> = (0..2).map(|_| places.take(ip("203.0.113.7")).unwrap().0).collect();
            for place in &held {
                place.standing.set(Phase::Working);
            }
            assert_eq!(places.take(ip("203.0.113.7")).is_err(), refused);
            assert!(places.take(ip("203.0.113.8")).is_ok());
        }
    }
}
