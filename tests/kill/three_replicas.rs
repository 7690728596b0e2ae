//! Three processes on one PostgreSQL database, killed and paused at random while grabs come in.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::time::Duration;

use grabfeed::demo::{GrabOptions, ReleaseId, TorrentSpec, World};
use grabfeed::domain::app::AppKind;
use grabfeed::ops::clock::Clock;
use grabfeed::store::OpenOptions;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use secrecy::ExposeSecret;

use super::{count, number};
use crate::support::database::Home;
use crate::support::household::Household;
use crate::support::http::Http;
use crate::support::process::Service;
use crate::support::wait::until;

/// Unless `GRABFEED_REPLICA_GRABS` says otherwise.
const GRABS: usize = 60;
const INDEXERS: [&str; 4] = ["Lanterne", "Boréal", "Saltmarsh", "Estran"];
const APPS: [(&str, AppKind); 2] = [("radarr", AppKind::Radarr), ("sonarr", AppKind::Sonarr)];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_replicas_that_are_killed_and_paused_lose_nothing_and_double_nothing() {
    let clock = Clock::system();
    let mut world = World::builder(move || clock.now()).indexers(INDEXERS);
    for (name, kind) in APPS {
        world = world.app(name, kind);
    }
    let world = world.start().await.unwrap();
    let database = Home::postgres();
    let OpenOptions::Postgres(url) = database.options() else { unreachable!() };
    let replicas: Vec<Household> = (0..3)
        .map(|_| {
            let mut household = Household::of(&world);
            household.set("DATABASE__URL", url.expose_secret());
            household
        })
        .collect();
    replicas[0].connect_webhooks(&world);
    let key = replicas[0].key("test", "read");
    let grabs = number("GRABFEED_REPLICA_GRABS", GRABS);
    let done = Cell::new(false);
    let (releases, (services, kills, pauses)) = tokio::join!(
        async {
            let releases = grab(&world, grabs).await;
            done.set(true);
            releases
        },
        disturb(&replicas, &done),
    );
    let http = Http::new();
    until("every grab is ready", Duration::from_mins(4), async || {
        (count(&http, &replicas[0], &key, "ready").await == grabs as u64).then_some(())
    })
    .await;
    assert_eq!(count(&http, &replicas[0], &key, "").await, grabs as u64);
    let counters = world.counters();
    let downloads = |release: &ReleaseId| counters.downloads_by(*release, "Grabfeed");
    let again = releases.iter().filter(|release| downloads(release) > 1).count();
    println!(
        "{grabs} grabs, three replicas, {kills} kills, {pauses} pauses: {} downloads, {again} of a grab again",
        counters.all_downloads_by("Grabfeed")
    );
    assert!(releases.iter().all(|release| downloads(release) >= 1));
    for service in services {
        assert!(service.stop());
    }
    world.stop().await;
}

async fn grab(world: &World, grabs: usize) -> BTreeSet<ReleaseId> {
    let mut random = StdRng::seed_from_u64(3);
    let mut releases = BTreeSet::new();
    for number in 0..grabs {
        let title = format!("Replica.{number:03}.S01E01.2024.1080p.WEB.H264-TEST");
        let indexer = INDEXERS[random.random_range(0..INDEXERS.len())];
        let release = world.release(&title, indexer, TorrentSpec::default()).unwrap();
        let (app, _) = APPS[random.random_range(0..APPS.len())];
        assert!(world.grab(app, release, GrabOptions::default()).await.unwrap().grabbed);
        releases.insert(release);
        tokio::time::sleep(Duration::from_millis(random.random_range(0..800))).await;
    }
    releases
}

/// Kills one replica or pauses it, one after the other, and leaves all three running.
async fn disturb(replicas: &[Household], done: &Cell<bool>) -> (Vec<Service>, usize, usize) {
    let mut random = StdRng::seed_from_u64(4);
    let mut services = Vec::new();
    for replica in replicas {
        services.push(replica.start().await);
    }
    let (mut kills, mut pauses) = (0, 0);
    while !done.get() {
        let which = random.random_range(0..services.len());
        tokio::time::sleep(Duration::from_millis(random.random_range(100..1_500))).await;
        if random.random_range(0..2) == 0 {
            services.remove(which).kill();
            services.insert(which, replicas[which].start().await);
            kills += 1;
        } else {
            services[which].signal("STOP");
            tokio::time::sleep(Duration::from_millis(random.random_range(200..3_000))).await;
            services[which].signal("CONT");
            pauses += 1;
        }
    }
    (services, kills, pauses)
}
