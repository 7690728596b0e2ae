//! How attempts end: what is written goes together, and what cannot be written leaves nothing behind.

use grabfeed::domain::grab::{Grab, GrabState};
use grabfeed::domain::ids::{GrabId, TorrentId};
use grabfeed::domain::reason::Reason;
use grabfeed::store::{Claimed, Ending, GrabFilter, NewTorrent, Recorded, Store, TorrentBody};

use super::given::{
    NOW, after, app, claim, ended, feed, given_up, hash, history, make_failed, make_ready, pending, ready,
    record, retry, store_in, torrent, webhook,
};
use crate::support::database::{Home, both_engines};

both_engines! {
    a_ready_grab_has_its_torrent_its_place_in_the_feeds_and_its_timeline,
    a_torrent_that_is_stored_already_serves_another_grab,
    a_resolution_that_cannot_be_written_leaves_nothing_behind,
    a_retry_says_when_and_why_and_counts_only_what_cost_someone,
    a_failed_or_skipped_grab_has_a_reason_and_can_be_retried,
    a_pending_grab_can_be_retried_before_its_time,
    a_link_that_came_during_an_attempt_without_one_makes_the_grab_due_at_once,
    the_first_verified_bytes_win,
    verified_bytes_replace_a_magnet,
    two_trackers_files_with_the_same_hash_are_kept_apart,
    grabs_are_listed_counted_and_filtered,
}

async fn grab(store: &Store, id: GrabId) -> Grab {
    store.grab(id).await.unwrap().unwrap()
}

async fn resolve(store: &Store, claimed: &Claimed, resolution: Ending) -> bool {
    store.resolve(claimed, ended(resolution), after(1)).await.unwrap().is_some()
}

async fn bytes(store: &Store, id: TorrentId) -> Option<Vec<u8>> {
    store.torrent(id).await.unwrap().unwrap().bytes
}

async fn a_ready_grab_has_its_torrent_its_place_in_the_feeds_and_its_timeline(home: Home) {
    let store = store_in(&home).await;
    let feed = feed(&store, "All").await;
    let (id, torrent) = ready(&store, 1, NOW).await;
    let grab = grab(&store, id).await;
    assert_eq!((grab.state, grab.torrent, grab.attempts), (GrabState::Ready, Some(torrent), 1));
    assert_eq!((grab.finished_at, grab.next_attempt_at, grab.reason), (Some(NOW), None, None));
    let stored = store.torrent(torrent).await.unwrap().unwrap();
    assert_eq!(
        (stored.name.as_str(), stored.bytes.as_deref()),
        ("Content 1", Some(&b"bytes of 1 from Alpha"[..]))
    );
    assert_eq!(store.feed_torrent(feed.id, &hash(1)).await.unwrap(), Some(torrent));
    assert_eq!(store.torrent_totals().await.unwrap(), (1, 21));
    let timeline = store.attempts(id).await.unwrap();
    assert_eq!(
        (timeline.len(), timeline[0].outcome.as_str(), timeline[0].duration.as_millis()),
        (1, "ready", 12)
    );
    assert!(store.torrent(TorrentId(torrent.0 + 1)).await.unwrap().is_none());
}

async fn a_torrent_that_is_stored_already_serves_another_grab(home: Home) {
    let store = store_in(&home).await;
    let (_, stored) = ready(&store, 1, NOW).await;
    assert_eq!(store.find_torrent(&hash(1), Some("alpha (Prowlarr)")).await.unwrap(), Some(stored));
    assert_eq!(store.find_torrent(&hash(1), None).await.unwrap(), Some(stored));
    assert_eq!(store.find_torrent(&hash(1), Some("Beta")).await.unwrap(), None);
    let id = pending(&store, 2, "Alpha").await;
    let claimed = claim(&store, NOW).await.unwrap();
    assert!(resolve(&store, &claimed, Ending::AlreadyStored(stored)).await);
    assert_eq!(grab(&store, id).await.torrent, Some(stored));
}

async fn a_resolution_that_cannot_be_written_leaves_nothing_behind(home: Home) {
    let store = store_in(&home).await;
    let id = pending(&store, 1, "Alpha").await;
    let claimed = claim(&store, NOW).await.unwrap();
    let gone = Ending::AlreadyStored(TorrentId(404));
    assert!(store.resolve(&claimed, ended(gone), after(1)).await.is_err());
    assert_eq!(grab(&store, id).await.state, GrabState::Pending);
    assert_eq!(store.attempts(id).await.unwrap().len(), 0);
    assert!(claim(&store, after(1)).await.is_none(), "the lease stands");
    assert!(resolve(&store, &claimed, Ending::Ready(torrent(1, "Alpha"))).await);
}

async fn a_retry_says_when_and_why_and_counts_only_what_cost_someone(home: Home) {
    let store = store_in(&home).await;
    let id = pending(&store, 1, "Alpha").await;
    for (counts, attempts) in [(true, 1), (false, 1), (true, 2)] {
        let claimed = claim(&store, NOW).await.unwrap();
        let retry = retry(NOW, Reason::IndexerError, counts);
        assert!(resolve(&store, &claimed, retry).await);
        let grab = grab(&store, id).await;
        assert_eq!((grab.state, grab.reason), (GrabState::Pending, Some(Reason::IndexerError)));
        assert_eq!((grab.next_attempt_at, grab.attempts), (Some(NOW), attempts));
    }
    let timeline = store.attempts(id).await.unwrap();
    assert!(timeline.iter().all(|attempt| attempt.next_attempt_at == Some(NOW)));
    assert_eq!(timeline.len(), 3);
}

async fn a_failed_or_skipped_grab_has_a_reason_and_can_be_retried(home: Home) {
    let store = store_in(&home).await;
    for (number, resolution, state, reason) in [
        (1, given_up(Reason::Gone), GrabState::Failed, Reason::Gone),
        (2, Ending::Skipped(Reason::Usenet), GrabState::Skipped, Reason::Usenet),
    ] {
        let id = pending(&store, number, "Alpha").await;
        let claimed = claim(&store, NOW).await.unwrap();
        assert!(resolve(&store, &claimed, resolution).await);
        let done = grab(&store, id).await;
        assert_eq!((done.state, done.reason, done.finished_at), (state, Some(reason), Some(after(1))));
        assert!(store.retry_grab(id, after(5)).await.unwrap());
        let claimed = claim(&store, after(5)).await.unwrap();
        assert_eq!((claimed.grab.id, claimed.grab.attempts, claimed.round_since), (id, 0, after(5)));
        make_ready(&store, &claimed, torrent(number, "Alpha"), after(6)).await;
        assert!(!store.retry_grab(id, after(7)).await.unwrap(), "it is ready");
    }
}

async fn a_link_that_came_during_an_attempt_without_one_makes_the_grab_due_at_once(home: Home) {
    let store = store_in(&home).await;
    let later = || retry(after(900), Reason::AwaitingHistory, false);
    for (number, resolution) in [(1, later()), (2, given_up(Reason::GaveUp))] {
        let title = format!("Film {number}");
        let Recorded::New(id) = record(&store, vec![webhook(&title, None)]).await[0] else { panic!("new") };
        let claimed = claim(&store, after(2)).await.unwrap();
        assert!(claimed.grab.link.is_none());
        record(&store, vec![history(number, &title, None)]).await;
        assert!(claim(&store, after(3)).await.is_none(), "it is still in work");
        assert!(resolve(&store, &claimed, resolution).await);
        let again = claim(&store, after(3)).await.expect("due at once");
        assert_eq!(again.grab.id, id);
        assert!(again.grab.link.is_some());
        assert!(resolve(&store, &again, later()).await);
        assert_eq!(grab(&store, id).await.next_attempt_at, Some(after(900)), "this attempt had the link");
    }
}

/// Stores a torrent for a new grab.
async fn store_torrent(store: &Store, number: u32, torrent: NewTorrent) -> TorrentId {
    let id = pending(store, number, "Alpha").await;
    let claimed = claim(store, NOW).await.unwrap();
    make_ready(store, &claimed, torrent, NOW).await;
    grab(store, id).await.torrent.unwrap()
}

async fn the_first_verified_bytes_win(home: Home) {
    let store = store_in(&home).await;
    let first = store_torrent(&store, 1, torrent(1, "Alpha")).await;
    let other_bytes =
        NewTorrent { body: TorrentBody::File(b"others".to_vec()), ..torrent(1, "alpha (Prowlarr)") };
    assert_eq!(store_torrent(&store, 2, other_bytes).await, first);
    let magnet = NewTorrent { body: TorrentBody::Magnet("magnet:?xt=1".to_owned()), ..torrent(1, "Alpha") };
    assert_eq!(store_torrent(&store, 3, magnet).await, first);
    assert_eq!(bytes(&store, first).await.as_deref(), Some(&b"bytes of 1 from Alpha"[..]));
}

async fn verified_bytes_replace_a_magnet(home: Home) {
    let store = store_in(&home).await;
    let made = feed(&store, "All").await;
    let magnet = NewTorrent { body: TorrentBody::Magnet("magnet:?xt=1".to_owned()), ..torrent(1, "Alpha") };
    let id = store_torrent(&store, 1, magnet).await;
    assert_eq!(bytes(&store, id).await, None);
    assert_eq!(store.find_torrent(&hash(1), None).await.unwrap(), None, "a magnet is no file");
    let version = store.feeds().await.unwrap()[0].version;
    assert_eq!(store_torrent(&store, 2, torrent(1, "Alpha")).await, id);
    assert_eq!(bytes(&store, id).await.as_deref(), Some(&b"bytes of 1 from Alpha"[..]));
    assert!(store.feed_by_public_id(&made.public_id, NOW).await.unwrap().unwrap().version > version);
}

async fn two_trackers_files_with_the_same_hash_are_kept_apart(home: Home) {
    let store = store_in(&home).await;
    let alpha = store_torrent(&store, 1, torrent(1, "Alpha")).await;
    let beta = store_torrent(&store, 2, torrent(1, "Beta")).await;
    assert_ne!(alpha, beta);
    assert_eq!(bytes(&store, alpha).await.as_deref(), Some(&b"bytes of 1 from Alpha"[..]));
    assert_eq!(bytes(&store, beta).await.as_deref(), Some(&b"bytes of 1 from Beta"[..]));
    assert_eq!(store.find_torrent(&hash(1), Some("Beta")).await.unwrap(), Some(beta));
}

async fn grabs_are_listed_counted_and_filtered(home: Home) {
    let store = store_in(&home).await;
    assert!(store.grab_counts().await.unwrap().is_empty());
    let (first, _) = ready(&store, 1, NOW).await;
    let second = pending(&store, 2, "Alpha").await;
    make_failed(&store, &claim(&store, NOW).await.unwrap(), after(9)).await;
    let third = pending(&store, 3, "Alpha").await;
    let page = store.grabs(&GrabFilter::default(), 2, 0).await.unwrap();
    assert_eq!((page.total, page.grabs.iter().map(|grab| grab.id).collect()), (3, vec![third, second]));
    let rest = store.grabs(&GrabFilter::default(), 2, 2).await.unwrap();
    assert_eq!(rest.grabs.iter().map(|grab| grab.id).collect::<Vec<_>>(), [first]);
    let failed =
        GrabFilter { state: Some(GrabState::Failed), app: Some(app("radarr")), ..GrabFilter::default() };
    assert_eq!(store.grabs(&failed, 10, 0).await.unwrap().total, 1);
    let others = GrabFilter { app: Some(app("sonarr")), ..GrabFilter::default() };
    assert_eq!(store.grabs(&others, 10, 0).await.unwrap().total, 0);
    let counts: Vec<_> = store.grab_counts().await.unwrap();
    let counts: Vec<_> = counts.iter().map(|one| (one.state, one.grabs, one.oldest)).collect();
    assert_eq!(
        counts,
        [GrabState::Failed, GrabState::Pending, GrabState::Ready].map(|state| (state, 1, NOW))
    );
    assert_eq!(store.oldest_without_link(&app("radarr")).await.unwrap(), None);
    record(&store, vec![webhook("Linkless", None)]).await;
    assert_eq!(store.oldest_without_link(&app("radarr")).await.unwrap(), Some(NOW));
}

async fn a_pending_grab_can_be_retried_before_its_time(home: Home) {
    let store = store_in(&home).await;
    let id = pending(&store, 1, "Alpha").await;
    let claimed = claim(&store, NOW).await.unwrap();
    assert!(resolve(&store, &claimed, retry(after(7200), Reason::IndexerError, true)).await);
    assert!(claim(&store, after(5)).await.is_none());
    assert!(store.retry_grab(id, after(5)).await.unwrap());
    let again = claim(&store, after(5)).await.unwrap();
    assert_eq!((again.grab.attempts, again.grab.retried, again.round_since), (0, true, after(5)));
}
