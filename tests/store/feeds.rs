//! Feeds: made, found by token, polled, revoked.

use std::time::Duration;

use grabfeed::domain::feed::{FeedName, FeedPublicId};
use grabfeed::domain::feed_begin::FeedBegin;
use grabfeed::domain::feed_filter::FeedFilter;
use grabfeed::domain::sighting::Sighting;
use grabfeed::store::{Batch, FeedCounts, NewFeed, Polls, StoreError};

use super::given::{
    NOW, after, claim, feed, hash, history, make_ready, new_feed, ready, record, replicas, store_in, token,
    torrent,
};
use crate::support::database::{Home, both_engines};

both_engines! {
    a_feed_is_found_by_its_token_and_by_its_public_id,
    a_new_feed_queues_what_is_stored_and_passes_its_filter,
    a_feed_begins_where_it_is_told,
    a_torrent_and_a_feed_made_at_the_same_moment_find_each_other,
    a_name_is_taken_whatever_its_case_until_the_feed_is_revoked,
    a_revoked_feed_is_gone_with_its_ledger,
    polls_are_added_up,
    feeds_are_listed_by_name_in_the_same_order_on_both_engines,
}

fn name(text: &str) -> FeedName {
    FeedName::parse(text).unwrap()
}

async fn a_feed_is_found_by_its_token_and_by_its_public_id(home: Home) {
    let store = store_in(&home).await;
    let filter: FeedFilter = serde_json::from_str(r#"{"kinds":["radarr"],"title":"été"}"#).unwrap();
    let made = store.create_feed(new_feed("Séries", filter.clone()), NOW).await.unwrap();
    let found = store.feed_by_token(&token("Séries"), NOW).await.unwrap().unwrap();
    assert_eq!((found.id, found.name.as_str(), found.filter), (made.id, "Séries", filter));
    assert_eq!(
        (found.link_secret, found.token_shown, found.created_at),
        (vec![9; 32], made.token_shown, NOW)
    );
    assert_eq!((found.poll_count, found.last_used_at, found.last_client), (0, None, None));
    assert_eq!(store.feed_by_public_id(&made.public_id, NOW).await.unwrap().unwrap().id, made.id);
    assert!(store.feed_by_token(&[1; 32], NOW).await.unwrap().is_none());
    assert!(
        store.feed_by_public_id(&FeedPublicId::parse("unknown00").unwrap(), NOW).await.unwrap().is_none()
    );
}

async fn a_new_feed_queues_what_is_stored_and_passes_its_filter(home: Home) {
    let store = store_in(&home).await;
    for number in [1, 2, 12] {
        ready(&store, number, NOW).await;
    }
    let filter = FeedFilter { title: Some("release 1".to_owned()), ..FeedFilter::default() };
    let some = store.create_feed(new_feed("Some", filter), NOW).await.unwrap();
    ready(&store, 13, NOW).await;
    ready(&store, 3, NOW).await;
    for (number, listed) in [(1, true), (2, false), (12, true), (13, true), (3, false)] {
        assert_eq!(store.feed_torrent(some.id, &hash(number)).await.unwrap().is_some(), listed, "{number}");
    }
    assert_eq!(
        store.ledger_counts().await.unwrap(),
        [FeedCounts { feed: "Some".to_owned(), queued: 3, listed: 0, delivered: 0 }]
    );
}

async fn a_feed_begins_where_it_is_told(home: Home) {
    const DAY: u64 = 24 * 60 * 60;
    let store = store_in(&home).await;
    // Grabbed four days ago, and just now; one more is known and waits.
    for (number, days) in [(1, 4), (2, 0), (3, 0)] {
        let grabbed_at = NOW.minus(Duration::from_secs(days * DAY));
        let title = format!("Grabbed {days} days ago, {number}");
        record(&store, vec![Sighting { grabbed_at, ..history(number, &title, None) }]).await;
        if number < 3 {
            make_ready(&store, &claim(&store, NOW).await.unwrap(), torrent(number, "Alpha"), NOW).await;
        }
    }
    let made = after(10);
    let mut feeds = Vec::new();
    for begins in [FeedBegin::Everything, FeedBegin::Days(5), FeedBegin::Days(3), FeedBegin::Now] {
        let new = NewFeed { begins, ..new_feed(&begins.to_string(), FeedFilter::default()) };
        feeds.push(store.create_feed(new, made).await.unwrap().id);
    }
    let counts = async || {
        let mut counts = Vec::new();
        for feed in &feeds {
            counts.push(store.feed_item_count(*feed).await.unwrap());
        }
        counts
    };
    assert_eq!(counts().await, [2, 2, 1, 0]);
    // What waited was grabbed before.
    make_ready(&store, &claim(&store, made).await.unwrap(), torrent(3, "Alpha"), made).await;
    assert_eq!(counts().await, [3, 3, 2, 0]);
    // What is heard of from now on is new, whatever the clock of its app says.
    let grabbed_at = NOW.minus(Duration::from_secs(9 * DAY));
    let late = Sighting { grabbed_at, ..history(4, "From a clock that is late", None) };
    store.record(Batch { sightings: vec![late], ..Batch::default() }, made).await.unwrap();
    make_ready(&store, &claim(&store, made).await.unwrap(), torrent(4, "Alpha"), made).await;
    assert_eq!(counts().await, [4, 4, 3, 1]);
    let name = name("now");
    assert!(!store.had_feed(&name).await.unwrap());
    store.revoke_feed(&name, made).await.unwrap();
    assert!(store.had_feed(&name).await.unwrap());
}

async fn a_torrent_and_a_feed_made_at_the_same_moment_find_each_other(home: Home) {
    let [store, other] = replicas(&home).await;
    for number in 0..8 {
        let name = format!("Feed {number}");
        let (made, _) = tokio::join!(feed(&other, &name), ready(&store, number, NOW));
        assert!(store.feed_torrent(made.id, &hash(number)).await.unwrap().is_some(), "round {number}");
    }
}

async fn a_name_is_taken_whatever_its_case_until_the_feed_is_revoked(home: Home) {
    let store = store_in(&home).await;
    feed(&store, "Été").await;
    let again = store.create_feed(new_feed("ÉTÉ", FeedFilter::default()), NOW).await;
    assert!(matches!(again, Err(StoreError::NameTaken)), "{again:?}");
    assert_eq!(again.unwrap_err().kind(), "name_taken");
    let same_token =
        grabfeed::store::NewFeed { token_hash: token("Été"), ..new_feed("Other", FeedFilter::default()) };
    let clash = store.create_feed(same_token, NOW).await;
    assert!(matches!(clash, Err(StoreError::Engine(_))), "a token that exists twice is no taken name");
    assert!(store.revoke_feed(&name("été"), after(1)).await.unwrap());
    store.create_feed(new_feed("ÉTÉ", FeedFilter::default()), NOW).await.unwrap();
}

async fn a_revoked_feed_is_gone_with_its_ledger(home: Home) {
    let store = store_in(&home).await;
    let made = feed(&store, "All").await;
    ready(&store, 1, NOW).await;
    assert!(store.revoke_feed(&name("All"), NOW).await.unwrap());
    assert!(!store.revoke_feed(&name("All"), NOW).await.unwrap());
    assert!(store.feed_by_token(&token("All"), NOW).await.unwrap().is_none());
    assert!(store.feed_by_public_id(&made.public_id, NOW).await.unwrap().is_none());
    assert!(store.feed_torrent(made.id, &hash(1)).await.unwrap().is_none());
    assert!(store.feeds().await.unwrap().is_empty());
    ready(&store, 2, NOW).await;
    assert!(store.feed_torrent(made.id, &hash(2)).await.unwrap().is_none());
}

async fn polls_are_added_up(home: Home) {
    let store = store_in(&home).await;
    let made = feed(&store, "All").await;
    let polls = |count, at, client: Option<&str>| {
        [Polls { feed: made.id, count, last_at: after(at), client: client.map(str::to_owned) }]
    };
    store.count_polls(&polls(3, 1, Some("qBittorrent/5"))).await.unwrap();
    store.count_polls(&polls(2, 9, None)).await.unwrap();
    store.count_polls(&[]).await.unwrap();
    let feed = &store.feeds().await.unwrap()[0];
    assert_eq!((feed.poll_count, feed.last_used_at, feed.last_client.as_deref()), (5, Some(after(9)), None));
}

async fn feeds_are_listed_by_name_in_the_same_order_on_both_engines(home: Home) {
    let store = store_in(&home).await;
    for name in ["b", "Z", "a", "é", "A 2"] {
        feed(&store, name).await;
    }
    let names: Vec<_> = store.feeds().await.unwrap().into_iter().map(|feed| feed.name.to_string()).collect();
    assert_eq!(names, ["a", "A 2", "b", "Z", "é"]);
}
