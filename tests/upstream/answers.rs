//! What every API call does with answers that are not the promised one.

use std::sync::Arc;
use std::time::Duration;

use grabfeed::domain::app::AppKind;
use grabfeed::domain::reason::Reason;
use grabfeed::upstream::arr::ArrClient;
use grabfeed::upstream::circuit::{CircuitPolicy, CircuitState};
use grabfeed::upstream::connection::{InvalidUpstream, UpstreamOptions};
use grabfeed::upstream::error::Fault;
use grabfeed::upstream::observe::NoObserver;
use grabfeed::upstream::transport::TransportFault;
use tokio::time::Instant;

use crate::support::raw_http::{RawServer, gzip, path, redirect, reply};
use crate::support::upstreams::{KEY, NOW, Noted, http, options};

const STATUS: &str = r#"{"appName":"Radarr","instanceName":"4K","version":"6.1.0.1"}"#;

fn radarr(server: &RawServer) -> ArrClient {
    let base_url = server.url("");
    ArrClient::new(http(&[&base_url]), options(AppKind::Radarr, &base_url), Arc::new(NoObserver)).unwrap()
}

#[tokio::test]
async fn the_key_travels_in_a_header_and_nothing_else_is_told() {
    let server = RawServer::always(reply("200 OK", &[], STATUS)).await;
    let status = radarr(&server).status().await.unwrap();
    assert_eq!((status.app_name.as_str(), status.version.as_str()), ("Radarr", "6.1.0.1"));
    let head = server.heads().remove(0).to_lowercase();
    assert_eq!(path(&head), "/api/v3/system/status");
    assert!(head.contains(&format!("\r\nx-api-key: {KEY}\r\n")));
    assert!(head.contains(&format!("\r\nuser-agent: grabfeed/{}\r\n", env!("CARGO_PKG_VERSION"))));
    assert!(head.contains("\r\naccept: application/json\r\n"));
    assert!(!head.contains("referer") && !head.contains("cookie"));
}

#[tokio::test]
async fn each_answer_has_its_fault_and_its_number_of_tries() {
    let html = reply("200 OK", &[("Content-Type", "text/html")], "<!DOCTYPE html><html>login</html>");
    for (answer, fault, asked) in [
        (html, Fault::BadAnswer, 1),
        (reply("200 OK", &[], "<error code=\"429\"/>"), Fault::BadAnswer, 1),
        (reply("200 OK", &[], ""), Fault::BadAnswer, 1),
        (reply("200 OK", &[], "[]"), Fault::BadAnswer, 1),
        (reply("200 OK", &[], r#"{"version":"1"}"#), Fault::BadAnswer, 1),
        (reply("204 No Content", &[], ""), Fault::Refused(204), 1),
        (reply("400 Bad Request", &[], "{}"), Fault::Refused(400), 1),
        (reply("401 Unauthorized", &[], ""), Fault::KeyRefused, 1),
        (reply("403 Forbidden", &[], ""), Fault::KeyRefused, 1),
        (reply("404 Not Found", &[], "{}"), Fault::NotFound, 1),
        (reply("410 Gone", &[], "{}"), Fault::Refused(410), 1),
        (reply("408 Request Timeout", &[], ""), Fault::ServerError(408), 3),
        (reply("425 Too Early", &[], ""), Fault::RateLimited, 3),
        (reply("429 Too Many Requests", &[], ""), Fault::RateLimited, 3),
        (reply("500 Error", &[], r#"{"description":"stack trace"}"#), Fault::ServerError(500), 3),
        (reply("503 Starting", &[], r#"{"errorMessage":"starting"}"#), Fault::ServerError(503), 3),
        (reply("302 Found", &[("Location", "/login")], ""), Fault::Redirected, 1),
        (b"HTTP/2.5 200 OK\r\n\r\n".to_vec(), Fault::Transport(TransportFault::Malformed), 1),
        (b"{\"appName\":\"Radarr\"}".to_vec(), Fault::Transport(TransportFault::Malformed), 1),
        (Vec::new(), Fault::Transport(TransportFault::Broken), 3),
        (
            b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{".to_vec(),
            Fault::Transport(TransportFault::Broken),
            3,
        ),
    ] {
        let shown = String::from_utf8_lossy(&answer).into_owned();
        let server = RawServer::always(answer).await;
        let error = radarr(&server).status().await.unwrap_err();
        assert_eq!(error.fault, fault, "{shown}");
        assert_eq!(server.asked(), asked, "{shown}");
    }
}

#[tokio::test]
async fn passing_failures_are_repeated_until_the_answer_comes() {
    let server = RawServer::replying(|_, before| match before {
        0 => reply("503 Starting", &[], ""),
        1 => Vec::new(),
        _ => reply("200 OK", &[], STATUS),
    })
    .await;
    let noted = Arc::new(Noted::default());
    let base_url = server.url("");
    let client =
        ArrClient::new(http(&[&base_url]), options(AppKind::Radarr, &base_url), noted.clone()).unwrap();
    assert!(client.status().await.is_ok());
    assert_eq!(noted.all(), ["status status_5xx", "status broken", "status ok"]);
}

#[tokio::test]
async fn a_long_retry_after_is_left_to_the_caller() {
    let limited = reply("429 Too Many Requests", &[("Retry-After", "3600")], "");
    let server = RawServer::always(limited).await;
    let error = radarr(&server).status().await.unwrap_err();
    assert_eq!(error.retry_after(), Some(Duration::from_hours(1)));
    assert_eq!(error.reason(), Reason::RateLimited);
    assert_eq!(server.asked(), 1);
}

#[tokio::test]
async fn an_app_that_does_not_answer_costs_no_more_than_the_deadline() {
    let server = RawServer::serving(|stream, _| async move {
        std::future::pending::<()>().await;
        drop(stream);
    })
    .await;
    let base_url = server.url("");
    let options =
        UpstreamOptions { timeout: Duration::from_millis(100), ..options(AppKind::Radarr, &base_url) };
    let client = ArrClient::new(http(&[&base_url]), options, Arc::new(NoObserver)).unwrap();
    let error = client.status().await.unwrap_err();
    assert_eq!(error.fault, Fault::Transport(TransportFault::TimedOut));
    assert_eq!(error.reason(), Reason::AppUnavailable);
    assert_eq!(server.asked(), 3);
}

#[tokio::test]
async fn a_private_address_that_is_not_configured_is_not_asked() {
    let server = RawServer::always(reply("200 OK", &[], STATUS)).await;
    let base_url = server.url("");
    let client =
        ArrClient::new(http(&[]), options(AppKind::Radarr, &base_url), Arc::new(NoObserver)).unwrap();
    assert_eq!(client.status().await.unwrap_err().reason(), Reason::AddressRefused);
    assert_eq!(server.asked(), 0);
}

#[tokio::test]
async fn the_apps_own_redirect_to_its_base_path_is_followed_once() {
    let server = RawServer::replying(|head, _| match path(head) {
        "/movies/api/v3/system/status" => reply("200 OK", &[], STATUS),
        other => redirect(307, &format!("/movies{other}")),
    })
    .await;
    assert!(radarr(&server).status().await.is_ok());
    assert_eq!(server.asked(), 2);

    let looping = RawServer::always(redirect(307, "/elsewhere")).await;
    assert_eq!(radarr(&looping).status().await.unwrap_err().fault, Fault::Redirected);
    assert_eq!(looping.asked(), 2);
}

#[tokio::test]
async fn the_key_is_not_taken_to_another_origin() {
    let thief = RawServer::always(reply("200 OK", &[], STATUS)).await;
    let location = thief.url("/api/v3/system/status");
    let server = RawServer::always(redirect(307, &location)).await;
    let (base_url, other) = (server.url(""), thief.url(""));
    let http = http(&[&base_url, &other]);
    let client = ArrClient::new(http, options(AppKind::Radarr, &base_url), Arc::new(NoObserver)).unwrap();
    assert_eq!(client.status().await.unwrap_err().fault, Fault::Redirected);
    assert_eq!(thief.asked(), 0);
}

#[tokio::test]
async fn base_paths_are_joined_with_and_without_a_slash() {
    let server = RawServer::always(reply("200 OK", &[], STATUS)).await;
    for base in ["/movies", "/movies/", "/a/b/"] {
        let base_url = server.url(base);
        let options = options(AppKind::Radarr, &base_url);
        let client = ArrClient::new(http(&[&base_url]), options, Arc::new(NoObserver)).unwrap();
        client.status().await.unwrap();
        let asked = server.heads().pop().unwrap();
        assert_eq!(path(&asked), format!("{}/api/v3/system/status", base.trim_end_matches('/')));
    }
}

#[tokio::test]
async fn compressed_answers_are_read_and_compressed_bombs_end_at_the_limit() {
    let encoding = [("Content-Encoding", "gzip")];
    let server = RawServer::always(reply("200 OK", &encoding, gzip(STATUS.as_bytes()))).await;
    assert!(radarr(&server).status().await.is_ok());
    let bomb = RawServer::always(reply("200 OK", &encoding, gzip(&vec![b' '; 8 << 20]))).await;
    assert_eq!(radarr(&bomb).status().await.unwrap_err().fault, Fault::TooLarge);
}

#[tokio::test]
async fn an_open_circuit_spares_the_app_until_a_person_asks() {
    let server = RawServer::replying(|_, before| match before {
        0..2 => reply("500 Error", &[], ""),
        _ => reply("200 OK", &[], STATUS),
    })
    .await;
    let base_url = server.url("");
    let mut options = options(AppKind::Radarr, &base_url);
    options.retry.tries = 1;
    options.circuit = CircuitPolicy { failures: 2, ..CircuitPolicy::default() };
    let client = ArrClient::new(http(&[&base_url]), options, Arc::new(NoObserver)).unwrap();
    for _ in 0..2 {
        assert_eq!(client.history_since(NOW).await.unwrap_err().fault, Fault::ServerError(500));
    }
    let error = client.history_since(NOW).await.unwrap_err();
    assert_eq!(error.fault, Fault::CircuitOpen);
    assert!(error.retry_after().is_some());
    assert_eq!(server.asked(), 2);
    assert_eq!(client.circuit().state(Instant::now()), CircuitState::Open);
    assert!(client.status().await.is_ok());
    assert_eq!(client.circuit().state(Instant::now()), CircuitState::Closed);
}

#[tokio::test]
async fn an_error_tells_no_key_no_url_and_no_body() {
    let server = RawServer::always(reply("500 Error", &[], r#"{"description":"test-secret-body"}"#)).await;
    let client = radarr(&server);
    let error = client.status().await.unwrap_err();
    let shown = format!("{error} {error:?} {:?}", client.options());
    assert!(!shown.contains(KEY) && !shown.contains("test-secret-body"), "{shown}");
    assert!(!format!("{error} {error:?}").contains("127.0.0.1"));
}

#[test]
fn settings_that_cannot_work_are_refused_at_once() {
    let refusal = |kind, url: &str, key: &str| {
        let options = UpstreamOptions { api_key: key.into(), ..options(kind, url) };
        ArrClient::new(http(&[]), options, Arc::new(NoObserver)).err()
    };
    assert_eq!(refusal(AppKind::Radarr, "ftp://radarr/", KEY), Some(InvalidUpstream::Url));
    assert_eq!(refusal(AppKind::Radarr, "http://radarr/", ""), Some(InvalidUpstream::ApiKey));
    assert_eq!(refusal(AppKind::Radarr, "http://radarr/", "test\nkey"), Some(InvalidUpstream::ApiKey));
    assert_eq!(refusal(AppKind::Prowlarr, "http://radarr/", KEY), Some(InvalidUpstream::Kind));
    assert_eq!(refusal(AppKind::Radarr, "http://radarr/", KEY), None);
}
