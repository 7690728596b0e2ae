//! `/metrics`, as Prometheus reads it.

use std::io::Write;
use std::process::{Command, Stdio};

use super::Running;
use crate::support::service::Plan;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_metrics_are_sound_and_tell_nothing_that_is_the_persons_own() {
    let (running, feed) = Running::with_one_item(Plan::default()).await;
    let (_, link) = running.items(&feed).await.remove(0);
    running.http.get(&link).await;
    running.http.get(&running.url("/a/strange/path")).await;
    running.http.send("STRANGE", &running.url(&feed), &[], "").await;
    let key = running.key("metrics").await;
    let reply = running.http.get_with(&running.url("/metrics"), &[("x-api-key", &key)]).await;
    assert!(reply.header("content-type").starts_with("text/plain; version="));
    let text = reply.text();
    check(&text);

    let infohash = link.rsplit('/').next().unwrap().trim_end_matches(".torrent");
    let token = feed.split('/').nth(2).unwrap();
    let private =
        ["A.Film", "Alpha", "127.0.0.1", "http://", "strange", "STRANGE", infohash, token, &key, "test-"];
    for private in private {
        assert!(!text.contains(private), "{private} in\n{text}");
    }
    assert!(text.contains("/f/{token}/rss.xml"), "routes are labelled by their pattern\n{text}");
}

/// Prometheus' own check, from the Debian package `prometheus`.
fn check(text: &str) {
    let spawned = Command::new("promtool")
        .args(["check", "metrics"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let Ok(mut promtool) = spawned else { return println!("no promtool: the metrics' form is not checked") };
    promtool.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let output = promtool.wait_with_output().unwrap();
    let said =
        String::from_utf8_lossy(&output.stderr).into_owned() + &String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.is_empty(), "{said}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn metrics_that_are_switched_off_are_not_there() {
    let running = Running::with(Plan::with("METRICS__ENABLED", "false")).await;
    let key = running.key("metrics").await;
    let reply = running.http.get_with(&running.url("/metrics"), &[("x-api-key", &key)]).await;
    assert_eq!(reply.status, 404);
}
