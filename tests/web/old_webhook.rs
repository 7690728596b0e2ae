//! `/api/webhook/grab`, where the predecessor took the webhooks of all apps under one token.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::{Running, SECRET, known_secret};
use crate::support::service::Plan;

const PATH: &str = "/api/webhook/grab";
const TEST: &str = r#"{"eventType":"Test"}"#;

/// A grab as Radarr or Sonarr tells of it.
fn grab(subject: &str, instance: &str, title: &str) -> String {
    json!({
        "eventType": "Grab", "instanceName": instance, subject: { "title": "Something" },
        "release": { "releaseTitle": title, "indexer": "Alpha (Prowlarr)", "size": 1000 },
    })
    .to_string()
}

async fn post(running: &Running, secret: &str, body: &str) -> u16 {
    let headers = [("x-webhook-token", secret.as_bytes()), ("content-type", b"application/json")];
    running.http.send("POST", &running.url(PATH), &headers, body.to_owned()).await.status
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_secret_comes_in_a_header_and_tells_whose_webhook_it_is() {
    let running = Running::with(known_secret()).await;
    let basic = |text: &str| format!("Basic {}", STANDARD.encode(text));
    for (name, value, status) in [
        ("x-webhook-token", SECRET.to_owned(), 200),
        ("authorization", basic(&format!("radarr:{SECRET}")), 200),
        ("authorization", format!("Bearer {SECRET}"), 200),
        ("x-webhook-token", format!("{SECRET}x"), 401),
        ("x-webhook-token", String::new(), 401),
        ("authorization", basic(&format!("{SECRET}:")), 401),
        ("x-api-key", running.key("read,admin").await, 403),
        ("accept", "*/*".to_owned(), 401),
    ] {
        for method in ["POST", "PUT"] {
            let reply =
                running.http.send(method, &running.url(PATH), &[(name, value.as_bytes())], TEST).await;
            assert_eq!(reply.status, status, "{method} {name}: {value}");
        }
    }
    let key = running.key("webhook").await;
    let (headers, series) = ([("x-api-key", key.as_bytes())], grab("series", "Sonarr", "A.Series-GRP"));
    assert_eq!(running.http.send("POST", &running.url(PATH), &headers, series).await.status, 200);
    assert_eq!(running.home.grab_of("A.Series-GRP").await.app.as_str(), "sonarr", "a key is for all apps");
    assert_eq!(post(&running, SECRET, &grab("movie", "Radarr", "A.Film-GRP")).await, 200);
    assert_eq!(running.home.grab_of("A.Film-GRP").await.app.as_str(), "radarr");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_predecessors_token_in_the_query_is_refused_with_what_to_do_instead() {
    let running = Running::with(known_secret()).await;
    let url = running.url(&format!("{PATH}?token={SECRET}"));
    let reply = running.http.send("POST", &url, &[], grab("movie", "Radarr", "A.Film-GRP")).await;
    assert_eq!((reply.status, &reply.json()["code"]), (401, &"key-in-query".into()));
    assert!(!reply.text().contains(SECRET));
    assert!(running.home.grabs().await.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn apps_that_share_the_predecessors_one_token_are_told_apart_by_name_or_by_what_they_tell_of() {
    let plan = Plan {
        settings: (0..3).map(|number| (SECRETS[number], SECRET.to_owned())).collect(),
        ..Plan::default()
    };
    let running = Running::with(plan).await;
    for (subject, instance, title, app) in [
        ("movie", "Radarr", "A.Film.1-GRP", "radarr"),
        ("movie", "Films of the house", "A.Film.2-GRP", "radarr"),
        ("series", "", "A.Series.S01E01-GRP", "sonarr"),
        ("artist", "lidarr", "An.Album-GRP", "lidarr"),
    ] {
        assert_eq!(post(&running, SECRET, &grab(subject, instance, title)).await, 200, "{title}");
        assert_eq!(running.home.grab_of(title).await.app.as_str(), app, "{title}");
    }
    let count = running.home.grabs().await.len();
    for body in [TEST, "[]", "{", &grab("author", "", "A.Book-GRP")] {
        assert_eq!(post(&running, SECRET, body).await, 409, "{body}: it cannot be told whose it is");
    }
    assert_eq!(running.home.grabs().await.len(), count);
}

const SECRETS: [&str; 3] = ["APPS__0__WEBHOOK_SECRET", "APPS__1__WEBHOOK_SECRET", "APPS__2__WEBHOOK_SECRET"];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_does_not_answer_is_no_success() {
    // The predecessor answered 200 with an error inside, so the app took the grab for told.
    let running = Running::with(known_secret()).await;
    running.home.store.close().await;
    running.service.deps.store.close().await;
    assert_eq!(post(&running, SECRET, &grab("movie", "Radarr", "A.Film-GRP")).await, 503);
}
