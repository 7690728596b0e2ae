//! Nothing is lost: a grab that any app made is published, or listed with the reason why not; none is there twice.

use std::time::Duration;

use futures_util::future::join_all;
use grabfeed::demo::webhook::Sent;
use grabfeed::demo::{Fault, GrabOptions, HistoryRow, ReleaseSpec, Target, TorrentSpec, Webhook};
use grabfeed::domain::app::AppKind;
use grabfeed::domain::grab::GrabState;

use crate::support::database::{Home, both_engines};
use crate::support::service::{Household, Plan, small};
use crate::support::subscriber::Subscriber;
use crate::support::wait::until;

const MINUTE: Duration = Duration::from_mins(1);

both_engines! {
    a_burst_of_five_hundred_grabs_reaches_a_client_that_keeps_fifty,
    lost_webhooks_late_rows_and_failing_pages_lose_no_grab,
}

async fn a_burst_of_five_hundred_grabs_reaches_a_client_that_keeps_fifty(home: Home) {
    const GRABS: usize = 500;
    let house = Household::new(home, Plan::default()).await;
    let feed = house.feed().await;
    let service = house.start().await;
    let grab = async |number: usize| {
        let (app, indexer) = (["radarr", "sonarr"][number % 2], ["Alpha", "Beta", "Gamma"][number % 3]);
        house.grab(app, &format!("Rafale.{number}.2024.1080p-GRP"), indexer).await;
    };
    join_all((0..GRABS).map(grab)).await;
    house.settle(&service, Duration::from_mins(30)).await;
    assert_eq!(house.grabs_in(GrabState::Ready).await.len(), GRABS);

    let mut client = Subscriber::new(format!("{}{feed}", service.url), 50);
    while client.fetched.len() < GRABS {
        let before = client.fetched.len();
        client.poll().await;
        println!("poll {}: {} of {GRABS}", client.polls, client.fetched.len());
        assert!(client.fetched.len() > before, "a poll brings something as long as something is left");
        house.advance(&service, Duration::from_mins(30)).await;
    }
    println!(
        "{GRABS} grabs at once: {} items in {} polls, {} downloads from indexers",
        client.fetched.len(),
        client.polls,
        house.our_downloads()
    );
    assert_eq!(client.polls, 10, "fifty a poll");
    assert!(client.fetched.values().all(|times| *times == 1));
    assert_eq!(house.our_downloads(), GRABS as u64);
    service.stop().await;
}

/// A generator of its own, so that a failure can be played again.
struct Dice(u64);

impl Dice {
    /// True in so many of a hundred cases.
    fn shows(&mut self, percent: u64) -> bool {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % 100 < percent
    }
}

async fn lost_webhooks_late_rows_and_failing_pages_lose_no_grab(home: Home) {
    const GRABS: usize = 90;
    // The settings' names are not those that the webhooks carry in `instanceName`.
    let plan = Plan {
        configured: vec![("radarr", "films-4k"), ("sonarr", "series"), ("lidarr", "musique")],
        ..Plan::default()
    };
    let house = Household::new(home, plan).await;
    let service = house.start().await;
    let mut dice = Dice(20_261_122);
    let (mut dropped, mut late, mut twice) = (0, 0, 0);
    for number in 0..GRABS {
        let app = ["radarr", "sonarr", "lidarr"][number % 3];
        // The same title on two indexers is two grabs.
        let (title, indexer) = (format!("Perdu.{}.2024-GRP", number / 6), ["Alpha", "Beta"][number / 3 % 2]);
        let title = format!("{title}.{app}");
        let mut options = GrabOptions::default();
        if dice.shows(40) {
            options.webhook = Webhook::Drop;
            dropped += 1;
        } else if dice.shows(30) {
            options.webhook = Webhook::Twice;
            twice += 1;
        }
        if dice.shows(40) {
            options.history = HistoryRow::After(Duration::from_secs(20));
            late += 1;
        }
        if dice.shows(10) {
            house.world.fault(Target::History(app.to_owned()), Fault::ErrorJson, 1);
        }
        let torrent =
            TorrentSpec { file_bytes: 20_001, source: Some(indexer.to_owned()), ..TorrentSpec::default() };
        let release = house.world.release(&title, indexer, torrent).unwrap();
        assert!(house.world.grab(app, release, options).await.unwrap().grabbed);
        if number % 10 == 9 {
            house.advance(&service, Duration::from_secs(7)).await;
        }
    }
    // A page that fails for as long as the client repeats the call.
    house.world.fault(Target::History("radarr".to_owned()), Fault::ErrorHtml, 3);
    for _ in 0..4 {
        house.advance(&service, MINUTE).await;
    }
    house.settle(&service, Duration::from_hours(1)).await;
    let ready = house.grabs_in(GrabState::Ready).await.len();
    println!(
        "{GRABS} grabs, {dropped} webhooks lost, {twice} sent twice, {late} rows late: {ready} ready, {} downloads, {} searches",
        house.our_downloads(),
        house.world.counters().searches
    );
    assert_eq!((ready, house.grabs().await.len()), (GRABS, GRABS));
    assert_eq!((house.our_downloads(), house.world.counters().searches), (GRABS as u64, 0));
    service.stop().await;
}

#[tokio::test]
async fn one_infohash_on_two_indexers_is_two_grabs() {
    let house = Household::new(Home::file(), Plan::default()).await;
    let service = house.start().await;
    house.grab("radarr", "Jumeau-GRP", "Alpha").await;
    house.grab("radarr", "Jumeau-GRP", "Beta").await;
    house.settle(&service, MINUTE).await;
    let grabs = house.grabs_in(GrabState::Ready).await;
    let indexers: Vec<_> = grabs.iter().filter_map(|grab| grab.indexer.as_deref()).collect();
    assert_eq!(indexers, ["Alpha (Prowlarr)", "Beta (Prowlarr)"]);
    assert_ne!(grabs[0].torrent, grabs[1].torrent, "each tracker's own file");
    assert_eq!(house.our_downloads(), 2);
    service.stop().await;
}

#[tokio::test]
async fn an_app_that_is_down_for_two_hours_loses_none_of_its_grabs() {
    let house = Household::new(Home::file(), Plan::default()).await;
    let service = house.start().await;
    house.rest(&service).await;
    house.grab("radarr", "Avant.la.Panne-GRP", "Alpha").await;
    house.world.down("radarr").await.unwrap();
    for length in [Duration::from_hours(2), Duration::from_mins(7)] {
        house.advance(&service, length).await;
    }
    assert_eq!(house.state_of("Avant.la.Panne-GRP").await, "pending app-unavailable");
    assert_eq!(house.world.counters().searches, 0, "an app that is away is no reason to search");
    house.world.up("radarr").await.unwrap();
    house.settle(&service, Duration::from_mins(30)).await;
    assert_eq!(house.state_of("Avant.la.Panne-GRP").await, "ready");
    assert_eq!((house.our_downloads(), house.world.counters().searches), (1, 0));
    service.stop().await;
}

#[tokio::test]
async fn a_prowlarr_that_is_down_for_two_hours_costs_no_grab_and_no_search() {
    let house = Household::new(Home::file(), Plan::default()).await;
    let service = house.start().await;
    house.rest(&service).await;
    let release = house.grab("radarr", "Sans.Prowlarr-GRP", "Alpha").await;
    house.world.down("prowlarr").await.unwrap();
    house.advance(&service, 3 * Duration::from_secs(1)).await;
    assert_eq!(house.state_of("Sans.Prowlarr-GRP").await, "pending prowlarr-unavailable");
    house.advance(&service, Duration::from_hours(2)).await;
    house.world.up("prowlarr").await.unwrap();
    house.settle(&service, Duration::from_mins(30)).await;
    assert_eq!(house.state_of("Sans.Prowlarr-GRP").await, "ready");
    assert_eq!((house.our_downloads_of(release), house.world.counters().searches), (1, 0));
    service.stop().await;
}

#[tokio::test]
async fn grabs_made_while_grabfeed_was_down_are_found_when_it_starts() {
    let house = Household::new(Home::file(), Plan::default()).await;
    let service = house.start().await;
    house.grab("radarr", "Avant-GRP", "Alpha").await;
    house.settle(&service, MINUTE).await;
    service.stop().await;

    house.clock.advance(Duration::from_hours(5));
    for (app, title) in [("radarr", "Pendant.1-GRP"), ("sonarr", "Pendant.2-GRP")] {
        let release = house.world.release(title, "Beta", small()).unwrap();
        let report = house.world.grab(app, release, GrabOptions::default()).await.unwrap();
        assert_eq!(report.webhooks, [Sent::Failed(None)], "nobody listens");
    }
    house.clock.advance(Duration::from_hours(3));

    let service = house.start().await;
    until("the grabs are found", Duration::from_secs(20), async || {
        (house.grabs().await.len() == 3).then_some(())
    })
    .await;
    house.settle(&service, MINUTE).await;
    assert_eq!(house.grabs_in(GrabState::Ready).await.len(), 3);
    assert_eq!(house.our_downloads(), 3);
    service.stop().await;
}

#[tokio::test]
async fn numbers_that_come_again_after_a_restored_backup_hide_no_grab() {
    let house = Household::new(Home::file(), Plan::default()).await;
    let service = house.start().await;
    for title in ["Avant.1-GRP", "Avant.2-GRP"] {
        house.grab("radarr", title, "Alpha").await;
        house.advance(&service, MINUTE).await;
    }
    house.world.restore_backup("radarr", 2).unwrap();
    house.world.restore_backup("prowlarr", 4).unwrap();
    for title in ["Apres.1-GRP", "Apres.2-GRP"] {
        house.grab_as("radarr", title, "Beta", without_webhook()).await;
        house.advance(&service, MINUTE).await;
    }
    house.settle(&service, Duration::from_mins(5)).await;
    assert_eq!(house.grabs_in(GrabState::Ready).await.len(), 4);
    assert_eq!((house.grabs().await.len(), house.our_downloads()), (4, 4));
    service.stop().await;
}

#[tokio::test]
async fn grabs_of_prowlarr_itself_and_of_programs_that_the_settings_name_are_found_in_its_history() {
    let plan = Plan {
        configured: vec![("radarr", "radarr")],
        describe: |world| world.app("readarr", AppKind::Readarr).app("lidarr", AppKind::Lidarr),
        ..Plan::with("PROWLARR__GRAB_SOURCES", "Readarr")
    };
    let house = Household::new(Home::file(), plan).await;
    let service = house.start().await;
    house.rest(&service).await;
    house.grab("lidarr", "Un Album (2024)", "Beta").await;
    let by_hand = house.world.release("A.La.Main.2024-GRP", "Alpha", small()).unwrap();
    house.world.grab_in_prowlarr(by_hand).await.unwrap();
    house.grab("readarr", "Un Livre DD+5.1 (2024)", "Beta").await;
    house.grab("radarr", "Un.Film.2024-GRP", "Gamma").await;
    for _ in 0..3 {
        house.advance(&service, MINUTE).await;
    }
    house.settle(&service, Duration::from_hours(1)).await;
    house.advance(&service, Duration::from_mins(20)).await;
    let states: Vec<_> =
        house.grabs().await.iter().map(|grab| format!("{}: {}", grab.app, grab.title)).collect();
    println!("{states:?}, {} downloads, {} searches", house.our_downloads(), house.world.counters().searches);
    assert_eq!(house.grabs_in(GrabState::Ready).await.len(), 3, "{states:?}");
    assert_eq!(house.grabs().await.len(), 3, "no echo, no double");
    assert_eq!(house.our_downloads(), 3);
    assert_eq!(house.world.counters().searches, 2, "Prowlarr's rows name no link that can be fetched");
    service.stop().await;
}

#[tokio::test]
async fn a_grab_of_a_second_radarr_that_is_not_configured_is_listed_and_can_be_had_by_hand() {
    const TITLE: &str = "Second.Radarr-GRP";
    let plan = Plan {
        configured: vec![("radarr", "radarr")],
        describe: |world| world.app("radarr-4k", AppKind::Radarr),
        ..Plan::default()
    };
    let house = Household::new(Home::file(), plan).await;
    let service = house.start().await;
    house.rest(&service).await;
    house.grab("radarr", "Premier.Radarr-GRP", "Alpha").await;
    house.grab("radarr-4k", TITLE, "Beta").await;
    for _ in 0..13 {
        house.advance(&service, MINUTE).await;
    }
    assert_eq!(house.state_of("Premier.Radarr-GRP").await, "ready");
    assert_eq!(house.state_of(TITLE).await, "skipped not-recorded-by-app");
    let grab = house.grab_of(TITLE).await.id;
    assert!(house.store.retry_grab(grab, house.now().await).await.unwrap());
    house.settle(&service, MINUTE).await;
    assert_eq!(house.state_of(TITLE).await, "ready");
    assert_eq!((house.our_downloads(), house.world.counters().searches), (2, 1));
    service.stop().await;
}

#[tokio::test]
async fn with_webhooks_only_what_is_told_is_found_and_histories_make_no_grabs() {
    let house = Household::new(Home::file(), Plan::with("SYNC__MODE", "webhook_only")).await;
    house.grab("radarr", "Avant.le.Debut-GRP", "Alpha").await;
    let service = house.start().await;
    house.rest(&service).await;
    house.grab("radarr", "Dit-GRP", "Alpha").await;
    house.grab_as("radarr", "Tard-GRP", "Alpha", late_row()).await;
    house.grab_as("radarr", "Tu-GRP", "Alpha", without_webhook()).await;
    house.settle(&service, Duration::from_mins(30)).await;
    house.advance(&service, Duration::from_hours(1)).await;
    assert_eq!(house.state_of("Dit-GRP").await, "ready");
    assert_eq!(house.state_of("Tard-GRP").await, "ready");
    let titles: Vec<_> = house.grabs().await.into_iter().map(|grab| grab.title).collect();
    assert_eq!(titles, ["Dit-GRP", "Tard-GRP"]);
    assert_eq!((house.our_downloads(), house.world.counters().searches), (2, 0));

    // With Prowlarr's webhook, which rings for every download and names none that can be used, its own grabs count.
    house.connect_prowlarr(&service).await;
    let by_hand = house.world.release("A.La.Main-GRP", "Beta", small()).unwrap();
    house.world.grab_in_prowlarr(by_hand).await.unwrap();
    house.grab("sonarr", "Dit.Aussi-GRP", "Gamma").await;
    house.advance(&service, Duration::from_secs(3)).await;
    house.settle(&service, Duration::from_mins(5)).await;
    house.advance(&service, Duration::from_hours(1)).await;
    assert_eq!(house.state_of("A.La.Main-GRP").await, "ready");
    assert_eq!(house.state_of("Dit.Aussi-GRP").await, "ready");
    assert_eq!((house.grabs().await.len(), house.our_downloads()), (4, 4));
    service.stop().await;
}

#[tokio::test]
async fn with_histories_only_webhooks_are_not_needed_and_make_no_second_grab() {
    let house = Household::new(Home::file(), Plan::with("SYNC__MODE", "history_only")).await;
    let service = house.start().await;
    house.rest(&service).await;
    house.grab("radarr", "Dit-GRP", "Alpha").await;
    house.grab_as("sonarr", "Tu-GRP", "Beta", without_webhook()).await;
    house.advance(&service, MINUTE).await;
    house.settle(&service, Duration::from_mins(5)).await;
    assert_eq!(house.grabs_in(GrabState::Ready).await.len(), 2);
    assert_eq!(house.grabs().await.len(), 2);
    assert!(house.grabs().await.iter().all(|grab| !grab.seen_by_webhook));
    assert_eq!((house.our_downloads(), house.world.counters().searches), (2, 0));
    service.stop().await;
}

#[tokio::test]
async fn a_grab_without_a_row_and_one_for_usenet_end_with_what_is_true_of_them() {
    let house = Household::new(Home::file(), Plan::default()).await;
    let service = house.start().await;
    house
        .grab_as(
            "radarr",
            "Sans.Ligne-GRP",
            "Alpha",
            GrabOptions { history: HistoryRow::Never, ..GrabOptions::default() },
        )
        .await;
    let nzb = house.world.release("Un.Nzb-GRP", "Beta", ReleaseSpec::usenet()).unwrap();
    assert!(house.world.grab("radarr", nzb, GrabOptions::default()).await.unwrap().grabbed);
    house.settle(&service, Duration::from_hours(1)).await;
    assert_eq!(house.state_of("Sans.Ligne-GRP").await, "failed not-in-history");
    assert_eq!(house.state_of("Un.Nzb-GRP").await, "skipped usenet");
    assert_eq!(house.world.counters().searches, 0, "anybody with the secret can invent a grab");
    let grab = house.grabs_in(GrabState::Failed).await.remove(0);
    let now = house.now().await;
    assert!(service.deps.store.retry_grab(grab.id, now).await.unwrap());
    house.settle(&service, Duration::from_hours(1)).await;
    assert_eq!(house.state_of("Sans.Ligne-GRP").await, "ready", "a person asked for it");
    assert_eq!((house.our_downloads(), house.world.counters().searches), (1, 1));
    service.stop().await;
}

fn without_webhook() -> GrabOptions {
    GrabOptions { webhook: Webhook::Drop, ..GrabOptions::default() }
}

fn late_row() -> GrabOptions {
    GrabOptions { history: HistoryRow::After(Duration::from_secs(20)), ..GrabOptions::default() }
}
