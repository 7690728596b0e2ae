//! Many reports of one grab become one row; a report is never lost and never counts twice.

use std::time::Duration;

use grabfeed::domain::grab::GrabState;
use grabfeed::domain::sighting::{Protocol, Sighting};
use grabfeed::domain::text::clean;
use grabfeed::store::{Batch, GrabFilter, Recorded, Store};
use secrecy::ExposeSecret;

use super::given::{
    NOW, after, app, claim, cursor, hash, history, make_failed, prowlarr_row, record, replicas, store_in,
    tamper, webhook,
};
use crate::support::database::{Home, both_engines};

both_engines! {
    a_webhook_makes_a_grab_that_is_due_when_the_history_row_should_exist,
    reports_with_the_same_infohash_are_one_grab_whatever_their_title,
    reports_without_a_download_id_are_joined_by_title_within_the_hour,
    the_rows_of_a_season_pack_are_one_grab,
    the_same_report_counts_once,
    what_prowlarr_says_of_the_transport_keeps_no_row_of_the_app_from_its_grab,
    the_same_title_on_two_indexers_is_two_grabs,
    only_reports_of_known_grabs_count_where_the_settings_say_so,
    the_cursor_moves_only_with_the_rows_and_never_back,
    a_row_that_cannot_be_stored_rolls_the_whole_batch_back,
    text_with_a_nul_is_stored_once_it_was_cleaned,
    fifty_webhooks_at_once_make_one_grab,
    a_grab_that_the_app_makes_anew_after_we_gave_up_is_pending_again,
    a_batch_nudges_the_job_that_it_names,
}

async fn all(store: &Store) -> u64 {
    store.grabs(&GrabFilter::default(), 10, 0).await.unwrap().total
}

async fn a_webhook_makes_a_grab_that_is_due_when_the_history_row_should_exist(home: Home) {
    let store = store_in(&home).await;
    let mut sighting = webhook("A Film", Some(&hash(1).to_string()));
    sighting.title = "Ünïcode 🎬 'film' \"%_\\".to_owned();
    let Recorded::New(id) = record(&store, vec![sighting]).await[0] else { panic!("new") };
    let grab = store.grab(id).await.unwrap().unwrap();
    assert_eq!(grab.state, GrabState::Pending);
    assert_eq!(grab.title, "Ünïcode 🎬 'film' \"%_\\");
    assert_eq!(grab.next_attempt_at, Some(after(2)));
    assert_eq!(grab.expected_infohash, Some(hash(1)));
    assert!(grab.seen_by_webhook && !grab.seen_in_history);
    assert!(store.grab(grabfeed::domain::ids::GrabId(id.0 + 1)).await.unwrap().is_none());
}

async fn reports_with_the_same_infohash_are_one_grab_whatever_their_title(home: Home) {
    let store = store_in(&home).await;
    let id = hash(1).to_string();
    let Recorded::New(grab) = record(&store, vec![webhook("A Film", Some(&id))]).await[0] else {
        panic!("new")
    };
    let mut row = history(1, "Another name of it", Some(&id.to_uppercase()));
    row.grabbed_at = after(90 * 86_400);
    assert_eq!(record(&store, vec![row]).await, [Recorded::Merged(grab)]);
    let grab = store.grab(grab).await.unwrap().unwrap();
    assert!(grab.seen_by_webhook && grab.seen_in_history);
    assert_eq!(grab.next_attempt_at, Some(NOW), "the link is what it waited for");
    assert!(grab.link.unwrap().expose_secret().contains("Another name"));
    assert_eq!(all(&store).await, 1);
}

async fn reports_without_a_download_id_are_joined_by_title_within_the_hour(home: Home) {
    let store = store_in(&home).await;
    let Recorded::New(grab) = record(&store, vec![webhook("A Film DD+5.1", None)]).await[0] else {
        panic!("new")
    };
    let mut row = history(1, "a film  DD 5.1", None);
    row.grabbed_at = after(3_599);
    assert_eq!(record(&store, vec![row]).await, [Recorded::Merged(grab)]);
    let mut later = history(2, "A Film DD+5.1", None);
    later.grabbed_at = after(3_601);
    assert!(matches!(record(&store, vec![later]).await[..], [Recorded::New(_)]));
}

async fn the_rows_of_a_season_pack_are_one_grab(home: Home) {
    let store = store_in(&home).await;
    let rows = (1..=24).map(|row| history(row, "A Series S01", Some(&hash(1).to_string()))).collect();
    let recorded = record(&store, rows).await;
    let Recorded::New(grab) = recorded[0] else { panic!("new") };
    assert!(recorded[1..].iter().all(|one| *one == Recorded::Merged(grab)));
    assert_eq!(all(&store).await, 1);
}

async fn what_prowlarr_says_of_the_transport_keeps_no_row_of_the_app_from_its_grab(home: Home) {
    let store = store_in(&home).await;
    let Recorded::New(grab) = record(&store, vec![webhook("An Nzb", None)]).await[0] else { panic!("new") };
    assert_eq!(record(&store, vec![prowlarr_row(1, "An Nzb")]).await, [Recorded::Merged(grab)]);
    let row = Sighting { protocol: Protocol::Usenet, ..history(2, "An Nzb", None) };
    assert_eq!(record(&store, vec![row]).await, [Recorded::Merged(grab)]);
    assert_eq!(store.grab(grab).await.unwrap().unwrap().protocol, Protocol::Usenet);
}

async fn the_same_report_counts_once(home: Home) {
    let store = store_in(&home).await;
    let report = || vec![history(1, "A Film", None)];
    assert!(matches!(record(&store, report()).await[..], [Recorded::New(_)]));
    assert_eq!(record(&store, report()).await, [Recorded::Known]);
    let mut other_app = report();
    other_app[0].app = app("radarr-4k");
    assert!(
        matches!(record(&store, other_app).await[..], [Recorded::New(_)]),
        "each app numbers its own rows"
    );
}

async fn the_same_title_on_two_indexers_is_two_grabs(home: Home) {
    let store = store_in(&home).await;
    let mut other = history(2, "A Film", None);
    other.indexer = Some("Beta".to_owned());
    let recorded = record(&store, vec![history(1, "A Film", None), other]).await;
    assert!(matches!(recorded[..], [Recorded::New(one), Recorded::New(two)] if one != two));
}

async fn only_reports_of_known_grabs_count_where_the_settings_say_so(home: Home) {
    let store = store_in(&home).await;
    let batch = |sighting| Batch { sightings: vec![sighting], only_known: true, ..Batch::default() };
    let unknown = store.record(batch(history(1, "A Film", None)), NOW).await.unwrap();
    assert_eq!(unknown, [Recorded::Ignored]);
    let Recorded::New(grab) = record(&store, vec![webhook("A Film", None)]).await[0] else { panic!("new") };
    let known = store.record(batch(history(1, "A Film", None)), NOW).await.unwrap();
    assert_eq!(known, [Recorded::Merged(grab)], "the row that was ignored is not remembered as seen");
}

async fn the_cursor_moves_only_with_the_rows_and_never_back(home: Home) {
    let store = store_in(&home).await;
    let read_up_to = |at| Batch { cursor: Some(cursor("radarr", at)), ..Batch::default() };
    for (at, expected) in [(after(10), after(10)), (after(5), after(10)), (after(20), after(20))] {
        store.record(read_up_to(at), after(30)).await.unwrap();
        let sync = store.app_sync(&app("radarr")).await.unwrap();
        assert_eq!((sync.cursor_at, sync.last_success_at), (Some(expected), Some(after(30))));
    }
    assert!(store.app_sync(&app("sonarr")).await.unwrap().cursor_at.is_none());
}

async fn a_row_that_cannot_be_stored_rolls_the_whole_batch_back(home: Home) {
    let store = store_in(&home).await;
    let refuse = if store.is_shared() {
        "ALTER TABLE grab ADD CONSTRAINT refuse CHECK (title <> 'B')"
    } else {
        "CREATE TRIGGER refuse BEFORE INSERT ON grab WHEN NEW.title = 'B' BEGIN SELECT RAISE(ABORT, 'no'); END"
    };
    tamper(&home, refuse).await;
    let batch = |last| Batch {
        sightings: vec![history(1, "A", None), history(2, last, None)],
        cursor: Some(cursor("radarr", NOW)),
        webhook_of: Some(app("radarr")),
        ..Batch::default()
    };
    assert_eq!(store.record(batch("B"), NOW).await.unwrap_err().kind(), "engine");
    assert_eq!(all(&store).await, 0);
    let sync = store.app_sync(&app("radarr")).await.unwrap();
    assert!(sync.cursor_at.is_none() && sync.last_webhook_at.is_none());
    let again = store.record(batch("C"), NOW).await.unwrap();
    assert!(
        matches!(again[..], [Recorded::New(_), Recorded::New(_)]),
        "the first row is not taken for known"
    );
}

/// Why every way in cleans text: an app's title with a NUL would be stored by one engine and refused by the other.
async fn text_with_a_nul_is_stored_once_it_was_cleaned(home: Home) {
    let store = store_in(&home).await;
    let title = "A\0 Film";
    let as_sent = Batch { sightings: vec![history(1, title, None)], ..Batch::default() };
    assert_eq!(store.record(as_sent, NOW).await.is_err(), store.is_shared());
    let cleaned = history(2, &clean(title, 500), None);
    assert!(matches!(record(&store, vec![cleaned]).await[..], [Recorded::New(_) | Recorded::Merged(_)]));
}

async fn fifty_webhooks_at_once_make_one_grab(home: Home) {
    let replicas = replicas(&home).await;
    let one = |number: usize| {
        let store = replicas[number % 2].clone();
        tokio::spawn(async move {
            let batch = Batch {
                sightings: vec![webhook("A Film", Some(&hash(1).to_string()))],
                webhook_of: Some(app("radarr")),
                ..Batch::default()
            };
            store.record(batch, NOW).await.unwrap()[0]
        })
    };
    let mut recorded = Vec::new();
    for task in (0..50).map(one).collect::<Vec<_>>() {
        recorded.push(task.await.unwrap());
    }
    assert_eq!(recorded.iter().filter(|one| matches!(one, Recorded::New(_))).count(), 1);
    assert_eq!(recorded.iter().filter(|one| **one == Recorded::Known).count(), 49);
    assert_eq!(all(&replicas[0]).await, 1);
    assert_eq!(replicas[0].app_sync(&app("radarr")).await.unwrap().last_webhook_at, Some(NOW));
}

async fn a_grab_that_the_app_makes_anew_after_we_gave_up_is_pending_again(home: Home) {
    let store = store_in(&home).await;
    let report = |row, at| Sighting { grabbed_at: at, ..history(row, "A Film", Some(&hash(1).to_string())) };
    let Recorded::New(id) = record(&store, vec![report(1, NOW)]).await[0] else { panic!("new") };
    make_failed(&store, &claim(&store, NOW).await.unwrap(), after(10)).await;
    record(&store, vec![report(2, after(9))]).await;
    assert_eq!(
        store.grab(id).await.unwrap().unwrap().state,
        GrabState::Failed,
        "an episode's row from before"
    );
    let again =
        store.record(Batch { sightings: vec![report(3, after(11))], ..Batch::default() }, after(12)).await;
    assert_eq!(again.unwrap(), [Recorded::Merged(id)]);
    let grab = store.grab(id).await.unwrap().unwrap();
    assert_eq!((grab.state, grab.next_attempt_at, grab.attempts), (GrabState::Pending, Some(after(12)), 0));
    assert!(grab.reason.is_none() && grab.finished_at.is_none());
}

async fn a_batch_nudges_the_job_that_it_names(home: Home) {
    let store = store_in(&home).await;
    store.ensure_job("sync radarr", after(600)).await.unwrap();
    let batch = Batch { nudge: Some(("sync radarr".to_owned(), after(2))), ..Batch::default() };
    store.record(batch, NOW.minus(Duration::from_secs(1))).await.unwrap();
    assert_eq!(store.job_due("sync radarr").await.unwrap(), Some(after(2)));
}
