//! Counting attempts over all replicas.

use std::time::Duration;

use futures_util::future::join_all;
use grabfeed::domain::throttle::ThrottleRule;
use grabfeed::store::Store;

use super::given::{NOW, after, replicas, store_in, tamper};
use crate::support::database::{Home, both_engines};

both_engines! {
    an_attempt_counts_when_it_begins_and_waits_double,
    fifty_attempts_at_once_on_two_replicas_count_as_fifty,
    an_attempt_of_two_subjects_counts_for_both_or_for_none,
    two_replicas_that_count_the_same_subjects_do_not_wait_for_each_other,
    failures_are_forgotten_by_success_and_by_time,
    a_clock_that_is_set_back_locks_nobody_out,
    old_subjects_are_purged_and_very_many_are_never_kept,
}

const RULE: ThrottleRule = ThrottleRule {
    free: 2,
    first: Duration::from_secs(1),
    longest: Duration::from_secs(8),
    forget_after: Duration::from_secs(1000),
};

fn subject(name: &str) -> (String, ThrottleRule) {
    (name.to_owned(), RULE)
}

/// Seconds to wait; `None` if the attempt was counted.
async fn attempt(store: &Store, names: &[&str], seconds: u64) -> Option<u64> {
    let subjects: Vec<_> = names.iter().map(|name| subject(name)).collect();
    store.begin_attempt(&subjects, after(seconds)).await.unwrap().map(|wait| wait.as_secs())
}

async fn wait(store: &Store, name: &str, seconds: u64) -> Option<u64> {
    store.attempt_wait(&subject(name), after(seconds)).await.unwrap().map(|wait| wait.as_secs())
}

async fn an_attempt_counts_when_it_begins_and_waits_double(home: Home) {
    let store = store_in(&home).await;
    assert_eq!(wait(&store, "a", 0).await, None);
    for _ in 0..3 {
        assert_eq!(attempt(&store, &["a"], 0).await, None);
    }
    assert_eq!((attempt(&store, &["a"], 0).await, wait(&store, "a", 0).await), (Some(1), Some(1)));
    let mut now = 0;
    for expected in [1, 2, 4, 8, 8] {
        // What is refused does not count, however often it comes.
        for _ in 0..3 {
            assert_eq!(attempt(&store, &["a"], now).await, Some(expected));
        }
        now += expected;
        assert_eq!(wait(&store, "a", now).await, None);
        assert_eq!(attempt(&store, &["a"], now).await, None);
    }
    assert_eq!(attempt(&store, &["b"], now).await, None, "another subject");
}

async fn fifty_attempts_at_once_on_two_replicas_count_as_fifty(home: Home) {
    let replicas = replicas(&home).await;
    let made = (0..50).map(|number| attempt(&replicas[number % 2], &["a"], 0));
    let made = join_all(made).await.into_iter().filter(Option::is_none).count();
    assert_eq!(made, 3, "two are free, and the third begins the wait");
    assert_eq!(wait(&replicas[1], "a", 0).await, Some(1));
}

async fn an_attempt_of_two_subjects_counts_for_both_or_for_none(home: Home) {
    let store = store_in(&home).await;
    for _ in 0..3 {
        assert_eq!(attempt(&store, &["a", "b"], 0).await, None);
    }
    for _ in 0..5 {
        assert_eq!(attempt(&store, &["c", "a"], 0).await, Some(1));
    }
    for _ in 0..3 {
        assert_eq!(attempt(&store, &["c"], 0).await, None, "what a stopped did not count for c");
    }
    assert_eq!(attempt(&store, &["c"], 0).await, Some(1));
}

async fn two_replicas_that_count_the_same_subjects_do_not_wait_for_each_other(home: Home) {
    let replicas = replicas(&home).await;
    let orders = [["a", "b"], ["b", "a"]];
    join_all((0..40).map(|number| attempt(&replicas[number % 2], &orders[number % 2], 0))).await;
    assert_eq!((wait(&replicas[0], "a", 0).await, wait(&replicas[0], "b", 0).await), (Some(1), Some(1)));
}

async fn failures_are_forgotten_by_success_and_by_time(home: Home) {
    let store = store_in(&home).await;
    for _ in 0..3 {
        assert_eq!(attempt(&store, &["a", "b"], 0).await, None);
    }
    store.forget_attempts(&["a".to_owned(), "unknown".to_owned()]).await.unwrap();
    assert_eq!((wait(&store, "a", 0).await, wait(&store, "b", 0).await), (None, Some(1)));
    assert_eq!(attempt(&store, &["b"], 999).await, None);
    assert_eq!(attempt(&store, &["b"], 999).await, Some(2), "it was the fourth");
    for _ in 0..3 {
        assert_eq!(attempt(&store, &["b"], 2000).await, None, "they count from one again");
    }
    assert_eq!(attempt(&store, &["b"], 2000).await, Some(1));
}

async fn a_clock_that_is_set_back_locks_nobody_out(home: Home) {
    let store = store_in(&home).await;
    for _ in 0..3 {
        attempt(&store, &["a"], 500).await;
    }
    assert_eq!(wait(&store, "a", 500).await, Some(1));
    assert_eq!(wait(&store, "a", 497).await, Some(4), "a little");
    assert_eq!((wait(&store, "a", 0).await, attempt(&store, &["a"], 0).await), (None, None), "much");
}

async fn old_subjects_are_purged_and_very_many_are_never_kept(home: Home) {
    let store = store_in(&home).await;
    attempt(&store, &["old"], 0).await;
    attempt(&store, &["new"], 10).await;
    assert_eq!(store.purge_attempts(after(10)).await.unwrap(), 1);
    for _ in 0..3 {
        attempt(&store, &["waits"], 11).await;
    }
    assert!(wait(&store, "waits", 11).await.is_some());
    // A million inventions of a stranger, as far as they are not purged before.
    tamper(
        &home,
        "INSERT INTO throttle (subject, failures, last_at, blocked_until) \
         WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60000) \
         SELECT 'invented:' || i, 1, 1800000005000 + i, 0 FROM n",
    )
    .await;
    assert_eq!(store.purge_attempts(NOW).await.unwrap(), 10_002);
    assert_eq!(store.purge_attempts(NOW).await.unwrap(), 0);
    assert!(wait(&store, "waits", 11).await.is_some(), "inventions end nobody's wait");
}
