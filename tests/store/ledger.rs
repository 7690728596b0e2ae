//! The delivery ledger: bursts reach a client that keeps few items, dates only rise, nothing is dated twice.

use std::collections::{BTreeMap, BTreeSet};

use grabfeed::domain::ids::{FeedId, TorrentId};
use grabfeed::domain::time::Ts;
use grabfeed::store::{FeedCounts, Listing, Store, StoreError};

use super::given::{
    NOW, after, claim, feed, hash, history, make_ready, ready, record, replicas, store_in, torrent,
};
use crate::support::database::{Home, both_engines};

fn counts(feed: &str, queued: u64, listed: u64, delivered: u64) -> FeedCounts {
    FeedCounts { feed: feed.to_owned(), queued, listed, delivered }
}

both_engines! {
    a_burst_of_120_reaches_a_client_that_keeps_50,
    what_is_new_takes_the_place_of_what_was_read_and_left,
    an_item_fetched_before_it_was_listed_takes_no_place,
    a_review_makes_only_feeds_in_which_an_item_waits_render_anew,
    a_title_that_two_torrents_share_is_made_unique,
    the_same_torrent_from_two_indexers_is_listed_once,
    requests_on_two_replicas_at_once_date_no_item_twice,
    a_feed_that_does_not_exist_is_an_error,
}

const WINDOW: usize = 50;

async fn arrange(store: &Store, feed: FeedId, window: usize, now: Ts) -> Listing {
    let listing = store.arrange_feed(feed, window, now).await.unwrap();
    assert!(listing.items.len() <= window);
    assert!(listing.items.is_sorted_by(|a, b| a.pub_at > b.pub_at), "newest first, no equal dates");
    listing
}

async fn a_burst_of_120_reaches_a_client_that_keeps_50(home: Home) {
    let store = store_in(&home).await;
    let feed = feed(&store, "All").await.id;
    for number in 0..120 {
        ready(&store, number, NOW).await;
    }
    let mut dates = BTreeMap::new();
    let mut delivered = BTreeSet::new();
    let mut latest = Ts::MIN;
    for poll in 0..4 {
        let now = after(poll * 1_800);
        let listing = arrange(&store, feed, WINDOW, now).await;
        let fetched = delivered.len();
        for item in listing.items.iter().rev() {
            assert_eq!(item.infohash.to_string().len(), 40);
            assert_eq!((item.category.as_str(), item.total_bytes), ("Movies", 1_000));
            assert_eq!((item.indexer.as_deref(), item.magnet.as_deref()), (Some("Alpha"), None));
            let new = !dates.contains_key(&item.torrent);
            assert!(!new || item.pub_at > latest, "a new item is newer than all before it");
            assert_eq!(
                *dates.entry(item.torrent).or_insert(item.pub_at),
                item.pub_at,
                "a date never changes"
            );
            latest = latest.max(item.pub_at);
            let first = store.deliver(feed, item.torrent, Some("qBittorrent/5"), now).await.unwrap();
            assert_eq!(first, delivered.insert(item.torrent));
        }
        let again = arrange(&store, feed, WINDOW, now).await;
        let changed = delivered.len() > fetched;
        assert_eq!(
            again.version > listing.version,
            changed,
            "what was fetched makes the next request render anew"
        );
    }
    assert_eq!(delivered.len(), 120);
    assert_eq!(store.ledger_counts().await.unwrap(), [counts("All", 0, 0, 120)]);
}

async fn what_is_new_takes_the_place_of_what_was_read_and_left(home: Home) {
    let store = store_in(&home).await;
    let feed = feed(&store, "All").await.id;
    let mut torrents = Vec::new();
    for number in 0..3 {
        torrents.push(ready(&store, number, NOW).await.1);
    }
    let listed = |listing: &Listing| listing.items.iter().map(|item| item.torrent).collect::<Vec<_>>();
    let first = arrange(&store, feed, 2, NOW).await;
    assert_eq!(listed(&first), [torrents[2], torrents[1]], "the newest first");
    assert_eq!(first.to_be_read, [torrents[1], torrents[2]]);
    assert_eq!(store.ledger_counts().await.unwrap(), [counts("All", 1, 2, 0)]);
    assert_eq!(listed(&arrange(&store, feed, 2, after(60)).await), listed(&first), "it was not read");
    store.note_reading(feed, &first.to_be_read).await.unwrap();
    let second = arrange(&store, feed, 2, after(120)).await;
    assert!(second.version > first.version, "an item waited for the reading");
    assert_eq!(listed(&second), [torrents[0], torrents[2]], "what waited is dated after what was listed");
    assert_eq!(second.to_be_read, [torrents[0], torrents[2]]);
    for _ in 0..3 {
        store.note_reading(feed, &second.to_be_read).await.unwrap();
    }
    let third = arrange(&store, feed, 2, after(180)).await;
    assert_eq!(third.version, second.version, "nothing waits");
    assert_eq!(listed(&third), [torrents[0], torrents[1]], "what was read once comes before what was left");
    assert_eq!(third.to_be_read, [torrents[1]]);
    store.deliver(feed, torrents[1], None, after(181)).await.unwrap();
    let last = arrange(&store, feed, 2, after(182)).await;
    assert_eq!(listed(&last), [torrents[0], torrents[2]], "what was left comes back before what was fetched");
}

async fn an_item_fetched_before_it_was_listed_takes_no_place(home: Home) {
    let store = store_in(&home).await;
    let feed = feed(&store, "All").await.id;
    let mut torrents = Vec::new();
    for number in 0..3 {
        torrents.push(ready(&store, number, NOW).await.1);
    }
    store.deliver(feed, torrents[0], None, NOW).await.unwrap();
    assert!(store.deliver(feed, torrents[1], None, NOW).await.unwrap());
    assert!(!store.deliver(feed, TorrentId(404), None, NOW).await.unwrap());
    assert!(!store.deliver(FeedId(404), torrents[1], None, NOW).await.unwrap());
    let listing = arrange(&store, feed, 1, NOW).await;
    assert_eq!(listing.items.iter().map(|item| item.torrent).collect::<Vec<_>>(), [torrents[2]]);
    assert_eq!(store.ledger_counts().await.unwrap(), [counts("All", 0, 1, 2)]);
}

async fn a_review_makes_only_feeds_in_which_an_item_waits_render_anew(home: Home) {
    let store = store_in(&home).await;
    let all = feed(&store, "All").await.id;
    ready(&store, 1, NOW).await;
    feed(&store, "Empty").await;
    store
        .create_feed(
            super::given::new_feed("None", serde_json::from_str(r#"{"title":"x{9}"}"#).unwrap()),
            NOW,
        )
        .await
        .unwrap();
    let versions = async |store: &Store| {
        let feeds = store.feeds().await.unwrap();
        feeds.into_iter().map(|feed| feed.version).collect::<Vec<_>>()
    };
    let before = versions(&store).await;
    store.review_feeds().await.unwrap();
    assert_eq!(
        versions(&store).await,
        [before[0] + 1, before[1] + 1, before[2]],
        "All and Empty were filled"
    );
    arrange(&store, all, WINDOW, NOW).await;
    store.review_feeds().await.unwrap();
    assert_eq!(versions(&store).await, [before[0] + 1, before[1] + 2, before[2]]);
}

async fn a_title_that_two_torrents_share_is_made_unique(home: Home) {
    let store = store_in(&home).await;
    let feed = feed(&store, "All").await.id;
    for number in [1, 2] {
        let indexer = format!("Indexer {number}");
        let mut sighting = history(number, "Same Title", None);
        sighting.indexer = Some(indexer.clone());
        record(&store, vec![sighting]).await;
        make_ready(&store, &claim(&store, NOW).await.unwrap(), torrent(number, &indexer), NOW).await;
    }
    let listing = arrange(&store, feed, WINDOW, NOW).await;
    let titles: Vec<_> = listing.items.iter().map(|item| item.title.clone()).collect();
    assert_eq!(titles, [format!("Same Title [{}]", &hash(2).to_string()[..8]), "Same Title".to_owned()]);
}

async fn the_same_torrent_from_two_indexers_is_listed_once(home: Home) {
    let store = store_in(&home).await;
    let feed = feed(&store, "All").await.id;
    for indexer in ["Alpha", "Beta"] {
        super::given::pending(&store, u32::from(indexer == "Beta"), indexer).await;
        let claimed = claim(&store, NOW).await.unwrap();
        make_ready(&store, &claimed, torrent(7, indexer), NOW).await;
    }
    assert_eq!(arrange(&store, feed, WINDOW, NOW).await.items.len(), 1);
}

async fn requests_on_two_replicas_at_once_date_no_item_twice(home: Home) {
    let replicas = replicas(&home).await;
    let store = &replicas[0];
    let feed = feed(store, "All").await.id;
    for number in 0..20 {
        ready(store, number, NOW).await;
    }
    let request = |number: usize| {
        let store = replicas[number % 2].clone();
        tokio::spawn(async move { arrange(&store, feed, WINDOW, NOW).await })
    };
    let mut dates: BTreeMap<_, BTreeSet<Ts>> = BTreeMap::new();
    for task in (0..12).map(request).collect::<Vec<_>>() {
        for item in task.await.unwrap().items {
            dates.entry(item.torrent).or_default().insert(item.pub_at);
        }
    }
    assert_eq!(dates.len(), 20);
    assert!(dates.values().all(|dates| dates.len() == 1));
    assert_eq!(dates.values().flatten().collect::<BTreeSet<_>>().len(), 20);
}

async fn a_feed_that_does_not_exist_is_an_error(home: Home) {
    let store = store_in(&home).await;
    assert!(matches!(store.arrange_feed(FeedId(404), WINDOW, NOW).await, Err(StoreError::Engine(_))));
}
