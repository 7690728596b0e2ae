//! All kinds of work at once, on two replicas where there can be two: nobody meets a lock or a deadlock.

use grabfeed::domain::grab::GrabState;
use grabfeed::domain::ids::FeedId;
use grabfeed::store::{Polls, Store};

use super::given::{NOW, UNFETCHED, after, claim, feed, make_ready, pending, replicas, torrent};
use crate::support::database::{Home, both_engines};

both_engines! { work_of_all_kinds_goes_on_at_once }

const WINDOW: usize = 5;
const GRABS: u32 = 25;

async fn work_of_all_kinds_goes_on_at_once(home: Home) {
    let replicas = replicas(&home).await;
    let mut feeds = Vec::new();
    for name in ["One", "Two", "Three"] {
        feeds.push(feed(&replicas[0], name).await.id);
    }
    let mut tasks = tokio::task::JoinSet::new();
    for (number, store) in replicas.iter().chain(&replicas).cloned().enumerate() {
        let first = u32::try_from(number).unwrap() * GRABS;
        tasks.spawn(grab_and_resolve(store.clone(), first));
        // Each goes through the feeds in another order.
        feeds.rotate_left(1);
        tasks.spawn(poll_and_purge(store, feeds.clone()));
    }
    while let Some(done) = tasks.join_next().await {
        done.unwrap();
    }
    while let Some(claimed) = claim(&replicas[0], NOW).await {
        make_ready(&replicas[0], &claimed, torrent(9_999, "Alpha"), NOW).await;
    }
    let left = replicas[0].grab_counts().await.unwrap();
    assert!(left.iter().all(|one| one.state == GrabState::Ready), "{left:?}");
    assert!(replicas[0].check().await.unwrap().is_empty());
}

async fn grab_and_resolve(store: Store, first: u32) {
    for number in first..first + GRABS {
        pending(&store, number, "Alpha").await;
        if let Some(claimed) = claim(&store, NOW).await {
            make_ready(&store, &claimed, torrent(number, "Alpha"), NOW).await;
        }
    }
}

async fn poll_and_purge(store: Store, feeds: Vec<FeedId>) {
    for _ in 0..GRABS {
        let polls = feeds.iter().map(|feed| Polls { feed: *feed, count: 1, last_at: NOW, client: None });
        store.count_polls(&polls.collect::<Vec<_>>()).await.unwrap();
        for feed in &feeds {
            for item in store.arrange_feed(*feed, WINDOW, NOW).await.unwrap().items {
                // Another may have purged it since.
                store.deliver(*feed, item.torrent, None, NOW).await.unwrap();
            }
        }
        store.purge(after(1), &UNFETCHED).await.unwrap();
        store.review_feeds().await.unwrap();
    }
}
