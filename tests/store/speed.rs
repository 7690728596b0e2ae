//! How fast intake and the queue are: printed, not judged, since the machine decides.

use std::time::Instant;

use grabfeed::store::Batch;

use super::given::{LEASE, NOW, after, hash, store_in, webhook};
use crate::support::database::{Home, both_engines};

both_engines! { five_hundred_webhooks_are_recorded_and_claimed_one_by_one }

async fn five_hundred_webhooks_are_recorded_and_claimed_one_by_one(home: Home) {
    let store = store_in(&home).await;
    let begun = Instant::now();
    for number in 0..500 {
        let sighting = webhook(&format!("Release {number}"), Some(&hash(number).to_string()));
        let batch = Batch { sightings: vec![sighting], ..Batch::default() };
        store.record(batch, NOW).await.unwrap();
    }
    let recorded = begun.elapsed();
    let begun = Instant::now();
    let mut claimed = 0;
    while store.claim_due(after(2), LEASE, 1_000).await.unwrap().is_some() {
        claimed += 1;
    }
    let engine = if store.is_shared() { "PostgreSQL" } else { "SQLite" };
    println!("{engine}: 500 webhooks recorded in {recorded:?}, 500 grabs claimed in {:?}", begun.elapsed());
    assert_eq!(claimed, 500);
}
