//! What every simulator of one world shares: the clock, the releases, the armed faults and the counters.
//!
//! Nothing here speaks HTTP.

use std::fmt;
use std::sync::{Arc, Mutex};

use grabfeed_domain::time::Ts;

use super::counters::Counters;
use super::faults::FaultBoard;
use super::lock::locked;
use super::release::{Release, ReleaseId};

/// Where a world takes its time from. With a clock that a test moves, late rows and blocks need no waiting.
#[derive(Clone)]
pub struct WorldClock(Arc<dyn Fn() -> Ts + Send + Sync>);

impl WorldClock {
    /// A clock from a function.
    pub fn new(now: impl Fn() -> Ts + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    /// The moment it is.
    pub fn now(&self) -> Ts {
        (self.0)()
    }
}

impl fmt::Debug for WorldClock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "WorldClock({})", self.now())
    }
}

/// The shared state of one world.
#[derive(Debug)]
pub struct Shared {
    /// The clock.
    pub clock: WorldClock,
    /// What is to go wrong.
    pub faults: FaultBoard,
    /// What was asked of the simulators.
    pub counters: Mutex<Counters>,
    releases: Mutex<Vec<Arc<Release>>>,
}

impl Shared {
    /// An empty world's state.
    pub fn new(clock: WorldClock) -> Self {
        Self { clock, faults: FaultBoard::default(), counters: Mutex::default(), releases: Mutex::default() }
    }

    /// Adds a release under the next number.
    pub fn add_release(&self, make: impl FnOnce(ReleaseId) -> Release) -> ReleaseId {
        let mut releases = locked(&self.releases);
        let id = ReleaseId(u64::try_from(releases.len()).unwrap_or(u64::MAX).saturating_add(1));
        releases.push(Arc::new(make(id)));
        id
    }

    /// The release with this number.
    pub fn release(&self, id: ReleaseId) -> Option<Arc<Release>> {
        locked(&self.releases).iter().find(|release| release.id == id).cloned()
    }

    /// Every release, oldest first.
    pub fn releases(&self) -> Vec<Arc<Release>> {
        locked(&self.releases).clone()
    }

    /// Counts something.
    pub fn count(&self, change: impl FnOnce(&mut Counters)) {
        change(&mut locked(&self.counters));
    }
}
