//! What every app's API has in common: key, version, URL base, paging, filters.

use std::time::Duration;

use grabfeed::demo::{GrabOptions, TorrentSpec};
use grabfeed::domain::app::AppKind;
use reqwest::StatusCode;
use serde_json::Value;

use super::client::{ask, client, get};
use super::{described, world};

#[tokio::test]
async fn the_first_key_that_is_present_decides() {
    let (world, _) = world().await;
    let app = world.app("radarr").unwrap();
    let url = format!("{}/api/v3/system/status", app.url());
    let refused = get(&url).await;
    assert_eq!(refused.status(), StatusCode::UNAUTHORIZED);
    assert!(!refused.headers().contains_key("x-application-version"), "recorded so");
    assert!(refused.bytes().await.unwrap().is_empty());

    let good = client().get(&url).bearer_auth(app.key()).send().await.unwrap();
    assert_eq!(good.status(), StatusCode::OK);
    let wrong_first =
        client().get(format!("{url}?apikey=x")).header("X-Api-Key", app.key()).send().await.unwrap();
    assert_eq!(wrong_first.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(world.counters().refused_keys["radarr"], 2);

    let ping = get(&format!("{}/ping", app.url())).await;
    assert_eq!(ping.json::<Value>().await.unwrap(), serde_json::json!({ "status": "OK" }));
}

#[tokio::test]
async fn a_missing_url_base_is_a_307_that_keeps_path_and_query() {
    let (builder, _) = described();
    let world = builder.url_base("sonarr", "/series").start().await.unwrap();
    let app = world.app("sonarr").unwrap();
    let origin = app.url().strip_suffix("/series").unwrap().to_owned();
    let answer = get(&format!("{origin}/api/v3/history?page=2")).await;
    assert_eq!(answer.status(), StatusCode::TEMPORARY_REDIRECT);
    assert_eq!(answer.headers()["location"], "/series/api/v3/history?page=2");
    let status = ask(&world, "sonarr", "/api/v3/system/status").await;
    assert_eq!((&status["appName"], &status["urlBase"]), (&"Sonarr".into(), &"/series".into()));
}

#[tokio::test]
async fn every_kind_names_itself_under_its_own_api_version() {
    let (builder, _) = described();
    let world = builder
        .app("lidarr", AppKind::Lidarr)
        .app("readarr", AppKind::Readarr)
        .app("whisparr", AppKind::Whisparr)
        .start()
        .await
        .unwrap();
    for (name, version, title) in [
        ("radarr", "v3", "Radarr"),
        ("lidarr", "v1", "Lidarr"),
        ("readarr", "v1", "Readarr"),
        ("whisparr", "v3", "Whisparr"),
    ] {
        let status = ask(&world, name, &format!("/api/{version}/system/status")).await;
        assert_eq!(status["appName"], title);
    }
}

#[tokio::test]
async fn history_is_paged_newest_first_and_a_page_past_the_end_is_empty() {
    let (world, hands) = world().await;
    for number in 0..12 {
        let title = format!("Film.{number:02}-GRP");
        let release = world.release(&title, "Alpha", TorrentSpec::default()).unwrap();
        world.grab("radarr", release, GrabOptions::default()).await.unwrap();
        hands.forward(Duration::from_secs(1));
    }
    let first = ask(&world, "radarr", "/api/v3/history").await;
    assert_eq!((&first["pageSize"], &first["totalRecords"]), (&10.into(), &12.into()));
    assert_eq!(first["records"].as_array().unwrap().len(), 10);
    assert_eq!(first["records"][0]["sourceTitle"], "Film.11-GRP");
    assert_eq!(first["sortDirection"], "descending");
    let past = ask(&world, "radarr", "/api/v3/history?page=3&eventType=1").await;
    assert_eq!(past["records"], serde_json::json!([]));
    let ascending = ask(&world, "radarr", "/api/v3/history?pageSize=2&page=2&sortDirection=ascending").await;
    assert_eq!(ascending["records"][0]["sourceTitle"], "Film.02-GRP");
    let since =
        ask(&world, "radarr", "/api/v3/history/since?date=2026-01-05T08:00:05Z&eventType=grabbed").await;
    let since = since.as_array().unwrap();
    assert_eq!((since.len(), &since[0]["sourceTitle"]), (7, &"Film.05-GRP".into()));
}

#[tokio::test]
async fn a_parameter_of_the_wrong_type_is_a_problem_document() {
    let (world, _) = world().await;
    let app = world.app("radarr").unwrap();
    for query in ["eventType=grabbed", "sortDirection=desc", "page=one"] {
        let url = format!("{}/api/v3/history?{query}&apikey={}", app.url(), app.key());
        let answer = get(&url).await;
        assert_eq!(answer.status(), StatusCode::BAD_REQUEST, "{query}");
        assert_eq!(answer.headers()["content-type"], "application/json; charset=utf-8");
    }
}

/// On SQLite the apps compare dates as text (recorded): a whole second is after its own fractions.
#[tokio::test]
async fn since_compares_dates_as_text() {
    let (world, hands) = world().await;
    let release = world.release("Un.Film-GRP", "Alpha", TorrentSpec::default()).unwrap();
    hands.forward(std::time::Duration::from_millis(250));
    world.grab("radarr", release, GrabOptions::default()).await.unwrap();
    let second = hands.now().rfc3339_seconds();
    let before = hands.now().minus(std::time::Duration::from_secs(1)).rfc3339_seconds();
    for (date, rows) in [(second.replace('Z', ".1Z"), 1), (second.clone(), 0), (before, 1)] {
        let found = ask(&world, "radarr", &format!("/api/v3/history/since?date={date}&eventType=1")).await;
        assert_eq!(found.as_array().unwrap().len(), rows, "{date}");
    }
}
