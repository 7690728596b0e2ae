//! Claims: who is due longest goes first, indexers are spared, nobody works on the same grab twice.

use std::collections::BTreeSet;
use std::time::Duration;

use grabfeed::domain::reason::Reason;
use grabfeed::domain::text::indexer_key;
use grabfeed::store::{Ending, Store};

use super::given::{
    LEASE, NOW, after, claim, ended, hold, make_failed, pending, replicas, retry, store_in, torrent,
};
use crate::support::database::{Home, both_engines};

both_engines! {
    the_grab_that_is_due_longest_is_claimed_first,
    eight_workers_share_the_work_and_no_indexer_has_more_than_its_limit,
    a_held_indexer_is_passed_over_until_its_hold_ends,
    a_longer_hold_stays_and_a_freed_indexer_is_asked_again,
    a_lease_that_ended_is_taken_over_and_the_slow_worker_writes_nothing,
    a_lease_is_renewed_and_given_back,
    the_next_due_moment_takes_leases_into_account,
    a_start_ends_every_lease_of_the_process_before,
}

async fn the_grab_that_is_due_longest_is_claimed_first(home: Home) {
    let store = store_in(&home).await;
    let (first, second) = (pending(&store, 1, "Alpha").await, pending(&store, 2, "Alpha").await);
    let claimed = claim(&store, NOW).await.unwrap();
    assert_eq!((claimed.grab.id, claimed.round_since), (first, NOW));
    let later = retry(after(30), Reason::AppUnavailable, true);
    assert!(store.resolve(&claimed, ended(later), NOW).await.unwrap().is_some());
    assert!(claim(&store, NOW.minus(Duration::from_secs(1))).await.is_none(), "nothing is due yet");
    assert_eq!(claim(&store, after(31)).await.unwrap().grab.id, second);
    assert_eq!(claim(&store, after(31)).await.unwrap().grab.id, first);
    assert!(claim(&store, after(31)).await.is_none(), "both are in work");
}

async fn eight_workers_share_the_work_and_no_indexer_has_more_than_its_limit(home: Home) {
    let replicas = replicas(&home).await;
    let store = &replicas[0];
    for number in 0..30 {
        pending(store, number, ["Alpha", "Beta (Prowlarr)", "beta"][number as usize % 3]).await;
    }
    let worker = |number: usize| {
        let store = replicas[number % 2].clone();
        tokio::spawn(async move {
            let mut claimed = Vec::new();
            while let Some(one) = store.claim_due(NOW, LEASE, 4).await.unwrap() {
                claimed.push((one.grab.id, one.grab.indexer.as_deref().map(indexer_key).unwrap()));
            }
            claimed
        })
    };
    let mut claimed = Vec::new();
    for task in (0..8).map(worker).collect::<Vec<_>>() {
        claimed.extend(task.await.unwrap());
    }
    let of = |key: &str| claimed.iter().filter(|(_, indexer)| indexer == key).count();
    assert_eq!((of("alpha"), of("beta")), (4, 4));
    assert_eq!(claimed.iter().map(|(id, _)| id).collect::<BTreeSet<_>>().len(), 8, "no double");
}

async fn held(store: &Store) -> Vec<String> {
    store
        .held_indexers(NOW)
        .await
        .unwrap()
        .into_iter()
        .map(|(key, held)| format!("{key} {}", held.until))
        .collect()
}

async fn a_held_indexer_is_passed_over_until_its_hold_ends(home: Home) {
    let store = store_in(&home).await;
    let (alpha, beta) = (pending(&store, 1, "Alpha").await, pending(&store, 2, "Beta").await);
    hold(&store, "alpha", 60, Reason::RateLimited).await;
    assert_eq!(claim(&store, NOW).await.unwrap().grab.id, beta);
    assert!(claim(&store, after(59)).await.is_none());
    assert_eq!(claim(&store, after(60)).await.unwrap().grab.id, alpha);
}

async fn a_longer_hold_stays_and_a_freed_indexer_is_asked_again(home: Home) {
    let store = store_in(&home).await;
    for until in [60, 300, 120] {
        hold(&store, "alpha", until, Reason::RateLimited).await;
    }
    assert_eq!(held(&store).await, [format!("alpha {}", after(300))]);
    store.free_indexer("alpha").await.unwrap();
    assert_eq!(held(&store).await, [""; 0]);
}

async fn a_lease_that_ended_is_taken_over_and_the_slow_worker_writes_nothing(home: Home) {
    let store = store_in(&home).await;
    let id = pending(&store, 1, "Alpha").await;
    let slow = claim(&store, NOW).await.unwrap();
    assert!(claim(&store, NOW.plus(LEASE).minus(Duration::from_millis(1))).await.is_none());
    let quick = claim(&store, NOW.plus(LEASE)).await.unwrap();
    assert_eq!(quick.grab.id, id);
    let ready = || Ending::Ready(torrent(1, "Alpha"));
    assert!(store.resolve(&slow, ended(ready()), after(61)).await.unwrap().is_none());
    assert!(!store.renew_lease(id, slow.token, after(600)).await.unwrap());
    store.release_lease(id, slow.token).await.unwrap();
    assert!(
        claim(&store, after(62)).await.is_none(),
        "the slow worker could not give back what is not its own"
    );
    assert_eq!(store.torrent_totals().await.unwrap(), (0, 0));
    assert_eq!(store.attempts(id).await.unwrap().len(), 0);
    assert!(store.resolve(&quick, ended(ready()), after(62)).await.unwrap().is_some());
    assert!(store.resolve(&quick, ended(ready()), after(63)).await.unwrap().is_none(), "once is enough");
    assert_eq!(store.attempts(id).await.unwrap().len(), 1);
}

async fn a_lease_is_renewed_and_given_back(home: Home) {
    let store = store_in(&home).await;
    let id = pending(&store, 1, "Alpha").await;
    let claimed = claim(&store, NOW).await.unwrap();
    assert!(store.renew_lease(id, claimed.token, after(300)).await.unwrap());
    assert!(claim(&store, after(299)).await.is_none());
    store.release_lease(id, claimed.token).await.unwrap();
    let again = claim(&store, after(1)).await.unwrap();
    assert!(again.token > claimed.token);
    make_failed(&store, &again, after(2)).await;
    assert!(!store.renew_lease(id, again.token, after(300)).await.unwrap(), "a finished grab has no lease");
}

async fn the_next_due_moment_takes_leases_into_account(home: Home) {
    let store = store_in(&home).await;
    assert_eq!(store.next_due().await.unwrap(), None);
    pending(&store, 1, "Alpha").await;
    assert_eq!(store.next_due().await.unwrap(), Some(NOW));
    let claimed = claim(&store, NOW).await.unwrap();
    assert_eq!(store.next_due().await.unwrap(), Some(NOW.plus(LEASE)), "should its worker die");
    make_failed(&store, &claimed, after(1)).await;
    assert_eq!(store.next_due().await.unwrap(), None);
}

async fn a_start_ends_every_lease_of_the_process_before(home: Home) {
    let store = store_in(&home).await;
    pending(&store, 1, "Alpha").await;
    store.ensure_job("purge", NOW).await.unwrap();
    claim(&store, NOW).await.unwrap();
    store.claim_job("purge", NOW, LEASE).await.unwrap().unwrap();
    store.release_all_leases().await.unwrap();
    assert!(claim(&store, after(1)).await.is_some());
    assert!(store.claim_job("purge", after(1), LEASE).await.unwrap().is_some());
}
