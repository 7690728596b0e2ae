//! What spares trackers and what comes back by itself: holds that grow, turns, budgets, places that heal, settings that change.

use std::time::Duration;

use grabfeed::domain::grab::{GrabState, Line};
use grabfeed::domain::place::Place;
use grabfeed::domain::reason::Reason;
use grabfeed::domain::schedule::Next;
use grabfeed::store::{Batch, Ending, ForeignSource, Recorded, StepEnd, Store};
use secrecy::SecretString;

use super::given::{
    NOW, UNFETCHED, after, claim, ended, hash, history, make_failed, pending, prowlarr_row, ready, record,
    retry, store_in, torrent,
};
use crate::support::database::{Home, both_engines};

both_engines! {
    an_indexer_that_fails_again_is_left_alone_longer_until_it_succeeds,
    a_healed_place_brings_its_grabs_back_and_a_dead_link_only_a_few_times,
    a_changed_setting_brings_back_what_it_stood_in_the_way_of,
    searches_of_an_hour_are_counted_over_all,
    turns_at_a_host_keep_their_distance_and_a_first_look_stands_in_line,
    the_same_release_needs_no_second_download,
    a_program_that_only_probes_is_counted_and_makes_no_grab,
    what_was_put_off_by_a_wrong_clock_is_put_off_as_much_less,
    a_look_into_the_history_is_not_held_back_with_its_indexer,
    a_purged_grab_comes_back_under_no_other_name,
    the_lease_of_a_job_is_short_and_renewed_while_it_is_done,
}

async fn fail(store: &Store, seconds: u64, hold_seconds: fn(usize) -> u64) {
    let hold = |strikes| Duration::from_secs(hold_seconds(strikes));
    store.hold_indexer("alpha", Reason::RateLimited, after(seconds), hold).await.unwrap();
}

async fn an_indexer_that_fails_again_is_left_alone_longer_until_it_succeeds(home: Home) {
    let store = store_in(&home).await;
    let growing = |strikes: usize| [60, 300, 900][strikes];
    fail(&store, 0, growing).await;
    assert_eq!(store.held_until("alpha", NOW).await.unwrap(), Some(after(60)));
    // Two failures of one moment are one.
    fail(&store, 1, growing).await;
    assert_eq!(store.held_until("alpha", after(1)).await.unwrap(), Some(after(61)));
    fail(&store, 100, growing).await;
    assert_eq!(store.held_until("alpha", after(100)).await.unwrap(), Some(after(400)));
    assert_eq!(store.held_until("alpha", after(400)).await.unwrap(), None);
    pending(&store, 1, "Alpha").await;
    let claimed = claim(&store, after(400)).await.unwrap();
    let success = ended(Ending::Ready(torrent(1, "Alpha")));
    store.resolve(&claimed, success, after(401)).await.unwrap().unwrap();
    fail(&store, 500, growing).await;
    assert_eq!(store.held_until("alpha", after(500)).await.unwrap(), Some(after(560)), "it begins anew");
}

fn at_jackett(ending: Ending) -> StepEnd {
    StepEnd { place: Some(Place::Host("jackett:9117".to_owned())), ..ended(ending) }
}

async fn a_healed_place_brings_its_grabs_back_and_a_dead_link_only_a_few_times(home: Home) {
    let store = store_in(&home).await;
    let (waits, given_up) = (pending(&store, 1, "Alpha").await, pending(&store, 2, "Beta").await);
    let claimed = [claim(&store, NOW).await.unwrap(), claim(&store, NOW).await.unwrap()];
    let later = at_jackett(retry(after(36_000), Reason::NotFound, true));
    store.resolve(&claimed[0], later, after(1)).await.unwrap().unwrap();
    let failed =
        Ending::Failing { reason: Reason::NotFound, retry_after: None, next: Next::GiveUp(Reason::GaveUp) };
    store.resolve(&claimed[1], at_jackett(failed), after(1)).await.unwrap().unwrap();
    for (number, freed) in [(10, true), (11, true), (12, true), (13, false)] {
        let seconds = u64::from(number) * 10;
        pending(&store, number, "Gamma").await;
        let success = claim(&store, after(seconds)).await.unwrap();
        let end = at_jackett(Ending::Ready(torrent(number, "Gamma")));
        store.resolve(&success, end, after(seconds)).await.unwrap().unwrap();
        for id in [waits, given_up] {
            let grab = store.grab(id).await.unwrap().unwrap();
            assert_eq!(grab.next_attempt_at == Some(after(seconds)), freed, "{number}: {grab:?}");
        }
        // Both fail again.
        while let Some(claimed) = claim(&store, after(seconds)).await {
            let later = at_jackett(retry(after(36_000), Reason::NotFound, true));
            store.resolve(&claimed, later, after(seconds + 1)).await.unwrap().unwrap();
        }
    }
}

async fn a_changed_setting_brings_back_what_it_stood_in_the_way_of(home: Home) {
    let store = store_in(&home).await;
    let keep = async |hash: &str, now| {
        store
            .keep_setting("prowlarr", hash, &[Reason::ProwlarrNotConfigured], Some("prowlarr%"), now)
            .await
            .unwrap()
    };
    assert_eq!(keep("a", NOW).await, None, "nothing is known of before");
    assert_eq!(keep("a", NOW).await, None);
    assert_eq!(keep("b", NOW).await, Some(0), "it changed, and nothing waits for it");
    let ids = [pending(&store, 1, "A").await, pending(&store, 2, "B").await, pending(&store, 3, "C").await];
    let claimed = [
        claim(&store, NOW).await.unwrap(),
        claim(&store, NOW).await.unwrap(),
        claim(&store, NOW).await.unwrap(),
    ];
    let waiting = ended(retry(after(9_000), Reason::ProwlarrNotConfigured, false));
    store.resolve(&claimed[0], waiting, after(1)).await.unwrap().unwrap();
    let failing =
        Ending::Failing { reason: Reason::NotFound, retry_after: None, next: Next::GiveUp(Reason::GaveUp) };
    let at_prowlarr = StepEnd { place: Some(Place::Prowlarr("b".to_owned())), ..ended(failing) };
    store.resolve(&claimed[1], at_prowlarr, after(1)).await.unwrap().unwrap();
    make_failed(&store, &claimed[2], after(1)).await;
    let brought = keep("a", after(5)).await;
    assert_eq!(brought, Some(2));
    let mut found = Vec::new();
    for id in ids {
        let grab = store.grab(id).await.unwrap().unwrap();
        found.push((grab.state, grab.next_attempt_at == Some(after(5))));
    }
    let due = (GrabState::Pending, true);
    assert_eq!(found, [due, due, (GrabState::Failed, false)], "the last failed for itself");
}

async fn searches_of_an_hour_are_counted_over_all(home: Home) {
    let store = store_in(&home).await;
    let hour_end = after(3_600 - u64::try_from(NOW.seconds().rem_euclid(3_600)).unwrap());
    for expected in [None, None, Some(hour_end), Some(hour_end)] {
        assert_eq!(store.spend_search("alpha", 2, NOW).await.unwrap(), expected);
    }
    assert_eq!(store.spend_search("beta", 2, NOW).await.unwrap(), None, "another indexer has its own");
    assert_eq!(store.spend_search("alpha", 2, hour_end).await.unwrap(), None, "a new hour begins");
    assert!(store.spend_search("gamma", 0, NOW).await.unwrap().is_some(), "no search is allowed");
}

async fn turns_at_a_host_keep_their_distance_and_a_first_look_stands_in_line(home: Home) {
    let store = store_in(&home).await;
    let two = Duration::from_secs(2);
    assert_eq!(store.next_turn("site:443", NOW).await.unwrap(), NOW);
    for seconds in [0, 2, 4] {
        assert_eq!(store.next_turn("site:443", NOW).await.unwrap(), after(seconds));
        assert_eq!(store.take_turn("site:443", two, NOW).await.unwrap(), after(seconds));
    }
    assert_eq!(
        store.take_turn("site:443", two, after(100)).await.unwrap(),
        after(100),
        "a pause is not made up for"
    );
    assert_eq!(store.take_turn("other:443", two, NOW).await.unwrap(), NOW);
    let old = Batch { sightings: vec![history(1, "Old", None)], backfill: true, ..Batch::default() };
    store.record(old, NOW).await.unwrap();
    pending(&store, 2, "Beta").await;
    let new = claim(&store, after(9)).await.unwrap();
    assert_eq!((new.grab.title.as_str(), new.grab.line), ("Release 2", Line::None), "new grabs come first");
    let old = claim(&store, after(9)).await.unwrap();
    assert_eq!(old.grab.line, Line::ToJoin);
    for seconds in [0, 6, 12] {
        let turn =
            store.stand_in_line(old.grab.id, "site:443", Duration::from_secs(6), after(100)).await.unwrap();
        assert_eq!(turn, after(100 + seconds));
    }
    assert_eq!(store.grab(old.grab.id).await.unwrap().unwrap().line, Line::Joined);
}

async fn the_same_release_needs_no_second_download(home: Home) {
    let store = store_in(&home).await;
    let release = |number, link: Option<&str>, release: Option<&str>| {
        let mut row = history(number, "A Film", None);
        row.indexer = Some("Alpha".to_owned());
        row.link = link.map(|link| SecretString::from(link.to_owned()));
        row.release_hash = release.map(str::to_owned);
        row.grabbed_at = after(u64::from(u8::try_from(number).unwrap()) * 10_000);
        row
    };
    record(&store, vec![release(1, Some("http://t.example/1"), Some("aa"))]).await;
    let first = claim(&store, NOW).await.unwrap();
    assert_eq!(store.torrent_of_same_release(first.grab.id).await.unwrap(), None);
    store.resolve(&first, ended(Ending::Ready(torrent(1, "Alpha"))), NOW).await.unwrap().unwrap();
    let stored = store.grab(first.grab.id).await.unwrap().unwrap().torrent;
    record(
        &store,
        vec![
            release(2, Some("http://t.example/1"), None),
            release(3, Some("http://t.example/3"), Some("aa")),
            release(4, Some("http://t.example/4"), Some("bb")),
        ],
    )
    .await;
    let mut found = Vec::new();
    while let Some(claimed) = claim(&store, after(50_000)).await {
        found.push((claimed.grab.grabbed_at, store.torrent_of_same_release(claimed.grab.id).await.unwrap()));
        let later = ended(retry(after(99_999), Reason::TimedOut, true));
        store.resolve(&claimed, later, after(50_001)).await.unwrap();
    }
    found.sort_by_key(|(at, _)| *at);
    assert_eq!(found.iter().map(|(_, stored)| *stored).collect::<Vec<_>>(), [stored, stored, None]);
}

async fn a_program_that_only_probes_is_counted_and_makes_no_grab(home: Home) {
    let store = store_in(&home).await;
    let probe = |number, source: &str| {
        let mut row = prowlarr_row(number, &format!("Probe {number}"));
        let requester = row.requester.as_mut().unwrap();
        (requester.kind, requester.polled, requester.foreign) = (None, false, Some(source.to_owned()));
        row
    };
    let rows = vec![probe(1, "CrossSeed"), probe(2, "CrossSeed"), probe(3, "Other")];
    record(&store, rows.clone()).await;
    record(&store, rows).await;
    assert!(store.grab_counts().await.unwrap().is_empty());
    let sources: Vec<_> = store
        .foreign_sources()
        .await
        .unwrap()
        .into_iter()
        .map(|one: ForeignSource| (one.source, one.downloads))
        .collect();
    assert_eq!(sources, [("CrossSeed".to_owned(), 2), ("Other".to_owned(), 1)], "each row counts once");
}

async fn what_was_put_off_by_a_wrong_clock_is_put_off_as_much_less(home: Home) {
    let store = store_in(&home).await;
    let id = pending(&store, 1, "Alpha").await;
    let claimed = claim(&store, after(7_200)).await.unwrap();
    store
        .resolve(&claimed, ended(retry(after(7_800), Reason::TimedOut, true)), after(7_201))
        .await
        .unwrap()
        .unwrap();
    store.ensure_job("sync:radarr", after(7_260)).await.unwrap();
    store.clock_set_back(Duration::from_hours(2), NOW).await.unwrap();
    assert_eq!(store.grab(id).await.unwrap().unwrap().next_attempt_at, Some(after(600)));
    assert_eq!(store.job_due("sync:radarr").await.unwrap(), Some(after(60)));
}

async fn a_look_into_the_history_is_not_held_back_with_its_indexer(home: Home) {
    let store = store_in(&home).await;
    pending(&store, 1, "Alpha").await;
    let mut webhook = super::given::webhook("A Film", Some(&hash(2).to_string()));
    webhook.indexer = Some("Alpha".to_owned());
    record(&store, vec![webhook]).await;
    assert_eq!(
        store.unconfirmed_grabs(&super::given::app("radarr")).await.unwrap(),
        1,
        "the other has its row"
    );
    fail(&store, 0, |_| 9_000).await;
    let claimed = claim(&store, after(10)).await.unwrap();
    assert_eq!(claimed.grab.title, "A Film");
    assert!(claim(&store, after(10)).await.is_none(), "the one with a link waits");
}

async fn a_purged_grab_comes_back_under_no_other_name(home: Home) {
    let store = store_in(&home).await;
    ready(&store, 1, NOW).await;
    assert_eq!(store.purge(after(10), &UNFETCHED).await.unwrap().grabs, 1);
    let mut renamed = history(1, "Release 1", Some(&hash(1).to_string()));
    renamed.app = super::given::app("films");
    renamed.indexer = Some("Alpha".to_owned());
    assert_eq!(
        record(&store, vec![renamed.clone()]).await,
        [Recorded::Ignored],
        "an app renamed in the settings"
    );
    let mut told = prowlarr_row(7, "Release 1");
    told.requester = None;
    assert_eq!(
        record(&store, vec![told]).await,
        [Recorded::Ignored],
        "Prowlarr's history, read after an outage"
    );
    renamed.grabbed_at = after(2 * 3600);
    renamed.origin_key = "2".to_owned();
    assert!(
        matches!(record(&store, vec![renamed]).await[..], [Recorded::New(_)]),
        "grabbed again is grabbed"
    );
}

async fn the_lease_of_a_job_is_short_and_renewed_while_it_is_done(home: Home) {
    let store = store_in(&home).await;
    let lease = Duration::from_secs(45);
    store.ensure_job("sync:radarr", NOW).await.unwrap();
    let held = store.claim_job("sync:radarr", NOW, lease).await.unwrap().unwrap();
    assert!(store.renew_job(&held, after(60)).await.unwrap());
    assert_eq!(store.claim_job("sync:radarr", after(59), lease).await.unwrap(), None);
    let taken = store.claim_job("sync:radarr", after(60), lease).await.unwrap();
    assert!(taken.is_some(), "the first one is dead");
    assert!(!store.renew_job(&held, after(120)).await.unwrap());
}
