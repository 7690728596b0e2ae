//! Whether this process wants requests.
//!
//! Owns: the three states and nothing else; whether the database answers is the asker's to find out.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

/// What the process can do now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It starts: not yet.
    Starting,
    /// It serves.
    Ready,
    /// It finishes what it has and takes nothing new.
    Draining,
}

/// The state of the process. Clones see the same.
#[derive(Debug, Clone, Default)]
pub struct Health(Arc<AtomicU8>);

impl Health {
    const READY: u8 = 1;
    const DRAINING: u8 = 2;

    /// The present state.
    pub fn state(&self) -> State {
        match self.0.load(Ordering::Acquire) {
            Self::DRAINING => State::Draining,
            Self::READY => State::Ready,
            _ => State::Starting,
        }
    }

    /// The process serves, unless it is stopping already: there is no way back from that.
    pub fn ready(&self) {
        self.0.fetch_max(Self::READY, Ordering::AcqRel);
    }

    /// The process takes nothing new.
    pub fn drain(&self) {
        self.0.fetch_max(Self::DRAINING, Ordering::AcqRel);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_that_drains_never_becomes_ready_again() {
        let health = Health::default();
        assert_eq!(health.state(), State::Starting);
        health.ready();
        assert_eq!(health.clone().state(), State::Ready);
        health.drain();
        health.ready();
        assert_eq!(health.state(), State::Draining);
    }
}
