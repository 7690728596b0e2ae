//! Bad manners: what can be made to go wrong at run time, where, and how often.
//!
//! A fault meets every caller except the simulated apps themselves: a grab exists because the app's own download went
//! well. `FaultBoard::arm_for_all` is for what should meet the apps too.

use std::sync::Mutex;
use std::time::Duration;

use super::lock::locked;
use super::release::ReleaseId;

/// Where a fault waits for a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// Every API request to an app, named as in the world; `prowlarr` is one.
    Api(String),
    /// History requests to an app.
    History(String),
    /// Searches through Prowlarr.
    Search,
    /// Downloads from an indexer through Prowlarr: Prowlarr's own answer.
    Indexer(String),
    /// Downloads of a release through Prowlarr: Prowlarr's own answer.
    Release(ReleaseId),
    /// The tracker's answer for a release, which Prowlarr translates, records and blocks the indexer for.
    Tracker(ReleaseId),
}

/// What a 429 says about when to come back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RetryAfter {
    /// Nothing.
    Absent,
    /// So many seconds.
    Seconds(u64),
    /// An HTTP date so far from now.
    Date(Duration),
}

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// 500 with JSON whose description holds a stack trace and a URL with a key, as the apps do.
    ErrorJson,
    /// 500 with Prowlarr's XML error.
    ErrorXml,
    /// 500 with a web page.
    ErrorHtml,
    /// 503 while starting up: JSON below `/api`, plain text elsewhere.
    StartingUp,
    /// 429 with Prowlarr's XML error.
    TooManyRequests(RetryAfter),
    /// 410 because the indexer is disabled.
    IndexerDisabled,
    /// 410 because the tracker said 404.
    ReleaseGone,
    /// 404 with JSON.
    NotFound,
    /// 403 with a web page.
    Forbidden,
    /// 301 to a magnet link.
    MagnetRedirect,
    /// 301 to the tracker's own link.
    TrackerRedirect,
    /// 301 to itself, for ever.
    RedirectLoop,
    /// 200 with the tracker's login page.
    LoginPage,
    /// 200 with Prowlarr's XML error, as before 1.2.2.
    XmlWithOk,
    /// The right answer, late.
    Slow(Duration),
    /// The connection breaks in the middle of the right body.
    ResetMidBody,
    /// Half of the right body, as a whole answer.
    Truncated,
    /// A valid torrent with another infohash.
    WrongTorrent,
    /// Bencode of so many bytes.
    Oversized(usize),
}

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Caller {
    /// A simulated app.
    SimulatedApp,
    /// Anybody else: the program under test.
    Outside,
}

#[derive(Debug)]
struct Armed {
    target: Target,
    fault: Fault,
    left: u32,
    for_all: bool,
}

/// The faults that wait.
#[derive(Debug, Default)]
pub struct FaultBoard(Mutex<Vec<Armed>>);

impl FaultBoard {
    /// Arms a fault for the next `times` requests from outside; `u32::MAX` is for ever.
    pub fn arm(&self, target: Target, fault: Fault, times: u32) {
        locked(&self.0).push(Armed { target, fault, left: times, for_all: false });
    }

    /// Arms a fault that meets the simulated apps too.
    pub fn arm_for_all(&self, target: Target, fault: Fault, times: u32) {
        locked(&self.0).push(Armed { target, fault, left: times, for_all: true });
    }

    /// Takes away every fault of a target.
    pub fn clear(&self, target: &Target) {
        locked(&self.0).retain(|armed| armed.target != *target);
    }

    /// The fault that this request meets, if any; the one armed first wins.
    pub fn take(&self, targets: &[Target], caller: Caller) -> Option<Fault> {
        let mut board = locked(&self.0);
        let meets = |armed: &&mut Armed| {
            armed.left > 0 && targets.contains(&armed.target) && (armed.for_all || caller == Caller::Outside)
        };
        let armed = board.iter_mut().find(meets)?;
        if armed.left != u32::MAX {
            armed.left -= 1;
        }
        let fault = armed.fault;
        board.retain(|armed| armed.left > 0);
        Some(fault)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_meets_so_many_requests_from_outside_and_none_of_the_apps() {
        let board = FaultBoard::default();
        board.arm(Target::Search, Fault::ErrorXml, 2);
        assert_eq!(board.take(&[Target::Search], Caller::SimulatedApp), None);
        assert_eq!(board.take(&[Target::Api("radarr".into())], Caller::Outside), None);
        for _ in 0..2 {
            assert_eq!(board.take(&[Target::Search], Caller::Outside), Some(Fault::ErrorXml));
        }
        assert_eq!(board.take(&[Target::Search], Caller::Outside), None);
    }

    #[test]
    fn a_fault_for_all_meets_the_apps_too_until_it_is_cleared() {
        let board = FaultBoard::default();
        board.arm_for_all(Target::Search, Fault::NotFound, u32::MAX);
        for _ in 0..5 {
            assert!(board.take(&[Target::Search], Caller::SimulatedApp).is_some());
        }
        board.clear(&Target::Search);
        assert_eq!(board.take(&[Target::Search], Caller::Outside), None);
    }
}
