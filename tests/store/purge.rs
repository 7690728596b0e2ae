//! Retention: what is old and done with goes; pending and undelivered work stays.

use std::time::Duration;

use grabfeed::domain::reason::Reason;
use grabfeed::domain::sighting::Sighting;
use grabfeed::domain::time::Ts;
use grabfeed::ops::clock::Clock;
use grabfeed::store::{Batch, GrabFilter, Purged, Recorded, Store, UnfetchedLimits};

use super::given::{
    NOW, UNFETCHED, after, claim, cursor, feed, hash, history, hold, make_failed, make_ready, pending,
    prowlarr_row, ready, record, store_in, torrent,
};
use crate::support::database::{Home, both_engines};

both_engines! {
    the_database_says_what_it_takes,
    what_is_old_and_done_with_is_removed_with_its_traces,
    pending_work_is_never_removed,
    an_undelivered_item_keeps_its_torrent_and_its_grab,
    what_nobody_fetched_is_kept_within_its_own_limits_and_its_purge_is_counted,
    a_revoked_feed_keeps_nothing,
    a_torrent_that_a_newer_grab_needs_stays,
    a_feed_never_lists_what_is_gone,
    a_large_purge_is_done_in_pieces,
    loose_ends_are_forgotten_and_waiting_rows_are_not,
    a_grab_that_was_purged_does_not_come_back_when_its_row_is_read_again,
}

const WINDOW: usize = 1;

async fn grabs(store: &Store) -> u64 {
    store.grabs(&GrabFilter::default(), 1, 0).await.unwrap().total
}

async fn sound(store: &Store) {
    assert_eq!(store.check().await.unwrap(), [""; 0]);
}

async fn what_is_old_and_done_with_is_removed_with_its_traces(home: Home) {
    let store = store_in(&home).await;
    let (id, _) = ready(&store, 1, NOW).await;
    pending(&store, 2, "Alpha").await;
    make_failed(&store, &claim(&store, NOW).await.unwrap(), after(5)).await;
    assert_eq!(store.purge(NOW, &UNFETCHED).await.unwrap(), Purged::default(), "nothing is older");
    let purged = store.purge(after(5), &UNFETCHED).await.unwrap();
    assert_eq!(purged, Purged { grabs: 1, torrents: 1, unfetched: 0, more: false });
    assert_eq!(
        store.purge(after(6), &UNFETCHED).await.unwrap(),
        Purged { grabs: 1, torrents: 0, unfetched: 0, more: false }
    );
    assert_eq!((grabs(&store).await, store.torrent_totals().await.unwrap()), (0, (0, 0)));
    assert!(store.attempts(id).await.unwrap().is_empty());
    let (again, _) = ready(&store, 3, NOW).await;
    assert!(again > id, "a number is never given again");
    sound(&store).await;
}

async fn pending_work_is_never_removed(home: Home) {
    let store = store_in(&home).await;
    let id = pending(&store, 1, "Alpha").await;
    make_failed(&store, &claim(&store, NOW).await.unwrap(), after(5)).await;
    store.retry_grab(id, after(6)).await.unwrap();
    assert_eq!(store.purge(Ts::MAX, &UNFETCHED).await.unwrap(), Purged::default());
    assert!(store.grab(id).await.unwrap().is_some());
}

async fn an_undelivered_item_keeps_its_torrent_and_its_grab(home: Home) {
    let store = store_in(&home).await;
    let feed = feed(&store, "All").await.id;
    let (_, one) = ready(&store, 1, NOW).await;
    let (_, two) = ready(&store, 2, NOW).await;
    assert_eq!(store.purge(Ts::MAX, &UNFETCHED).await.unwrap(), Purged::default(), "both wait");
    store.arrange_feed(feed, WINDOW, NOW).await.unwrap();
    assert_eq!(
        store.purge(Ts::MAX, &UNFETCHED).await.unwrap(),
        Purged::default(),
        "one is listed, one waits"
    );
    store.note_reading(feed, &[two]).await.unwrap();
    store.arrange_feed(feed, WINDOW, after(60)).await.unwrap();
    assert_eq!(store.purge(Ts::MAX, &UNFETCHED).await.unwrap(), Purged::default(), "one gave its place up");
    for torrent in [one, two] {
        store.deliver(feed, torrent, None, after(61)).await.unwrap();
    }
    let purged = store.purge(Ts::MAX, &UNFETCHED).await.unwrap();
    assert_eq!(purged, Purged { grabs: 2, torrents: 2, unfetched: 0, more: false });
    assert_eq!(grabs(&store).await, 0);
    sound(&store).await;
}

async fn a_torrent_that_a_newer_grab_needs_stays(home: Home) {
    let store = store_in(&home).await;
    let (old, stored) = ready(&store, 1, NOW).await;
    let again = Sighting { app: super::given::app("radarr-4k"), ..history(9, "Again", None) };
    let Recorded::New(young) = record(&store, vec![again]).await[0] else { panic!("new") };
    make_ready(&store, &claim(&store, NOW).await.unwrap(), torrent(1, "Alpha"), after(100)).await;
    assert_eq!(store.purge(after(50), &UNFETCHED).await.unwrap(), Purged::default());
    for id in [old, young] {
        assert_eq!(store.grab(id).await.unwrap().unwrap().torrent, Some(stored), "a torrent keeps its grabs");
    }
    assert_eq!(
        store.purge(after(101), &UNFETCHED).await.unwrap(),
        Purged { grabs: 2, torrents: 1, unfetched: 0, more: false }
    );
}

async fn a_feed_never_lists_what_is_gone(home: Home) {
    let store = store_in(&home).await;
    let feed = feed(&store, "All").await.id;
    let (_, stored) = ready(&store, 1, NOW).await;
    let listed = store.arrange_feed(feed, WINDOW, NOW).await.unwrap();
    let date = listed.items[0].pub_at;
    store.deliver(feed, stored, None, NOW).await.unwrap();
    let before = store.arrange_feed(feed, WINDOW, NOW).await.unwrap();
    assert_eq!(before.items.len(), 1, "delivered items are still shown");
    store.purge(after(1), &UNFETCHED).await.unwrap();
    let then = store.arrange_feed(feed, WINDOW, NOW).await.unwrap();
    assert!(then.items.is_empty() && then.version > before.version);
    assert_eq!(store.feed_torrent(feed, &hash(1)).await.unwrap(), None);
    ready(&store, 2, NOW).await;
    let next = store.arrange_feed(feed, WINDOW, NOW).await.unwrap();
    assert!(next.items[0].pub_at > date, "dates go on after those of what is gone");
}

async fn a_large_purge_is_done_in_pieces(home: Home) {
    let store = store_in(&home).await;
    let rows = (0..501).map(|row| history(row, &format!("Old {row}"), None)).collect();
    record(&store, rows).await;
    while let Some(claimed) = store.claim_due(NOW, Duration::from_mins(1), 1_000).await.unwrap() {
        make_failed(&store, &claimed, NOW).await;
    }
    assert_eq!(
        store.purge(after(1), &UNFETCHED).await.unwrap(),
        Purged { grabs: 500, torrents: 0, unfetched: 0, more: true }
    );
    assert_eq!(
        store.purge(after(1), &UNFETCHED).await.unwrap(),
        Purged { grabs: 1, torrents: 0, unfetched: 0, more: false }
    );
}

async fn a_grab_that_was_purged_does_not_come_back_when_its_row_is_read_again(home: Home) {
    let store = store_in(&home).await;
    let row = || history(1, "Old", None);
    record(&store, vec![row()]).await;
    let claimed = store.claim_due(NOW, Duration::from_mins(1), 1).await.unwrap().unwrap();
    make_failed(&store, &claimed, NOW).await;
    assert_eq!(
        store.purge(after(1), &UNFETCHED).await.unwrap(),
        Purged { grabs: 1, torrents: 0, unfetched: 0, more: false }
    );
    store.forget_loose_ends(Duration::from_hours(72), after(2)).await.unwrap();
    assert_eq!(record(&store, vec![row()]).await, [Recorded::Known]);
    assert!(store.grabs(&GrabFilter::default(), 10, 0).await.unwrap().grabs.is_empty());
}

async fn loose_ends_are_forgotten_and_waiting_rows_are_not(home: Home) {
    let store = store_in(&home).await;
    let echo = || {
        let mut row = prowlarr_row(1, "Echo");
        row.requester.as_mut().unwrap().ourselves = true;
        row
    };
    record(&store, vec![echo(), prowlarr_row(2, "Waits")]).await;
    hold(&store, "alpha", 5, Reason::TimedOut).await;
    hold(&store, "beta", 50, Reason::TimedOut).await;
    // No reading has passed the rows yet, so the next one may meet them.
    store.forget_loose_ends(Duration::from_hours(1), after(10)).await.unwrap();
    assert_eq!(record(&store, vec![echo()]).await, [Recorded::Known]);
    let passed = cursor(prowlarr_row(1, "").app.as_str(), after(2 * 3600));
    store.record(Batch { cursor: Some(passed), ..Batch::default() }, after(2 * 3600)).await.unwrap();
    store.forget_loose_ends(Duration::from_hours(1), after(10 + 24 * 3600)).await.unwrap();
    assert_eq!(
        record(&store, vec![echo(), prowlarr_row(2, "Waits")]).await,
        [Recorded::OwnEcho, Recorded::Known]
    );
    let held: Vec<_> = store.held_indexers(NOW).await.unwrap().into_iter().map(|(key, _)| key).collect();
    assert_eq!(held, ["beta"]);
}

async fn what_nobody_fetched_is_kept_within_its_own_limits_and_its_purge_is_counted(home: Home) {
    let clock = Clock::system();
    let store = home.open(&clock).await;
    clock.advance(after(1_000).since(store.now().await.unwrap()));
    let feed = feed(&store, "All").await.id;
    for number in 1..=4 {
        ready(&store, number, after(u64::from(number) * 100)).await;
    }
    store.arrange_feed(feed, WINDOW, after(500)).await.unwrap();
    let waiting = store.unfetched(after(250)).await.unwrap().remove(0);
    assert_eq!((waiting.feed.as_str(), waiting.torrents, waiting.old), ("All", 4, 2));
    assert_eq!((waiting.reads, waiting.fetched_at), (0, None));
    let each = store.unfetched_bytes(Ts::MAX).await.unwrap() / 4;
    assert_eq!(
        store.unfetched_bytes(after(250)).await.unwrap(),
        each * 2,
        "newer ones are not past the retention"
    );

    // Room for three: the oldest goes, once it is past the retention.
    let room = UnfetchedLimits { kept_for: None, max_bytes: each * 3 };
    assert_eq!(store.purge(after(50), &room).await.unwrap(), Purged::default());
    let gone = Purged { grabs: 1, torrents: 1, unfetched: 1, more: false };
    assert_eq!(store.purge(after(500), &room).await.unwrap(), gone);
    assert_eq!(store.unfetched_purged(Ts::MIN).await.unwrap().0, 1);

    // A time of its own, counted from when it was stored.
    let now = store.now().await.unwrap();
    let until = |moment: Ts| UnfetchedLimits { kept_for: Some(now.since(moment)), max_bytes: u64::MAX };
    assert_eq!(store.purge(after(500), &until(after(150))).await.unwrap(), Purged::default());
    assert_eq!(store.purge(after(500), &until(after(250))).await.unwrap(), gone);
    assert_eq!(store.unfetched_purged(Ts::MIN).await.unwrap().0, 2);
    assert_eq!(store.unfetched(Ts::MIN).await.unwrap()[0].torrents, 2);
    sound(&store).await;
}

async fn a_revoked_feed_keeps_nothing(home: Home) {
    let store = store_in(&home).await;
    let feed = feed(&store, "All").await.name;
    ready(&store, 1, NOW).await;
    assert!(store.revoke_feed(&feed, after(1)).await.unwrap());
    assert_eq!(store.unfetched(Ts::MAX).await.unwrap(), []);
    let purged = store.purge(after(5), &UNFETCHED).await.unwrap();
    assert_eq!(purged, Purged { grabs: 1, torrents: 1, unfetched: 0, more: false });
}

async fn the_database_says_what_it_takes(home: Home) {
    let store = store_in(&home).await;
    let empty = store.size_bytes().await.unwrap();
    assert!(empty > 50_000, "{empty}");
    super::given::tamper(
        &home,
        "INSERT INTO throttle (subject, failures, last_at, blocked_until) \
         WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000) \
         SELECT 'invented:' || i, 1, 1800000005000 + i, 0 FROM n",
    )
    .await;
    let full = store.size_bytes().await.unwrap();
    assert!(full > empty + 500_000, "{empty} and {full}");
}
