//! Promise P7: whatever happens in whatever order, each recorded grab is in exactly one state, and its columns agree.

use std::collections::BTreeSet;
use std::time::Duration;

use grabfeed::domain::grab::{Grab, GrabState};
use grabfeed::domain::ids::GrabId;
use grabfeed::domain::reason::Reason;
use grabfeed::domain::time::Ts;
use grabfeed::ops::clock::Clock;
use grabfeed::store::{Batch, Claimed, Ending, GrabFilter, Recorded, Store};
use proptest::prelude::*;

use super::given::{LEASE, NOW, UNFETCHED, ended, feed, given_up, hash, history, retry, torrent, webhook};
use crate::support::database::sqlite_store;

#[derive(Debug, Clone)]
enum Step {
    Webhook(u32),
    History(u32),
    Claim,
    /// Ends the claim with this number, lost or not, in one of the ways.
    Resolve(usize, u8),
    Retry(usize),
    Purge,
    Wait(u64),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        (0..12_u32).prop_map(Step::Webhook),
        (0..12_u32).prop_map(Step::History),
        Just(Step::Claim),
        Just(Step::Claim),
        (0..8_usize, 0..5_u8).prop_map(|(claim, way)| Step::Resolve(claim, way)),
        (0..8_usize, 0..5_u8).prop_map(|(claim, way)| Step::Resolve(claim, way)),
        (0..12_usize).prop_map(Step::Retry),
        Just(Step::Purge),
        prop_oneof![1..10_u64, 50..100_u64, 500..5_000_u64].prop_map(Step::Wait),
    ]
}

struct House {
    store: Store,
    now: Ts,
    claims: Vec<Claimed>,
    recorded: BTreeSet<GrabId>,
    purged: u64,
}

impl House {
    async fn take(&mut self, step: Step) {
        let store = &self.store;
        match step {
            Step::Webhook(number) => {
                self.report(webhook(&title(number), Some(&hash(number).to_string()))).await;
            }
            Step::History(number) => {
                self.report(history(number, &title(number), Some(&hash(number).to_string()))).await;
            }
            Step::Claim => self.claims.extend(store.claim_due(self.now, LEASE, 3).await.unwrap()),
            Step::Resolve(claim, way) => {
                if let Some(claimed) = self.claims.get(claim) {
                    store.resolve(claimed, ended(self.resolution(way, claim)), self.now).await.unwrap();
                }
            }
            Step::Retry(number) => {
                if let Some(id) = self.recorded.iter().nth(number) {
                    store.retry_grab(*id, self.now).await.unwrap();
                }
            }
            Step::Purge => {
                let before = self.now.minus(Duration::from_mins(10));
                self.purged += store.purge(before, &UNFETCHED).await.unwrap().grabs;
            }
            Step::Wait(seconds) => self.now = self.now.plus(Duration::from_secs(seconds)),
        }
    }

    async fn report(&mut self, sighting: grabfeed::domain::sighting::Sighting) {
        let batch = Batch { sightings: vec![sighting], ..Batch::default() };
        if let Recorded::New(id) = self.store.record(batch, self.now).await.unwrap()[0] {
            assert!(self.recorded.insert(id), "a number was given twice");
        }
    }

    fn resolution(&self, way: u8, claim: usize) -> Ending {
        let at = self.now.plus(Duration::from_mins(1));
        match way {
            0 => Ending::Ready(torrent(u32::try_from(claim).unwrap(), "Alpha")),
            1 => retry(at, Reason::TimedOut, true),
            2 => retry(at, Reason::AwaitingHistory, false),
            3 => given_up(Reason::Gone),
            _ => Ending::Skipped(Reason::Usenet),
        }
    }

    async fn check(&self) {
        let page = self.store.grabs(&GrabFilter::default(), 100, 0).await.unwrap();
        assert_eq!(page.total, self.recorded.len() as u64 - self.purged, "recorded = kept + purged");
        let counts = self.store.grab_counts().await.unwrap();
        assert_eq!(counts.iter().map(|one| one.grabs).sum::<u64>(), page.total);
        for grab in page.grabs {
            assert!(self.recorded.contains(&grab.id));
            assert_consistent(&grab);
        }
    }
}

fn assert_consistent(grab: &Grab) {
    let Grab { state, reason, finished_at, next_attempt_at, torrent, .. } = grab;
    let whole = match state {
        GrabState::Pending => next_attempt_at.is_some() && finished_at.is_none() && torrent.is_none(),
        GrabState::Ready => {
            next_attempt_at.is_none() && finished_at.is_some() && torrent.is_some() && reason.is_none()
        }
        GrabState::Failed | GrabState::Skipped => {
            next_attempt_at.is_none() && finished_at.is_some() && torrent.is_none() && reason.is_some()
        }
    };
    assert!(whole, "{grab:?}, finished {finished_at:?}, next {next_attempt_at:?}, {torrent:?}");
}

fn title(number: u32) -> String {
    format!("Release {number}")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn no_order_of_events_loses_a_grab(steps in prop::collection::vec(step(), 1..60), with_feed: bool) {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().worker_threads(1).build().unwrap();
        runtime.block_on(async {
            let (store, _home) = sqlite_store(&Clock::fixed(NOW)).await;
            if with_feed {
                feed(&store, "All").await;
            }
            let mut house = House { store, now: NOW, claims: vec![], recorded: BTreeSet::new(), purged: 0 };
            for step in steps {
                house.take(step).await;
                house.check().await;
            }
            assert!(house.store.check().await.unwrap().is_empty());
        });
    }
}
