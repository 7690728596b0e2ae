//! What passes is no end: a place that refuses for a while, a setting that was taken away, a clock that was wrong.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use grabfeed::demo::{DownloadUrl, Fault, GrabOptions, Target, Webhook};
use grabfeed::domain::grab::GrabState;

use crate::support::database::Home;
use crate::support::raw_http::{RawServer, path, reply};
use crate::support::service::{Household, Plan, small};

const MINUTE: Duration = Duration::from_mins(1);
const HOUR: Duration = Duration::from_hours(1);

fn direct() -> GrabOptions {
    GrabOptions { download_url: DownloadUrl::Direct, ..GrabOptions::default() }
}

/// Each row is what stood in front of a Prowlarr, or Prowlarr's own state, as people report it.
#[tokio::test]
async fn grabs_outlast_whatever_answers_in_prowlarrs_place_for_a_day() {
    let page = "<!doctype html><html><title>Sign in</title>";
    let html = [("Content-Type", "text/html")];
    let refusals = [
        ("Traefik", reply("404 Not Found", &[("Content-Type", "text/plain")], "404 page not found\n")),
        ("Cle", reply("401 Unauthorized", &[], "")),
        ("Entree", reply("200 OK", &html, page)),
        ("Interdit", reply("403 Forbidden", &html, page)),
        ("Limite", reply("400 Bad Request", &[], r#"{"message":"BadRequest: Grab limit reached"}"#)),
        ("Arret", reply("502 Bad Gateway", &html, page)),
    ];
    let torrents: Arc<Mutex<BTreeMap<String, Vec<u8>>>> = Arc::default();
    let (is_well, known) = (Arc::new(AtomicBool::new(false)), Arc::clone(&torrents));
    let (well, answers) = (Arc::clone(&is_well), refusals.clone());
    let prowlarr = RawServer::replying(move |head, _| {
        let wanted = path(head);
        let Some((title, refusal)) = answers.iter().find(|(title, _)| wanted.contains(title)) else {
            return reply("200 OK", &[("Content-Type", "application/json")], "[]");
        };
        if !well.load(Ordering::Relaxed) {
            return refusal.clone();
        }
        reply("200 OK", &[], &known.lock().unwrap()[*title])
    })
    .await;
    let plan = Plan { prowlarr_url: Some(prowlarr.url("")), ..Plan::default() };
    let house = Household::new(Home::file(), plan).await;
    let service = house.start().await;
    for (title, _) in &refusals {
        // One indexer each, so that none is held for another.
        let release = house.grab("radarr", title, ["Alpha", "Beta", "Gamma"][title.len() % 3]).await;
        torrents.lock().unwrap().insert((*title).to_owned(), house.world.torrent(release).unwrap().metainfo);
    }
    for _ in 0..24 {
        house.advance(&service, HOUR).await;
    }
    assert_eq!(house.grabs_in(GrabState::Pending).await.len(), refusals.len(), "none is given up");
    is_well.store(true, Ordering::Relaxed);
    for _ in 0..40 {
        house.advance(&service, HOUR).await;
    }
    for (title, _) in &refusals {
        assert_eq!(house.state_of(title).await, "ready");
    }
    service.stop().await;
}

#[tokio::test]
async fn what_a_setting_made_impossible_goes_on_when_it_is_possible_again() {
    for (setting, without, with, way, state) in [
        (
            "NETWORK__LINK_SOURCES",
            "http://elsewhere.test:1",
            "",
            DownloadUrl::Direct,
            "failed address-refused",
        ),
        ("MATCHING__ALLOW_SEARCH", "false", "true", DownloadUrl::Null, "failed no-link"),
        ("MATCHING__ALLOW_MAGNETS", "false", "true", DownloadUrl::Magnet, "skipped magnet-only"),
        ("TORRENTS__MAX_SIZE_MB", "1", "5", DownloadUrl::Proxy, "failed too-large"),
    ] {
        let house = Household::new(Home::file(), Plan::with(setting, without)).await;
        let service = house.start().await;
        let is_magnet = setting.ends_with("MAGNETS");
        let spec = if is_magnet { grabfeed::demo::ReleaseSpec::magnet() } else { small() };
        let release = house.world.release("Un.Film-GRP", "Alpha", spec).unwrap();
        if setting.ends_with("MB") {
            house.world.fault(Target::Release(release), Fault::Oversized(2 << 20), 1);
        }
        let options = GrabOptions { download_url: way, ..GrabOptions::default() };
        assert!(house.world.grab("radarr", release, options).await.unwrap().grabbed);
        house.settle(&service, HOUR).await;
        assert_eq!(house.state_of("Un.Film-GRP").await, state, "{setting}");
        service.stop().await;
        let tracker = house.world.tracker_url().to_owned();
        let value = if with.is_empty() { &tracker } else { with };
        let house = house.with_plan(Plan::with(setting, value));
        let service = house.start().await;
        house.settle(&service, HOUR).await;
        assert_eq!(house.state_of("Un.Film-GRP").await, "ready", "{setting}");
        service.stop().await;
    }
}

#[tokio::test]
async fn searches_keep_within_the_budget_of_the_hour_and_every_grab_has_its_one() {
    let house = Household::new(Home::file(), Plan::with("MATCHING__SEARCHES_PER_HOUR", "3")).await;
    let service = house.start().await;
    house.rest(&service).await;
    for number in 0..8 {
        let release = house.world.release(&format!("A.La.Main.{number}-GRP"), "Alpha", small()).unwrap();
        house.world.grab_in_prowlarr(release).await.unwrap();
    }
    house.advance(&service, MINUTE).await;
    house.advance(&service, MINUTE).await;
    assert!(house.world.counters().searches <= 3, "{}", house.world.counters().searches);
    let waiting = house.grabs_in(GrabState::Pending).await;
    assert!(
        waiting
            .iter()
            .all(|grab| grab.reason.map(grabfeed::domain::reason::Reason::code) == Some("search-budget")),
        "{waiting:?}"
    );
    for _ in 0..6 {
        house.advance(&service, HOUR).await;
    }
    assert_eq!(house.grabs_in(GrabState::Ready).await.len(), 8);
    assert_eq!(house.world.counters().searches, 8);
    service.stop().await;
}

#[tokio::test]
async fn the_same_release_grabbed_again_in_prowlarr_costs_nothing_more() {
    let house = Household::new(Home::file(), Plan::default()).await;
    let service = house.start().await;
    house.rest(&service).await;
    let release = house.world.release("Encore-GRP", "Alpha", small()).unwrap();
    for _ in 0..5 {
        house.world.grab_in_prowlarr(release).await.unwrap();
        house.advance(&service, 3 * HOUR).await;
    }
    assert_eq!(house.grabs_in(GrabState::Ready).await.len(), 5);
    assert_eq!((house.our_downloads(), house.world.counters().searches), (1, 1));
    service.stop().await;
}

#[tokio::test]
async fn without_a_look_back_nothing_from_before_the_first_start_is_ever_taken() {
    let house = Household::new(Home::file(), Plan::with("SYNC__LOOKBACK_DAYS", "0")).await;
    let silent = || GrabOptions { webhook: Webhook::Drop, ..GrabOptions::default() };
    house.grab_as("radarr", "Avant.Radarr-GRP", "Alpha", silent()).await;
    house.grab_as("sonarr", "Avant.Sonarr-GRP", "Beta", silent()).await;
    house.clock.advance(2 * MINUTE);
    let service = house.start().await;
    for pause in [MINUTE, 20 * MINUTE, 30 * HOUR] {
        house.advance(&service, pause).await;
    }
    assert!(house.grabs().await.is_empty(), "{:?}", house.grabs().await);
    house.grab_as("radarr", "Apres-GRP", "Alpha", silent()).await;
    house.advance(&service, 2 * MINUTE).await;
    assert_eq!(house.state_of("Apres-GRP").await, "ready");
    assert_eq!(house.grabs().await.len(), 1);
    service.stop().await;
}

#[tokio::test]
async fn a_first_look_asks_a_host_slowly_and_a_new_grab_does_not_wait_behind_it() {
    let house = Household::new(Home::file(), Plan::default()).await;
    let tracker = house.world.tracker_url().to_owned();
    let mut plan = Plan::with("NETWORK__LINK_SOURCES", &tracker);
    plan.settings.push(("NETWORK__HOST_SPACING_SECONDS", "0.2".to_owned()));
    let house = house.with_plan(plan);
    for number in 0..30 {
        let options = GrabOptions { webhook: Webhook::Drop, ..direct() };
        house.grab_as("radarr", &format!("Ancien.{number}-GRP"), "Alpha", options).await;
        house.clock.advance(MINUTE);
    }
    let service = house.start().await;
    house.rest(&service).await;
    let first = house.grabs_in(GrabState::Ready).await.len();
    assert!(first <= 2, "{first} at once");
    house.grab_as("radarr", "Nouveau-GRP", "Alpha", direct()).await;
    house.advance(&service, Duration::from_secs(3)).await;
    assert_eq!(house.state_of("Nouveau-GRP").await, "ready");
    let mut last = house.grabs_in(GrabState::Ready).await.len();
    for _ in 0..60 {
        house.advance(&service, Duration::from_millis(600)).await;
        let ready = house.grabs_in(GrabState::Ready).await.len();
        // The clock stands still while a turn is waited for, so that a few may fall together.
        assert!(ready - last <= 8, "{} within the time of one", ready - last);
        last = ready;
    }
    assert_eq!(house.grabs_in(GrabState::Ready).await.len(), 31);
    service.stop().await;
}

#[tokio::test]
async fn a_database_that_is_moved_removed_or_replaced_is_noticed_at_once() {
    for how in ["moved", "removed", "replaced"] {
        let house = Household::new(Home::file(), Plan::default()).await;
        let service = house.start().await;
        let is_database = |path: &std::path::PathBuf| path.extension().is_some_and(|end| end == "db");
        let file = house.database_files().into_iter().find(is_database).unwrap();
        let aside = file.with_extension("aside");
        std::fs::rename(&file, &aside).unwrap();
        match how {
            "removed" => std::fs::remove_file(&aside).unwrap(),
            "replaced" => _ = std::fs::copy(&aside, &file).unwrap(),
            _ => {}
        }
        let store = &service.deps.store;
        assert_eq!(store.ping().await.unwrap_err().kind(), "moved", "{how}");
        let written = store.ensure_job("test", house.clock.now()).await;
        assert_eq!(written.unwrap_err().kind(), "moved", "{how}");
        service.stop().await;
    }
}

#[tokio::test]
async fn invented_webhooks_cost_no_search_and_little_room_and_real_grabs_go_on() {
    let house = Household::new(Home::file(), Plan::default()).await;
    let service = house.start().await;
    house.rest(&service).await;
    let radarr = grabfeed::domain::app::AppName::parse("radarr").unwrap();
    let invented = grabfeed::pipeline::webhook::MOST_UNCONFIRMED + 200;
    for number in 0..invented {
        let body = format!(
            r#"{{"eventType":"Grab","release":{{"releaseTitle":"Invente.{number}","indexer":"Alpha"}},"downloadId":"{number:040x}"}}"#
        );
        let now = house.clock.now();
        let event = grabfeed::intake::webhook::read(
            &radarr,
            grabfeed::domain::app::AppKind::Radarr,
            body.as_bytes(),
            now,
        );
        grabfeed::pipeline::webhook::record(&service.deps, &radarr, event.unwrap()).await.unwrap();
    }
    let kept = house.count("SELECT COUNT(*) FROM grab").await;
    assert_eq!(u64::try_from(kept).unwrap(), grabfeed::pipeline::webhook::MOST_UNCONFIRMED);
    house.grab("radarr", "Vrai-GRP", "Alpha").await;
    house.clock.advance(2 * MINUTE);
    crate::support::wait::until("the real grab is ready", Duration::from_secs(90), async || {
        service.deps.wake.notify_one();
        house.clock.advance(Duration::from_secs(5));
        let ready = house.grabs_in(GrabState::Ready).await;
        ready.iter().any(|grab| grab.title == "Vrai-GRP").then_some(())
    })
    .await;
    assert_eq!(house.world.counters().searches, 0);
    service.stop().await;
}
