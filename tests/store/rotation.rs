//! A feed's token is changed; what hangs on the feed is not.

use grabfeed::domain::feed::FeedName;
use grabfeed::store::Store;

use super::given::{NOW, after, feed, hash, ready, store_in, token};
use crate::support::database::{Home, both_engines};

both_engines! {
    the_former_token_works_until_its_moment_and_the_feed_stays_the_same,
    a_second_rotation_ends_the_token_before_the_last,
    a_rotation_without_overlap_ends_the_old_token_at_once,
    what_is_not_there_or_was_revoked_is_not_rotated,
}

async fn opens(store: &Store, which: &str, seconds: u64) -> bool {
    store.feed_by_token(&token(which), after(seconds)).await.unwrap().is_some()
}

async fn rotate(store: &Store, to: &str, until: u64, now: u64) -> bool {
    let name = FeedName::parse("ALL").unwrap();
    store.rotate_feed(&name, token(to), format!("gff_…{to}"), after(until), after(now)).await.unwrap()
}

async fn the_former_token_works_until_its_moment_and_the_feed_stays_the_same(home: Home) {
    let store = store_in(&home).await;
    let made = feed(&store, "All").await;
    ready(&store, 1, NOW).await;
    assert!(rotate(&store, "second", 100, 10).await);
    assert!(opens(&store, "All", 99).await && !opens(&store, "All", 100).await);
    assert!(opens(&store, "second", 99).await && opens(&store, "second", 1000).await);
    let now = store.feed_by_token(&token("second"), after(11)).await.unwrap().unwrap();
    assert_eq!((now.id, &now.public_id, &now.link_secret), (made.id, &made.public_id, &made.link_secret));
    assert_eq!((now.token_shown.as_str(), now.former_token_until), ("gff_…second", Some(after(100))));
    assert!(store.feed_torrent(made.id, &hash(1)).await.unwrap().is_some());
}

async fn a_second_rotation_ends_the_token_before_the_last(home: Home) {
    let store = store_in(&home).await;
    feed(&store, "All").await;
    assert!(rotate(&store, "second", 100, 10).await && rotate(&store, "third", 200, 20).await);
    assert!(!opens(&store, "All", 21).await);
    assert!(opens(&store, "second", 199).await && opens(&store, "third", 199).await);
    assert!(!opens(&store, "second", 200).await);
}

async fn a_rotation_without_overlap_ends_the_old_token_at_once(home: Home) {
    let store = store_in(&home).await;
    feed(&store, "All").await;
    assert!(rotate(&store, "second", 10, 10).await);
    assert!(!opens(&store, "All", 0).await && opens(&store, "second", 10).await);
    assert_eq!(store.feeds().await.unwrap()[0].former_token_until, None);
}

async fn what_is_not_there_or_was_revoked_is_not_rotated(home: Home) {
    let store = store_in(&home).await;
    assert!(!rotate(&store, "second", 100, 10).await);
    feed(&store, "All").await;
    assert!(rotate(&store, "second", 100, 10).await);
    assert!(store.revoke_feed(&FeedName::parse("All").unwrap(), NOW).await.unwrap());
    assert!(!rotate(&store, "third", 100, 10).await);
    assert!(!opens(&store, "All", 20).await && !opens(&store, "second", 20).await);
}
