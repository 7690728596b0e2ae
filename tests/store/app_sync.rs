//! The way in from each app: cursor, failures, webhook.

use grabfeed::domain::reason::Reason;
use grabfeed::domain::time::Ts;
use grabfeed::store::{Batch, Store};
use secrecy::ExposeSecret;

use super::given::{NOW, after, app, cursor, history, replicas, store_in, webhook};
use crate::support::database::{Home, both_engines};

both_engines! {
    a_failure_is_remembered_and_leaves_the_cursor,
    a_webhook_secret_is_made_once_however_many_ask,
    a_missed_webhook_is_one_that_came_after_the_first_and_before_the_deadline,
}

async fn a_failure_is_remembered_and_leaves_the_cursor(home: Home) {
    let store = store_in(&home).await;
    let batch = Batch { cursor: Some(cursor("radarr", after(1))), ..Batch::default() };
    store.record(batch, after(2)).await.unwrap();
    store.sync_failed(&app("radarr"), Reason::AppUnavailable, after(3)).await.unwrap();
    store.sync_failed(&app("sonarr"), Reason::TimedOut, after(4)).await.unwrap();
    let sync = store.app_sync(&app("radarr")).await.unwrap();
    assert_eq!((sync.cursor_at, sync.last_success_at), (Some(after(1)), Some(after(2))));
    assert_eq!(
        (sync.last_failure_at, sync.last_failure.as_deref()),
        (Some(after(3)), Some("app-unavailable"))
    );
    assert!(store.app_sync(&app("sonarr")).await.unwrap().cursor_at.is_none());
}

async fn a_webhook_secret_is_made_once_however_many_ask(home: Home) {
    let replicas = replicas(&home).await;
    let store = &replicas[0];
    let ask = |number: usize| {
        let store = replicas[number % 2].clone();
        tokio::spawn(async move {
            store.webhook_secret(&app("radarr"), &format!("test-secret-{number}")).await.unwrap()
        })
    };
    let mut secrets = Vec::new();
    for task in (0..10).map(ask).collect::<Vec<_>>() {
        secrets.push(task.await.unwrap().expose_secret().to_owned());
    }
    secrets.dedup();
    assert_eq!(secrets.len(), 1);
    let stored = store.app_sync(&app("radarr")).await.unwrap().webhook_secret.unwrap();
    assert_eq!(stored.expose_secret(), secrets[0]);
}

async fn missed(store: &Store, before: Ts) -> Vec<(String, u64)> {
    let missed = store.webhooks_missed(Ts::MIN, before).await.unwrap();
    missed.into_iter().map(|one| (one.app.to_string(), one.grabs)).collect()
}

async fn a_missed_webhook_is_one_that_came_after_the_first_and_before_the_deadline(home: Home) {
    let store = store_in(&home).await;
    let row = |number, title: &str, at| {
        let mut row = history(number, title, None);
        row.grabbed_at = at;
        row
    };
    let record = async |batch: Batch, now| {
        store.record(batch, now).await.unwrap();
    };
    record(Batch { sightings: vec![row(1, "Before the webhook", after(0))], ..Batch::default() }, after(1))
        .await;
    assert_eq!(missed(&store, after(1_000)).await, [], "no webhook was ever heard");
    let mut hook = webhook("Both", None);
    hook.grabbed_at = after(10);
    record(Batch { sightings: vec![hook], webhook_of: Some(app("radarr")), ..Batch::default() }, after(10))
        .await;
    record(Batch { webhook_of: Some(app("radarr")), ..Batch::default() }, after(50)).await;
    let rows = vec![row(2, "Both", after(11)), row(3, "Missed", after(20))];
    record(Batch { sightings: rows, ..Batch::default() }, after(60)).await;
    let old = vec![row(4, "From before grabfeed", after(30))];
    record(Batch { sightings: old, backfill: true, ..Batch::default() }, after(60)).await;
    assert_eq!(missed(&store, after(60)).await, [], "its webhook may still come");
    assert_eq!(missed(&store, after(61)).await, [("radarr".to_owned(), 1)]);
    assert_eq!(NOW, after(0));
}
