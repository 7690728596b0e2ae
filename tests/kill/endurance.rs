//! Invented webhooks without end, and real grabs among them: what it costs the trackers, the memory and the disk.
//!
//! Takes as long as it is told: `GRABFEED_FLOOD` webhooks in `GRABFEED_SECONDS` seconds. It prints its figures.

use std::cell::Cell;
use std::time::{Duration, Instant};

use grabfeed::demo::{GrabOptions, TorrentSpec, World};
use grabfeed::domain::app::AppKind;
use grabfeed::ops::clock::Clock;
use serde_json::json;

use super::{count, number, resident_kib};
use crate::support::household::Household;
use crate::support::http::Http;
use crate::support::wait::until;

const INDEXERS: [&str; 4] = ["Lanterne", "Boréal", "Saltmarsh", "Estran"];
/// Searches that one indexer is asked for in an hour, by default, and once more where the hour ends on the way.
const BUDGET: u64 = 10;
/// Time between two real grabs.
const REAL_EVERY: Duration = Duration::from_secs(5);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn invented_webhooks_cost_the_trackers_nothing_and_real_grabs_among_them_are_published_in_time() {
    let (flood, seconds) = (number("GRABFEED_FLOOD", 600), number("GRABFEED_SECONDS", 20));
    let clock = Clock::system();
    let world = World::builder(move || clock.now()).indexers(INDEXERS).app("radarr", AppKind::Radarr);
    let world = world.start().await.unwrap();
    let household = Household::of(&world);
    household.connect_webhooks(&world);
    let (secret, key) = (household.secret("radarr"), household.key("test", "read"));
    let service = household.start().await;
    let (http, done) = (Http::new(), Cell::new(false));
    let ((refused, memory_kib), slowest) = tokio::join!(
        async {
            let sent = invent(&http, &household, &secret, service.pid(), flood, seconds).await;
            done.set(true);
            sent
        },
        grab_meanwhile(&http, &household, &world, &key, &done),
    );
    let (grabs, slowest) = slowest;
    let counters = world.counters();
    let searched = counters.indexer_queries.values().copied().max().unwrap_or(0);
    let database = std::fs::metadata(household.database()).unwrap().len();
    println!(
        "{flood} invented webhooks in {seconds} s, {refused} not answered 200; {grabs} real grabs, the slowest ready after \
         {slowest:.1?}; {searched} searches at the busiest indexer; {} downloads; memory at most {} MiB; database {} MiB",
        counters.all_downloads_by("Grabfeed"),
        memory_kib / 1024,
        database >> 20
    );
    assert_eq!(refused, 0);
    assert!(searched <= BUDGET * 2, "{searched} searches at one indexer");
    assert_eq!(counters.all_downloads_by("Grabfeed"), grabs);
    assert!(service.stop());
    super::check_database(&household).await;
    world.stop().await;
}

/// Sends invented webhooks at an even pace. Returns how many were not taken, and the most memory that the service had.
async fn invent(
    http: &Http,
    household: &Household,
    secret: &str,
    pid: u32,
    flood: usize,
    seconds: usize,
) -> (usize, u64) {
    let (url, headers) = (household.url("/hooks/radarr"), [("X-Webhook-Token", secret)]);
    let (began, mut refused, mut memory_kib) = (Instant::now(), 0, 0);
    for number in 0..flood {
        let due = Duration::from_micros(u64::try_from(number * seconds * 1_000_000 / flood).unwrap());
        tokio::time::sleep(due.saturating_sub(began.elapsed())).await;
        let indexer = INDEXERS[number % INDEXERS.len()];
        let release = json!({ "releaseTitle": format!("Invented.{number}"), "indexer": indexer });
        let body = json!({ "eventType": "Grab", "release": release, "downloadId": format!("{number:040X}") });
        refused += usize::from(http.post_json(&url, &headers, &body).await.status != 200);
        if number.is_multiple_of(100) {
            memory_kib = memory_kib.max(resident_kib(pid));
        }
    }
    (refused, memory_kib)
}

/// Makes real grabs until the flood is over. Returns how many, and how long the slowest took.
async fn grab_meanwhile(
    http: &Http,
    household: &Household,
    world: &World,
    key: &str,
    done: &Cell<bool>,
) -> (u64, Duration) {
    let (mut grabs, mut slowest) = (0, Duration::ZERO);
    while !done.get() {
        let title = format!("Real.{grabs}.2024.1080p.WEB.H264-TEST");
        let indexer = INDEXERS[usize::try_from(grabs).unwrap() % INDEXERS.len()];
        let release = world.release(&title, indexer, TorrentSpec::default()).unwrap();
        assert!(world.grab("radarr", release, GrabOptions::default()).await.unwrap().grabbed);
        grabs += 1;
        let began = Instant::now();
        until("the real grab is ready", Duration::from_mins(1), async || {
            (count(http, household, key, "ready").await == grabs).then_some(())
        })
        .await;
        slowest = slowest.max(began.elapsed());
        tokio::time::sleep(REAL_EVERY.saturating_sub(began.elapsed())).await;
    }
    (grabs, slowest)
}
