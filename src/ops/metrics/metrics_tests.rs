use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use super::*;

/// Metrics in which every verb was used.
fn used() -> Metrics {
    let metrics = Metrics::new("1.2.3", "abcdef");
    let took = Duration::from_millis(20);
    metrics.request_answered("GET", "/f/{token}/{file}", 200, took);
    metrics.auth_failed(AuthMethod::Password);
    metrics.webhook_received(Some(AppKind::Radarr), WebhookEvent::Grab, WebhookResult::Stored, took);
    metrics.set_grabs(GrabState::Pending, 3);
    metrics.set_oldest_pending(took);
    metrics.attempt_ended(AttemptStep::Download, AttemptOutcome::Retry);
    metrics.grab_failed(Reason::Gone);
    metrics.upstream_answered(Service::Indexer, Operation::Download, Outcome::Ok, took);
    metrics.set_circuits_open(Service::App(AppKind::Prowlarr), 1);
    metrics.sync_ended(Source::AppHistory, Outcome::Ok, 12, took, Ts::from_millis(1_795_366_902_500));
    metrics.grab_recovered(Source::AppHistory);
    metrics.set_webhooks_missed(1);
    metrics.set_indexers_held(1);
    metrics.set_certificates_unchecked(1);
    metrics.set_torrents(3, 4_000);
    metrics.set_database(5_000);
    metrics.own_echo_skipped();
    metrics.rows_unreadable(Source::AppHistory, 2);
    metrics.downloaded(1_000);
    metrics.torrent_stored();
    metrics.torrent_rejected(Reason::HtmlPage);
    metrics.feed_requested("rss", FeedResult::NotModified);
    metrics.set_feed_items(ItemState::Waiting, 50);
    metrics.set_findings("feed-unread", 1);
    metrics.torrent_served();
    metrics.db_failed(DbError::Busy);
    metrics.log_message(Level::WARN);
    metrics
}

#[test]
fn what_was_counted_is_told() {
    let text = used().encode();
    for line in [
        "# TYPE grabfeed_http_requests_total counter",
        r#"grabfeed_http_requests_total{method="GET",route="/f/{token}/{file}",code="200"} 1"#,
        r#"grabfeed_webhooks_received_total{app="radarr",event="grab",result="stored"} 1"#,
        r#"grabfeed_grabs_failed_total{reason="gone"} 1"#,
        r#"grabfeed_grabs_failed_total{reason="not-found"} 0"#,
        r#"grabfeed_sync_last_success_timestamp_seconds{source="app_history"} 1795366902.5"#,
        "grabfeed_download_bytes_total 1000",
        r#"grabfeed_build_info{version="1.2.3",commit="abcdef"} 1.0"#,
    ] {
        assert!(text.lines().any(|told| told == line), "{line} is not in\n{text}");
    }
}

#[test]
fn every_metric_is_told_and_described() {
    let text = used().encode();
    for Described(name, kind, _, help) in Families::describe() {
        assert!(
            text.contains(&format!("# HELP {name} {help}.\n# TYPE {name} {kind}\n{name}")),
            "{name}\n{text}"
        );
    }
}

#[test]
fn a_request_in_flight_ends_when_it_is_dropped() {
    let metrics = Metrics::new("0", "0");
    let request = metrics.request_begins();
    assert!(metrics.encode().contains("\ngrabfeed_http_requests_in_flight 1.0\n"));
    drop(request);
    assert!(metrics.encode().contains("\ngrabfeed_http_requests_in_flight 0.0\n"));
}

#[test]
fn a_made_up_method_makes_no_series() {
    assert_eq!(bounded_method("BREW"), "other");
}

#[test]
fn promtool_finds_nothing_to_say() {
    let promtool = Command::new("promtool")
        .args(["check", "metrics"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let Ok(mut promtool) = promtool else {
        println!("promtool is not installed: not checked (`scripts/test` installs it)");
        return;
    };
    promtool.stdin.take().unwrap().write_all(used().encode().as_bytes()).unwrap();
    let output = promtool.wait_with_output().unwrap();
    let said =
        String::from_utf8_lossy(&output.stderr).into_owned() + &String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.trim().is_empty(), "{said}");
}

#[test]
fn the_reference_is_fresh() {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let fresh = Metrics::reference();
    let kept = std::fs::read_to_string(package.join("docs/reference/metrics.md")).unwrap_or_default();
    if fresh != kept {
        let folder = package.join("target/reference");
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("metrics.md"), &fresh).unwrap();
        panic!("stale: cp target/reference/metrics.md docs/reference/metrics.md");
    }
}
