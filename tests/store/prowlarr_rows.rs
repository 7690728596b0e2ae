//! Rows of Prowlarr's history join the grab of the app that asked, wait for it, or become grabs of their own.

use grabfeed::domain::grab::{Grab, GrabState};
use grabfeed::domain::ids::GrabId;
use grabfeed::domain::reason::Reason;
use grabfeed::domain::sighting::{Requester, Sighting};
use grabfeed::ops::clock::Clock;
use grabfeed::store::{GrabFilter, Recorded, Store};
use proptest::prelude::*;
use secrecy::ExposeSecret;

use super::given::{NOW, after, hash, history, prowlarr_row, record, store_in, webhook};
use crate::support::database::{Home, both_engines, sqlite_store};

both_engines! {
    our_own_download_makes_no_grab,
    a_row_that_waits_is_claimed_by_the_report_of_the_app,
    a_row_that_no_app_claims_is_listed_as_skipped,
    a_skipped_row_of_a_caller_goes_on_when_the_app_records_it_at_last,
    a_row_of_an_app_that_is_not_polled_is_a_grab_at_once,
    any_order_of_a_few_reports_gives_the_same_grab,
}

fn settled() -> Vec<(String, grabfeed::domain::time::Ts)> {
    vec![("radarr".to_owned(), after(1))]
}

async fn grab(store: &Store, id: GrabId) -> Grab {
    store.grab(id).await.unwrap().unwrap()
}

fn asked_by(change: impl FnOnce(&mut Requester), mut row: Sighting) -> Sighting {
    change(row.requester.as_mut().unwrap());
    row
}

async fn our_own_download_makes_no_grab(home: Home) {
    let store = store_in(&home).await;
    let echo = || asked_by(|who| who.ourselves = true, prowlarr_row(1, "A Film"));
    assert_eq!(record(&store, vec![echo()]).await, [Recorded::OwnEcho]);
    assert_eq!(record(&store, vec![echo()]).await, [Recorded::Known]);
    record(&store, vec![webhook("A Film", None)]).await;
    let late = asked_by(|who| who.ourselves = true, prowlarr_row(2, "A Film"));
    assert_eq!(record(&store, vec![late]).await, [Recorded::OwnEcho]);
    assert_eq!(store.grabs(&GrabFilter::default(), 10, 0).await.unwrap().total, 1);
}

async fn a_row_that_waits_is_claimed_by_the_report_of_the_app(home: Home) {
    let store = store_in(&home).await;
    assert_eq!(record(&store, vec![prowlarr_row(1, "A Film DD 5.1")]).await, [Recorded::Waiting]);
    let mut report = history(1, "A Film DD+5.1", None);
    report.indexer = None;
    let Recorded::New(id) = record(&store, vec![report]).await[0] else { panic!("new") };
    let grab = grab(&store, id).await;
    assert_eq!((grab.prowlarr_indexer_id, grab.indexer.as_deref()), (Some(4), Some("Alpha")));
    assert_eq!(store.settle_waiting(&settled(), after(5)).await.unwrap(), []);
}

async fn a_row_that_no_app_claims_is_listed_as_skipped(home: Home) {
    let store = store_in(&home).await;
    record(&store, vec![prowlarr_row(1, "A Film")]).await;
    let not_yet = [("radarr".to_owned(), NOW), ("sonarr".to_owned(), after(10))];
    assert_eq!(store.settle_waiting(&not_yet, after(5)).await.unwrap(), []);
    let made = store.settle_waiting(&settled(), after(5)).await.unwrap();
    assert_eq!(made.len(), 1);
    let grab = grab(&store, made[0]).await;
    assert_eq!((grab.state, grab.reason), (GrabState::Skipped, Some(Reason::NotRecordedByApp)));
    assert_eq!((grab.title.as_str(), grab.prowlarr_indexer_id), ("A Film", Some(4)));
    assert_eq!(record(&store, vec![prowlarr_row(1, "A Film")]).await, [Recorded::Known]);
    assert_eq!(store.settle_waiting(&settled(), after(9)).await.unwrap(), []);
}

async fn a_skipped_row_of_a_caller_goes_on_when_the_app_records_it_at_last(home: Home) {
    let store = store_in(&home).await;
    record(&store, vec![prowlarr_row(2, "Second")]).await;
    let made = store.settle_waiting(&settled(), after(5)).await.unwrap();
    assert_eq!(record(&store, vec![history(2, "Second", None)]).await, [Recorded::Merged(made[0])]);
    let second = grab(&store, made[0]).await;
    assert_eq!((second.state, second.app.as_str(), second.reason), (GrabState::Pending, "radarr", None));
    assert!(second.link.is_some());
}

async fn a_row_of_an_app_that_is_not_polled_is_a_grab_at_once(home: Home) {
    let store = store_in(&home).await;
    let row = asked_by(|who| who.polled = false, prowlarr_row(1, "A Film"));
    assert!(matches!(record(&store, vec![row]).await[..], [Recorded::New(_)]));
}

/// What must not depend on the order of the reports.
async fn end_state(store: &Store) -> Vec<String> {
    let page = store.grabs(&GrabFilter::default(), 10, 0).await.unwrap();
    let mut lines = Vec::new();
    for grab in page.grabs {
        lines.push(format!(
            "{} {:?} {:?} {} {:?} {:?} {:?} {:?} {:?} {:?} {} {} {} {:?}",
            grab.app,
            grab.kind,
            grab.state,
            grab.title,
            grab.indexer.as_deref().map(grabfeed::domain::text::indexer_key),
            grab.prowlarr_indexer_id,
            grab.download_id,
            grab.expected_infohash,
            grab.protocol,
            grab.size_bytes,
            grab.grabbed_at,
            grab.seen_by_webhook,
            grab.seen_in_history,
            grab.link.map(|link| link.expose_secret().to_owned()),
        ));
    }
    lines.push(format!("{} left waiting", store.settle_waiting(&settled(), after(5)).await.unwrap().len()));
    lines
}

/// A webhook without an indexer, two rows of the app's history (two episodes), one of Prowlarr's.
fn reports() -> Vec<Sighting> {
    let id = hash(1).to_string();
    let mut hook = webhook("A Series S01 DD+5.1", Some(&id));
    (hook.indexer, hook.grabbed_at) = (None, after(3));
    let mut second = history(2, "A Series S01 DD+5.1", Some(&id));
    second.grabbed_at = after(1);
    let mut row = prowlarr_row(1, "A Series S01 DD 5.1");
    row.grabbed_at = NOW;
    vec![hook, history(1, "A Series S01 DD+5.1", Some(&id)), second, row]
}

async fn told_in(store: &Store, order: &[usize]) -> Vec<String> {
    for number in order {
        record(store, vec![reports().swap_remove(*number)]).await;
    }
    end_state(store).await
}

async fn any_order_of_a_few_reports_gives_the_same_grab(home: Home) {
    let first = told_in(&store_in(&home).await, &[0, 1, 2, 3]).await;
    assert_eq!(first.len(), 2, "{first:?}");
    for order in [[3, 2, 1, 0], [3, 0, 1, 2], [1, 3, 0, 2], [2, 0, 3, 1]] {
        let home = if let Home::File(_) = home { Home::file() } else { Home::postgres() };
        assert_eq!(told_in(&store_in(&home).await, &order).await, first, "{order:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn every_order_with_repeats_gives_the_same_grab(
        order in Just(vec![0_usize, 1, 2, 3]).prop_shuffle(),
        again in prop::collection::vec(0..4_usize, 0..4),
    ) {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().worker_threads(1).build().unwrap();
        runtime.block_on(async {
            let clock = Clock::fixed(NOW);
            let (plain, _home) = sqlite_store(&clock).await;
            let (shuffled, _other_home) = sqlite_store(&clock).await;
            let order: Vec<usize> = order.into_iter().chain(again).collect();
            assert_eq!(told_in(&shuffled, &order).await, told_in(&plain, &[0, 1, 2, 3]).await);
        });
    }
}
