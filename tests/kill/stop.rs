//! A killed worker's work is taken over; a stop finishes what has begun, gives back what it cannot finish, and is quick.

use std::io::Write;
use std::time::{Duration, Instant};

use grabfeed::demo::{Fault, GrabOptions, ReleaseId, Target, TorrentSpec, World};
use grabfeed::domain::app::AppKind;
use grabfeed::ops::clock::Clock;
use sqlx::{Connection, SqliteConnection};

use super::{answered, count, left_by, wire};
use crate::support::household::Household;
use crate::support::http::Http;
use crate::support::process::{Service, get_status};
use crate::support::wait::until;

/// A service in the middle of a download that takes for ever.
async fn downloading() -> (World, Household, Service, ReleaseId) {
    let clock = Clock::system();
    let world = World::builder(move || clock.now()).indexers(["Lanterne"]).app("radarr", AppKind::Radarr);
    let world = world.start().await.unwrap();
    let household = Household::of(&world);
    household.connect_webhooks(&world);
    let service = household.start().await;
    let release = world.release("Slow.2024.1080p-TEST", "Lanterne", TorrentSpec::default()).unwrap();
    world.fault(Target::Release(release), Fault::Slow(Duration::from_mins(10)), u32::MAX);
    world.grab("radarr", release, GrabOptions::default()).await.unwrap();
    until("the download begins", Duration::from_secs(20), async || {
        (world.counters().downloads_by(release, "Grabfeed") == 1).then_some(())
    })
    .await;
    (world, household, service, release)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_workers_download_is_taken_over_at_the_next_start() {
    let (world, household, service, release) = downloading().await;
    service.kill();
    world.clear_faults(&Target::Release(release));
    let key = household.key("test", "read");
    let service = household.start().await;
    let http = Http::new();
    until("the grab is ready", Duration::from_secs(10), async || {
        (count(&http, &household, &key, "ready").await == 1).then_some(())
    })
    .await;
    assert_eq!(count(&http, &household, &key, "").await, 1);
    assert!(service.stop());
    super::check_database(&household).await;
    world.stop().await;
}

/// The database is busy when the file arrives, and the process is killed before its turn comes.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_arrived_before_the_kill_is_not_fetched_again() {
    let clock = Clock::system();
    let world = World::builder(move || clock.now()).indexers(["Lanterne"]).app("radarr", AppKind::Radarr);
    let world = world.start().await.unwrap();
    let household = Household::of(&world);
    household.connect_webhooks(&world);
    let key = household.key("test", "read");
    let service = household.start().await;
    let release = world.release("Late.2024.1080p-TEST", "Lanterne", TorrentSpec::default()).unwrap();
    world.fault(Target::Release(release), Fault::Slow(Duration::from_secs(1)), 1);
    world.grab("radarr", release, GrabOptions::default()).await.unwrap();
    let asked = || world.counters().downloads_by(release, "Grabfeed");
    until("the download begins", Duration::from_secs(20), async || (asked() == 1).then_some(())).await;
    let mut writer = SqliteConnection::connect(household.database().to_str().unwrap()).await.unwrap();
    sqlx::query("BEGIN IMMEDIATE").execute(&mut writer).await.unwrap();
    until("the file arrives", Duration::from_secs(20), async || {
        household.data().join("arrived/1.arrived").exists().then_some(())
    })
    .await;
    service.kill();
    writer.close().await.unwrap();
    let service = household.start().await;
    let http = Http::new();
    until("the grab is ready", Duration::from_secs(20), async || {
        (count(&http, &household, &key, "ready").await == 1).then_some(())
    })
    .await;
    assert_eq!(asked(), 1);
    until("nothing is left", Duration::from_secs(5), async || {
        (std::fs::read_dir(household.data().join("arrived")).unwrap().count() == 0).then_some(())
    })
    .await;
    assert!(service.stop());
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stop_gives_back_what_it_cannot_finish_and_takes_less_than_20_seconds() {
    let (world, household, mut service, _) = downloading().await;
    let began = Instant::now();
    service.signal("TERM");
    let status = service.wait(Duration::from_secs(25)).expect("it ends");
    assert!(status.success() && began.elapsed() < Duration::from_secs(20), "{status} {:?}", began.elapsed());
    let store = left_by(&household).await;
    let claimed = store.claim_due(store.now().await.unwrap(), Duration::from_secs(1), 1).await.unwrap();
    assert!(claimed.is_some(), "the lease was kept");
    store.close().await;
    world.stop().await;
}

/// Webhooks of which half is sent when the stop is asked for; the rest comes a little later.
const HALVES: usize = 8;

#[tokio::test]
async fn a_stop_under_load_is_not_ready_any_more_yet_finishes_every_request_that_has_begun() {
    let household = answered::household();
    let key = household.key("test", "read");
    let mut service = household.start().await;
    let titles: Vec<String> = (0..HALVES).map(|number| format!("Half.{number}.2024-TEST")).collect();
    let mut begun = Vec::new();
    for title in &titles {
        let (mut stream, request) = (wire::connect(household.port).unwrap(), wire::request(title));
        let half = request.len() - 20;
        stream.write_all(&request[..half]).unwrap();
        begun.push((stream, request, half));
    }
    // The last of them has certainly been accepted when a later request has its answer.
    assert_eq!(get_status(household.port, "/health/ready"), Some(200));
    service.signal("TERM");
    until("readiness fails", Duration::from_secs(5), async || {
        (get_status(household.port, "/health/ready") == Some(503)).then_some(())
    })
    .await;
    assert!(service.ended().is_none(), "it waits for what has begun");
    for (stream, request, half) in &mut begun {
        stream.write_all(&request[*half..]).unwrap();
        assert_eq!(wire::status(stream), Some(200));
    }
    let status = service.wait(Duration::from_secs(20)).expect("it ends");
    assert!(status.success(), "{status}");

    let service = household.start().await;
    let listed = answered::listed(&household, &key);
    assert!(titles.iter().all(|title| listed.contains(title)), "{listed:?}");
    assert!(service.stop());
}
