//! Proxies that stand in front of us and whose word is not believed.
//!
//! Behind one that `server.trusted_proxies` does not name all clients are one network: a stranger's failures hold everybody.
//! Owns: which machines of the household sent the headers of proxies, and when. Must not know: requests.

use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::domain::time::Ts;

/// More than a household has; the rest is not remembered.
const MOST: usize = 8;
/// How often one is told of in the log.
const TOLD_EVERY: Duration = Duration::from_hours(1);

/// What was seen of them since the start.
#[derive(Debug, Default)]
pub struct UntrustedProxies(Mutex<Vec<Seen>>);

#[derive(Debug)]
struct Seen {
    address: IpAddr,
    last_at: Ts,
    told_at: Ts,
}

impl UntrustedProxies {
    /// Notes a request with the headers of a proxy. True: it is to be told of now.
    pub fn note(&self, address: IpAddr, now: Ts) -> bool {
        // Anybody can write such headers; a proxy of the household has an address of the household.
        if !is_of_household(address) {
            return false;
        }
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = seen.iter_mut().find(|known| known.address == address) {
            known.last_at = now;
            let is_due = known.told_at.plus(TOLD_EVERY) <= now;
            if is_due {
                known.told_at = now;
            }
            return is_due;
        }
        if seen.len() < MOST {
            seen.push(Seen { address, last_at: now, told_at: now });
            return true;
        }
        false
    }

    /// Those that were seen since this moment, with when they were last.
    pub fn since(&self, moment: Ts) -> Vec<(IpAddr, Ts)> {
        let seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        seen.iter()
            .filter(|known| known.last_at >= moment)
            .map(|known| (known.address, known.last_at))
            .collect()
    }
}

fn is_of_household(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(v4) => v4.is_private() || v4.is_loopback(),
        IpAddr::V6(v6) => v6.is_unique_local() || v6.is_loopback(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Ts = Ts::from_millis(1_800_000_000_000);

    #[test]
    fn a_proxy_of_the_household_is_told_of_once_an_hour_and_a_stranger_never() {
        let proxies = UntrustedProxies::default();
        let note = |address: &str, now| proxies.note(address.parse().unwrap(), now);
        assert!(note("172.18.0.2", NOW) && !note("172.18.0.2", NOW.plus(TOLD_EVERY / 2)));
        assert!(note("172.18.0.2", NOW.plus(TOLD_EVERY)) && note("fd00::2", NOW) && note("127.0.0.1", NOW));
        for stranger in ["203.0.113.7", "2001:db8::1", "::ffff:203.0.113.7"] {
            assert!(!note(stranger, NOW), "{stranger}");
        }
        assert_eq!(proxies.since(NOW).len(), 3);
        assert_eq!(proxies.since(NOW.plus(TOLD_EVERY)).len(), 1);
        (0..100).for_each(|number| _ = note(&format!("10.0.0.{number}"), NOW));
        assert_eq!(proxies.since(NOW).len(), MOST);
    }
}
