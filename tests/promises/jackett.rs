//! Grabs of indexers that an app knows through Jackett, whose 404 says nothing.

use std::time::Duration;

use grabfeed::demo::{DownloadUrl, Fault, GrabOptions, RetryAfter, Target, WorldBuilder};
use grabfeed::domain::grab::GrabState;

use crate::support::database::Home;
use crate::support::service::{Household, Plan, small};

const HOUR: Duration = Duration::from_hours(1);

fn through_jackett() -> GrabOptions {
    // With a client that takes files the app says that it grabbed, whatever Jackett answered.
    GrabOptions { download_url: DownloadUrl::Jackett, blackhole: true, ..GrabOptions::default() }
}

/// A household whose settings name its Jackett, by this key.
async fn household(key: &str) -> Household {
    let plan = Plan { describe: WorldBuilder::jackett, ..Plan::default() };
    let house = Household::new(Home::file(), plan).await;
    let plan = with_jackett(&house, key);
    house.with_plan(plan)
}

fn with_jackett(house: &Household, key: &str) -> Plan {
    let url = house.world.jackett().unwrap().url().to_owned();
    Plan { settings: vec![("JACKETT__URL", url), ("JACKETT__API_KEY", key.to_owned())], ..Plan::default() }
}

#[tokio::test]
async fn trackers_that_refuse_through_jackett_for_a_day_are_asked_until_they_give() {
    let faults = [
        Fault::TooManyRequests(RetryAfter::Seconds(60)),
        Fault::ErrorHtml,
        Fault::Forbidden,
        Fault::LoginPage,
        Fault::NotFound,
    ];
    let house = household("test-key-jackett").await;
    let service = house.start().await;
    let mut releases = Vec::new();
    for (number, fault) in faults.into_iter().enumerate() {
        let (title, indexer) = (format!("Un.Film.{number}-GRP"), ["Alpha", "Beta", "Gamma"][number % 3]);
        let release = house.world.release(&title, indexer, small()).unwrap();
        house.world.fault_for_all(Target::Tracker(release), fault, u32::MAX);
        assert!(house.world.grab("radarr", release, through_jackett()).await.unwrap().grabbed, "{fault:?}");
        releases.push(release);
    }
    for _ in 0..24 {
        house.advance(&service, HOUR).await;
    }
    assert_eq!(house.grabs_in(GrabState::Pending).await.len(), faults.len(), "{:?}", house.grabs().await);
    for release in releases {
        let asked = house.world.counters().tracker_downloads[&release];
        assert!(asked < 20, "asked {asked} times in a day");
        house.world.clear_faults(&Target::Tracker(release));
    }
    for _ in 0..36 {
        house.advance(&service, HOUR).await;
    }
    assert_eq!(house.grabs_in(GrabState::Ready).await.len(), faults.len(), "{:?}", house.grabs().await);
    service.stop().await;
}

#[tokio::test]
async fn a_link_works_with_the_key_that_jackett_has_now() {
    let house = household("test-key-jackett").await;
    let service = house.start().await;
    house.world.jackett().unwrap().change_key("test-key-other");
    house.grab_as("radarr", "Un.Film-GRP", "Alpha", through_jackett()).await;
    house.advance(&service, HOUR).await;
    assert!(house.state_of("Un.Film-GRP").await.starts_with("pending"));
    service.stop().await;
    let plan = with_jackett(&house, "test-key-other");
    let house = house.with_plan(plan);
    let service = house.start().await;
    house.settle(&service, HOUR).await;
    assert_eq!(house.state_of("Un.Film-GRP").await, "ready");
    service.stop().await;
}

/// Prowlarr asks one tracker every two seconds: what waits in its queue is neither a failure nor asked for twice.
#[tokio::test]
async fn a_queue_before_one_tracker_is_waited_for() {
    let describe = |world: WorldBuilder| world.tracker_pace(Duration::from_millis(700));
    let house = Household::new(Home::file(), Plan { describe, ..Plan::default() }).await;
    let service = house.start().await;
    for number in 0..12 {
        let options = GrabOptions { blackhole: false, ..GrabOptions::default() };
        house.grab_as("radarr", &format!("File.{number}-GRP"), "Alpha", options).await;
    }
    house.settle(&service, HOUR).await;
    assert_eq!(house.grabs_in(GrabState::Ready).await.len(), 12);
    assert_eq!(house.our_downloads(), 12);
    service.stop().await;
}

/// An import is told by a webhook and by a row that is named after a file: neither makes a grab of it.
#[tokio::test]
async fn what_an_app_tells_of_a_finished_download_makes_no_grab() {
    let house = Household::new(Home::file(), Plan::default()).await;
    let service = house.start().await;
    for (app, is_blackhole) in [("radarr", false), ("sonarr", true), ("lidarr", false)] {
        let options = GrabOptions { blackhole: is_blackhole, ..GrabOptions::default() };
        let release = house.grab_as(app, &format!("De.{app}-GRP"), "Alpha", options).await;
        house.rest(&service).await;
        let sent = house.world.import(app, release, is_blackhole).await.unwrap();
        assert_eq!(sent, [grabfeed::demo::Sent::Delivered(200)], "{app}");
        house.advance(&service, HOUR).await;
        assert_eq!(house.state_of(&format!("De.{app}-GRP")).await, "ready");
    }
    assert_eq!((house.grabs().await.len(), house.our_downloads()), (3, 3));
    service.stop().await;
}
