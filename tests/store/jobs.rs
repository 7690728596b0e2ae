//! Periodic work: once per period over all replicas, and sooner when asked.

use std::time::Duration;

use super::given::{LEASE, NOW, after, replicas, store_in};
use crate::support::database::{Home, both_engines};

both_engines! {
    a_job_runs_once_per_period_over_all_replicas,
    a_job_whose_process_died_runs_when_its_lease_ends,
    a_nudge_brings_a_job_forward_and_never_puts_it_off,
    a_nudge_during_a_run_makes_the_job_run_again,
    jobs_that_are_due_and_not_done_now_are_listed,
}

async fn jobs_that_are_due_and_not_done_now_are_listed(home: Home) {
    let store = store_in(&home).await;
    for (name, due) in [("later", after(60)), ("second", NOW), ("first", NOW.minus(LEASE))] {
        store.ensure_job(name, due).await.unwrap();
    }
    assert_eq!(store.due_jobs(NOW).await.unwrap(), ["first", "second"]);
    store.claim_job("first", NOW, LEASE).await.unwrap().unwrap();
    assert_eq!(store.due_jobs(NOW).await.unwrap(), ["second"]);
}

async fn a_job_runs_once_per_period_over_all_replicas(home: Home) {
    let replicas = replicas(&home).await;
    let store = &replicas[0];
    assert!(store.claim_job("purge", NOW, LEASE).await.unwrap().is_none(), "not known yet");
    for period in 0..3 {
        let now = after(period * 600);
        store.ensure_job("purge", now).await.unwrap();
        let worker = |number: usize| {
            let store = replicas[number % 2].clone();
            tokio::spawn(async move { store.claim_job("purge", now, LEASE).await.unwrap() })
        };
        let mut leases = Vec::new();
        for task in (0..10).map(worker).collect::<Vec<_>>() {
            leases.extend(task.await.unwrap());
        }
        assert_eq!(leases.len(), 1);
        store.finish_job(&leases[0], after((period + 1) * 600)).await.unwrap();
        assert_eq!(store.job_due("purge").await.unwrap(), Some(after((period + 1) * 600)));
    }
}

async fn a_job_whose_process_died_runs_when_its_lease_ends(home: Home) {
    let store = store_in(&home).await;
    store.ensure_job("purge", NOW).await.unwrap();
    let dead = store.claim_job("purge", NOW, LEASE).await.unwrap().unwrap();
    assert!(
        store
            .claim_job("purge", NOW.plus(LEASE).minus(Duration::from_millis(1)), LEASE)
            .await
            .unwrap()
            .is_none()
    );
    let heir = store.claim_job("purge", NOW.plus(LEASE), LEASE).await.unwrap().unwrap();
    assert_ne!(dead, heir);
    store.finish_job(&dead, after(9_999)).await.unwrap();
    assert!(store.job_due("purge").await.unwrap().unwrap() < after(9_999), "a lost lease ends nothing");
    store.finish_job(&heir, after(600)).await.unwrap();
    assert_eq!(store.job_due("purge").await.unwrap(), Some(after(600)));
}

async fn a_nudge_brings_a_job_forward_and_never_puts_it_off(home: Home) {
    let store = store_in(&home).await;
    store.nudge_job("unknown", NOW).await.unwrap();
    assert_eq!(store.job_due("unknown").await.unwrap(), None);
    store.ensure_job("sync", after(600)).await.unwrap();
    for (nudge, due) in [(900, 600), (30, 30), (60, 30)] {
        store.nudge_job("sync", after(nudge)).await.unwrap();
        assert_eq!(store.job_due("sync").await.unwrap(), Some(after(due)));
    }
}

async fn a_nudge_during_a_run_makes_the_job_run_again(home: Home) {
    let store = store_in(&home).await;
    store.ensure_job("sync", NOW).await.unwrap();
    let lease = store.claim_job("sync", NOW, LEASE).await.unwrap().unwrap();
    store.nudge_job("sync", after(3)).await.unwrap();
    store.nudge_job("sync", after(5)).await.unwrap();
    assert!(store.claim_job("sync", after(4), LEASE).await.unwrap().is_none(), "not beside the run");
    store.finish_job(&lease, after(600)).await.unwrap();
    assert_eq!(store.job_due("sync").await.unwrap(), Some(after(3)));
    let lease = store.claim_job("sync", after(6), LEASE).await.unwrap().unwrap();
    store.finish_job(&lease, after(600)).await.unwrap();
    assert_eq!(store.job_due("sync").await.unwrap(), Some(after(600)));
}
