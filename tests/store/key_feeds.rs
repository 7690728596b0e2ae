//! The feeds behind the predecessor's paths: one per key and indexer, and none without its key.

use std::time::Duration;

use grabfeed::domain::feed_filter::FeedFilter;
use grabfeed::domain::ids::KeyId;
use grabfeed::domain::time::Ts;
use grabfeed::store::{Feed, KeyFeed, NewApiKey, Purged, Store};

use super::given::{
    NOW, UNFETCHED, after, claim, feed, hash, make_ready, new_feed, pending, ready, replicas, store_in,
    token, torrent,
};
use crate::support::database::{Home, both_engines};

both_engines! {
    each_key_and_indexer_has_one_feed_whatever_the_number_of_askers,
    a_feed_of_a_key_has_its_own_ledger_and_only_its_indexer,
    a_feed_of_a_key_is_opened_by_no_token_and_is_not_revoked_by_name,
    a_revoked_key_takes_its_feeds_and_their_ledgers_with_it,
    an_expired_key_opens_no_links_and_its_feeds_hold_nothing_back,
    a_key_has_a_bounded_number_of_feeds,
    the_indexers_are_those_of_grabs_and_torrents,
    of_two_trackers_files_the_first_stored_is_given_and_never_a_magnet,
}

async fn key(store: &Store, name: &str, hash: u8, expires_at: Option<Ts>) -> KeyId {
    let key = NewApiKey {
        name: name.to_owned(),
        key_hash: [hash; 32],
        key_shown: "gfk_…1234".to_owned(),
        scopes: "feed".parse().unwrap(),
        expires_at,
    };
    store.create_key(key, NOW).await.unwrap()
}

fn of(key: KeyId, indexer: Option<&str>) -> KeyFeed {
    KeyFeed { key, indexer_key: indexer.map(str::to_owned) }
}

/// `unique` becomes the public id and the token that nobody is given.
async fn open(store: &Store, which: &KeyFeed, unique: &str, now: Ts) -> Option<Feed> {
    let filter =
        FeedFilter { indexers: which.indexer_key.iter().cloned().collect(), ..FeedFilter::default() };
    store.open_feed_of_key(which, new_feed(unique, filter), now).await.unwrap()
}

async fn each_key_and_indexer_has_one_feed_whatever_the_number_of_askers(home: Home) {
    let [store, other] = replicas(&home).await;
    let [one, two] = [key(&store, "one", 1, None).await, key(&store, "two", 2, None).await];
    let all = of(one, None);
    assert!(store.feed_of_key(&all).await.unwrap().is_none());
    let (a, b) = tokio::join!(open(&store, &all, "a", NOW), open(&other, &all, "b", NOW));
    let id = a.unwrap().id;
    assert_eq!(b.unwrap().id, id);
    assert_eq!(other.feed_of_key(&all).await.unwrap().unwrap().id, id);
    let mut ids = vec![id];
    for (which, unique) in
        [(of(one, Some("alpha")), "c"), (of(two, None), "d"), (of(two, Some("alpha")), "e")]
    {
        ids.push(open(&store, &which, unique, NOW).await.unwrap().id);
    }
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 4);
    let listed = store.feeds().await.unwrap();
    let names: Vec<_> = listed.iter().filter_map(|feed| feed.key_name.as_deref()).collect();
    assert_eq!((listed.len(), names.iter().filter(|name| **name == "one").count()), (4, 2), "{names:?}");
}

async fn a_feed_of_a_key_has_its_own_ledger_and_only_its_indexer(home: Home) {
    let store = store_in(&home).await;
    let [one, two] = [key(&store, "one", 1, None).await, key(&store, "two", 2, None).await];
    ready(&store, 1, NOW).await;
    let alpha = open(&store, &of(one, Some("alpha")), "a", NOW).await.unwrap();
    let beta = open(&store, &of(one, Some("beta")), "b", NOW).await.unwrap();
    let all = open(&store, &of(two, None), "c", NOW).await.unwrap();
    let (_, second) = ready(&store, 2, NOW).await;
    for number in [1, 2] {
        for (feed, listed) in [(&alpha, true), (&beta, false), (&all, true)] {
            assert_eq!(
                store.feed_torrent(feed.id, &hash(number)).await.unwrap().is_some(),
                listed,
                "{number}"
            );
        }
    }
    assert!(store.deliver(alpha.id, second, None, NOW).await.unwrap());
    assert!(store.deliver(all.id, second, None, NOW).await.unwrap(), "the other key has not had it yet");
}

async fn a_feed_of_a_key_is_opened_by_no_token_and_is_not_revoked_by_name(home: Home) {
    let store = store_in(&home).await;
    let which = of(key(&store, "one", 1, None).await, None);
    let made = open(&store, &which, "a", NOW).await.unwrap();
    assert!(store.feed_by_token(&token("a"), NOW).await.unwrap().is_none());
    assert!(!store.rotate_feed(&made.name, [3; 32], String::new(), after(9), NOW).await.unwrap());
    assert!(!store.revoke_feed(&made.name, NOW).await.unwrap());
    // A person's feed may have the same name.
    assert_eq!(feed(&store, "A").await.name.key(), made.name.key());
    assert!(store.revoke_feed(&made.name, NOW).await.unwrap());
    assert_eq!(store.feed_of_key(&which).await.unwrap().unwrap().id, made.id);
}

async fn a_revoked_key_takes_its_feeds_and_their_ledgers_with_it(home: Home) {
    let store = store_in(&home).await;
    let [one, two] = [key(&store, "one", 1, None).await, key(&store, "two", 2, None).await];
    ready(&store, 1, NOW).await;
    let lost = open(&store, &of(one, None), "a", NOW).await.unwrap();
    let kept = open(&store, &of(two, None), "b", NOW).await.unwrap();
    assert!(crate::support::keys::revoke_named(&store, "one", NOW).await);
    assert!(store.feed_by_public_id(&lost.public_id, NOW).await.unwrap().is_none());
    assert!(store.feed_of_key(&of(one, None)).await.unwrap().is_none());
    assert!(store.feed_torrent(lost.id, &hash(1)).await.unwrap().is_none());
    assert!(open(&store, &of(one, None), "c", NOW).await.is_none(), "none is made for it any more");
    assert!(store.feed_by_public_id(&kept.public_id, NOW).await.unwrap().is_some());
    assert_eq!(store.feeds().await.unwrap().len(), 1);
}

async fn an_expired_key_opens_no_links_and_its_feeds_hold_nothing_back(home: Home) {
    let store = store_in(&home).await;
    let which = of(key(&store, "short", 1, Some(after(10))).await, None);
    ready(&store, 1, NOW).await;
    let made = open(&store, &which, "a", NOW).await.unwrap();
    assert!(store.feed_by_public_id(&made.public_id, after(9)).await.unwrap().is_some());
    assert!(store.feed_by_public_id(&made.public_id, after(10)).await.unwrap().is_none());
    assert!(open(&store, &of(which.key, Some("alpha")), "b", after(10)).await.is_none());
    assert_eq!(
        store.purge(after(20), &UNFETCHED).await.unwrap(),
        Purged::default(),
        "it waits for its client"
    );
    store.forget_loose_ends(Duration::from_hours(1), after(9)).await.unwrap();
    assert_eq!(store.feeds().await.unwrap().len(), 1);
    store.forget_loose_ends(Duration::from_hours(1), after(10)).await.unwrap();
    assert!(store.feeds().await.unwrap().is_empty());
    assert_eq!(store.purge(after(20), &UNFETCHED).await.unwrap().torrents, 1);
}

async fn a_key_has_a_bounded_number_of_feeds(home: Home) {
    let store = store_in(&home).await;
    let [one, two] = [key(&store, "one", 1, None).await, key(&store, "two", 2, None).await];
    for number in 0..KeyFeed::MAX_PER_KEY {
        let indexer = format!("indexer {number}");
        assert!(open(&store, &of(one, Some(&indexer)), &indexer, NOW).await.is_some(), "{number}");
    }
    assert!(open(&store, &of(one, None), "one too many", NOW).await.is_none());
    assert!(open(&store, &of(one, Some("indexer 0")), "again", NOW).await.is_some(), "what is there stays");
    assert!(open(&store, &of(two, None), "another key's", NOW).await.is_some());
}

async fn the_indexers_are_those_of_grabs_and_torrents(home: Home) {
    let store = store_in(&home).await;
    assert!(store.indexer_keys().await.unwrap().is_empty());
    pending(&store, 1, "Zeta (Prowlarr)").await;
    pending(&store, 2, "zeta").await;
    pending(&store, 3, "").await;
    pending(&store, 4, "Été").await;
    assert_eq!(store.indexer_keys().await.unwrap(), ["zeta", "été"]);
}

async fn of_two_trackers_files_the_first_stored_is_given_and_never_a_magnet(home: Home) {
    let store = store_in(&home).await;
    for (grab, indexer) in [(10, "Zeta"), (11, "Alpha")] {
        pending(&store, grab, indexer).await;
        let claimed = claim(&store, NOW).await.unwrap();
        make_ready(&store, &claimed, torrent(1, indexer), NOW).await;
    }
    let found = store.torrent_by_infohash(&hash(1)).await.unwrap().unwrap();
    assert_eq!(found.bytes.as_deref(), Some(&b"bytes of 1 from Zeta"[..]));
    assert_eq!(found.name, "Content 1");
    pending(&store, 2, "Alpha").await;
    let claimed = claim(&store, NOW).await.unwrap();
    let body = grabfeed::store::TorrentBody::Magnet("magnet:?xt=urn:btih:00".to_owned());
    make_ready(&store, &claimed, grabfeed::store::NewTorrent { body, ..torrent(2, "Alpha") }, NOW).await;
    assert!(store.torrent_by_infohash(&hash(2)).await.unwrap().is_none());
    assert!(store.torrent_by_infohash(&hash(3)).await.unwrap().is_none());
}
