//! What strangers make us say again and again: told a few times, then counted.
//!
//! Owns: which entries can be brought about from outside without end, how many of them one network and one kind may
//! have in a minute, and the count of the rest. Without it a stranger could fill the disk, and push out of the log what
//! matters. Must not know how an entry is written.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tracing::{Level, warn};

use crate::domain::network::network_text;
use crate::domain::time::Ts;

/// The time over which entries are counted.
const WINDOW: Duration = Duration::from_mins(1);

/// How many entries may be told in a minute.
#[derive(Debug, Clone, Copy)]
struct Allowance {
    of_network: u64,
    of_all: u64,
}

/// What a request brought about.
const OF_REQUESTS: Allowance = Allowance { of_network: 1, of_all: 60 };
/// Sign-ins and keys that were refused: each may matter.
const OF_SECURITY: Allowance = Allowance { of_network: 10, of_all: 200 };

/// The kinds of entries that were told or counted; clones are the same.
#[derive(Debug, Clone, Default)]
pub struct Repeats(Arc<Mutex<HashMap<String, Kind>>>);

#[derive(Debug, Default)]
struct Kind {
    since: Ts,
    told: u64,
    networks: HashMap<String, Network>,
    /// Entries of networks beyond those that are remembered.
    of_others: u64,
}

#[derive(Debug, Default)]
struct Network {
    told: u64,
    more: u64,
}

/// Entries that were counted in place of being told.
#[derive(Debug, PartialEq, Eq)]
struct Counted {
    kind: String,
    /// `None`: of many.
    network: Option<String>,
    times: u64,
}

impl Repeats {
    /// Whether this entry is told; it is counted if it is not. `address`: of whoever brought it about.
    pub(super) fn admit(&self, now: Ts, level: Level, event: &str, address: Option<&str>) -> bool {
        let Some(allowance) = allowance(level, event, address) else { return true };
        let network = address.map(network).unwrap_or_default();
        let mut kinds = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let kind = kinds.entry(event.to_owned()).or_default();
        // A clock that was set back begins anew as well.
        if kind.since.plus(WINDOW) <= now || now < kind.since {
            (kind.since, kind.told) = (now, 0);
            kind.networks.retain(|_, known| known.more > 0);
            kind.networks.values_mut().for_each(|known| known.told = 0);
        }
        let is_full = kind.told >= allowance.of_all;
        if is_full && !kind.networks.contains_key(&network) {
            kind.of_others += 1;
            return false;
        }
        let known = kind.networks.entry(network).or_default();
        if is_full || known.told >= allowance.of_network {
            known.more += 1;
            return false;
        }
        known.told += 1;
        kind.told += 1;
        true
    }

    /// Tells how many entries were counted since the last time. To be called every minute, and before the end.
    pub fn tell(&self) {
        for Counted { kind, network, times } in self.take() {
            let network = network.as_deref().unwrap_or("*");
            warn!(event = "log.repeated", kind, network, times);
        }
    }

    fn take(&self) -> Vec<Counted> {
        let mut kinds = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut counted = Vec::new();
        for (name, kind) in kinds.iter_mut() {
            for (network, known) in kind.networks.iter_mut().filter(|(_, known)| known.more > 0) {
                let times = std::mem::take(&mut known.more);
                counted.push(Counted { kind: name.clone(), network: Some(network.clone()), times });
            }
            if kind.of_others > 0 {
                let times = std::mem::take(&mut kind.of_others);
                counted.push(Counted { kind: name.clone(), network: None, times });
            }
        }
        counted
    }
}

/// How often an entry may be told; `None`: always, for nobody brings it about from outside.
fn allowance(level: Level, event: &str, address: Option<&str>) -> Option<Allowance> {
    if level > Level::WARN {
        return None;
    }
    match event.split_once('.')? {
        ("web", _) => Some(OF_REQUESTS),
        ("auth", _) if address.is_some() => Some(OF_SECURITY),
        ("webhook", _) if address.is_some() => Some(OF_REQUESTS),
        _ => None,
    }
}

/// The network that the address lies in; empty if it is no address.
fn network(address: &str) -> String {
    address.parse().map(network_text).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Ts = Ts::from_millis(1_795_366_902_000);

    fn told(repeats: &Repeats, event: &str, address: Option<&str>, times: usize) -> usize {
        (0..times).filter(|_| repeats.admit(START, Level::WARN, event, address)).count()
    }

    #[test]
    fn one_network_is_told_of_once_a_minute_and_the_rest_is_counted() {
        let repeats = Repeats::default();
        for (event, address, first) in [
            ("web.host-refused", Some("203.0.113.7"), 1),
            ("web.connections-full", None, 1),
            ("web.request-failed", Some("2001:db8::1"), 1),
            ("webhook.too-large", Some("203.0.113.7"), 1),
            ("auth.sign-in-failed", Some("203.0.113.7"), 10),
            ("auth.no-administrator", None, 1000),
            ("grab.failed", Some("203.0.113.7"), 1000),
        ] {
            assert_eq!(told(&repeats, event, address, 1000), first, "{event}");
        }
        let mut counted = repeats.take();
        counted.sort_by(|one, other| one.kind.cmp(&other.kind));
        let times: Vec<_> = counted.iter().map(|one| (one.kind.as_str(), one.times)).collect();
        let expected = [
            ("auth.sign-in-failed", 990),
            ("web.connections-full", 999),
            ("web.host-refused", 999),
            ("web.request-failed", 999),
            ("webhook.too-large", 999),
        ];
        assert_eq!(times, expected);
        assert_eq!(repeats.take(), []);
        let later = START.plus(WINDOW);
        assert!(repeats.admit(later, Level::WARN, "web.host-refused", Some("203.0.113.7")));
    }

    #[test]
    fn many_networks_together_have_a_limit_and_little_is_remembered() {
        let repeats = Repeats::default();
        let addresses = (0..20_000u32).map(|number| std::net::Ipv4Addr::from(number).to_string());
        let admitted = addresses
            .filter(|address| repeats.admit(START, Level::WARN, "auth.refused", Some(address)))
            .count();
        assert_eq!(admitted, 200);
        assert!(repeats.0.lock().unwrap()["auth.refused"].networks.len() <= 200);
        let counted = repeats.take();
        assert_eq!(counted.iter().map(|one| one.times).sum::<u64>(), 19_800);
    }

    #[test]
    fn addresses_of_one_household_are_one_network() {
        let repeats = Repeats::default();
        for (address, is_told) in [
            ("2001:db8::1", true),
            ("2001:db8::2", false),
            ("2001:db8:0:1::1", true),
            ("::ffff:192.0.2.1", true),
            ("192.0.2.1", false),
        ] {
            assert_eq!(
                repeats.admit(START, Level::WARN, "web.host-refused", Some(address)),
                is_told,
                "{address}"
            );
        }
    }
}
