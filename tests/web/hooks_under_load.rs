//! Webhooks: many, at once, again, and while nothing behind us answers.

use std::time::{Duration, Instant};

use futures_util::future::join_all;

use super::payloads::radarr_grab;
use super::{Running, SECRET, known_secret};
use crate::support::service::Plan;

const HEADERS: [(&str, &str); 1] = [("x-webhook-token", SECRET)];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_never_waits_for_an_upstream() {
    // Accepts connections and says nothing; Prowlarr's and Radarr's places are taken by it and by nobody.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let prowlarr_url = Some(format!("http://{}", silent.local_addr().unwrap()));
    let running = Running::with(Plan { prowlarr_url, ..known_secret() }).await;
    for app in ["radarr", "sonarr", "lidarr"] {
        running.home.world.down(app).await.unwrap();
    }
    let url = running.url("/hooks/radarr");
    let mut took = Vec::new();
    for number in 0..500 {
        let body = radarr_grab(&format!("Film.{number}-GRP"));
        let started = Instant::now();
        assert_eq!(running.http.post_json(&url, &HEADERS, &body).await.status, 200);
        took.push(started.elapsed());
    }
    took.sort();
    let (median, p99, slowest) = (took[250], took[495], took[499]);
    println!("500 webhooks, nothing behind us answers: p50 {median:?}, p99 {p99:?}, slowest {slowest:?}");
    assert!(p99 < Duration::from_millis(500), "p99 {p99:?}");
    assert_eq!(running.home.grabs().await.len(), 500);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_copies_at_once_are_one_grab_and_all_are_thanked() {
    let running = Running::with(known_secret()).await;
    let (url, body) = (running.url("/hooks/radarr"), radarr_grab("A.Film.2026-GRP"));
    let answers = join_all((0..50).map(|_| running.http.post_json(&url, &HEADERS, &body))).await;
    for answer in answers {
        assert_eq!(answer.status, 200, "{}", answer.text());
    }
    assert_eq!(running.home.grabs().await.len(), 1);
    assert_eq!(running.home.count("SELECT COUNT(*) FROM sighting").await, 1);
}
