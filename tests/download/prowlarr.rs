//! What is repeated of a download through Prowlarr, and what is not.

use std::sync::Arc;

use grabfeed::domain::reason::Reason;
use grabfeed::fetch::download::{Downloader, Via};
use grabfeed::upstream::circuit::{Circuit, CircuitPolicy, CircuitState};
use grabfeed::upstream::observe::NoObserver;

use super::{LIMITS, TORRENT, code, fetch, link, word};
use crate::support::raw_http::{RawServer, redirect, reply};
use crate::support::upstreams::{Noted, http, retry_at_once};

#[tokio::test]
async fn a_prowlarr_that_starts_is_asked_again() {
    let server = RawServer::replying(|_, before| match before {
        0 => reply("503 Service Unavailable", &[("Content-Type", "text/plain")], "Prowlarr is starting up"),
        1 => reply("502 Bad Gateway", &[], ""),
        _ => reply("200 OK", &[], TORRENT),
    })
    .await;
    assert_eq!(word(&fetch(&server, Via::Prowlarr).await), "torrent");
    assert_eq!(server.asked(), 3);
}

#[tokio::test]
async fn a_prowlarr_that_stays_away_is_unavailable() {
    let server = RawServer::always(reply("503 Service Unavailable", &[], "")).await;
    assert_eq!(word(&fetch(&server, Via::Prowlarr).await), code(Reason::ProwlarrUnavailable));
    assert_eq!(server.asked(), 3);
}

#[tokio::test]
async fn what_the_indexer_answered_is_never_asked_again() {
    let invalid = reply("500 Error", &[], r#"{"message":"Invalid Prowlarr link"}"#);
    for (answer, reason) in [
        (reply("500 Error", &[], r#"<error code="500" description="x"/>"#), Reason::IndexerError),
        (invalid, Reason::BadLink),
        (reply("401 Unauthorized", &[], ""), Reason::ProwlarrKeyRefused),
        (reply("404 Not Found", &[], r#"{"message":"NotFound"}"#), Reason::NotFound),
        (
            reply(
                "429 Too Many",
                &[],
                r#"{"message":"Indexer is disabled till 12:00 due to recent failures."}"#,
            ),
            Reason::IndexerBlocked,
        ),
        (
            reply("400 Bad Request", &[], r#"{"message":"BadRequest: Grab limit reached"}"#),
            Reason::RateLimited,
        ),
        (reply("410 Gone", &[], r#"<error code="410" description="Indexer is disabled"/>"#), Reason::Gone),
        (reply("429 Too Many", &[], r#"<error code="429"/>"#), Reason::RateLimited),
        (reply("504 Gateway Timeout", &[], ""), Reason::TimedOut),
        (Vec::new(), Reason::ConnectionFailed),
    ] {
        let shown = String::from_utf8_lossy(&answer).into_owned();
        let server = RawServer::always(answer).await;
        assert_eq!(word(&fetch(&server, Via::Prowlarr).await), code(reason), "{shown}");
        assert_eq!(server.asked(), 1, "{shown}");
    }
}

/// A reverse proxy that does not know the host, its sign-in page, its own refusals: the household's matter, which passes.
#[tokio::test]
async fn what_stands_in_front_of_prowlarr_is_not_prowlarr() {
    let page = "<!doctype html><title>Sign in</title>";
    for answer in [
        reply("404 Not Found", &[("Content-Type", "text/plain")], "404 page not found\n"),
        reply("404 Not Found", &[], ""),
        reply("410 Gone", &[], page),
        reply("400 Bad Request", &[], page),
        reply("405 Method Not Allowed", &[], ""),
        reply("200 OK", &[("Content-Type", "text/html")], page),
        redirect(302, "/login?returnUrl=x"),
    ] {
        let shown = String::from_utf8_lossy(&answer).into_owned();
        let then = reply("200 OK", &[("Content-Type", "text/html")], page);
        let server =
            RawServer::replying(move |_, before| if before == 0 { answer.clone() } else { then.clone() })
                .await;
        assert_eq!(word(&fetch(&server, Via::Prowlarr).await), code(Reason::ProwlarrUnavailable), "{shown}");
    }
    for status in ["401 Unauthorized", "403 Forbidden", "407 Proxy Authentication Required"] {
        let server = RawServer::always(reply(status, &[], page)).await;
        assert_eq!(word(&fetch(&server, Via::Prowlarr).await), code(Reason::ProwlarrKeyRefused), "{status}");
    }
}

#[tokio::test]
async fn after_a_redirect_the_answer_is_the_trackers() {
    for (status, reason) in
        [("401 Unauthorized", Reason::AccessRefused), ("503 Unavailable", Reason::IndexerError)]
    {
        let tracker = RawServer::always(reply(status, &[], "")).await;
        let target = tracker.url("/tracker");
        let target_in_answer = target.clone();
        let server = RawServer::replying(move |_, _| redirect(301, &target_in_answer)).await;
        let downloader =
            Downloader::new(http(&[&server.url("/"), &target]), retry_at_once(), Arc::new(NoObserver));
        let fetched = downloader.fetch(&link(&server.url("/4/download"), Via::Prowlarr), &LIMITS).await;
        assert_eq!(word(&fetched), code(reason));
        assert_eq!((server.asked(), tracker.asked()), (1, 1));
    }
}

#[tokio::test]
async fn each_download_is_told_once() {
    let gone = r#"{"message":"Download failed"}"#;
    let server = RawServer::always(reply("410 Gone", &[], gone)).await;
    let noted = Arc::new(Noted::default());
    let url = server.url("/4/download");
    let downloader = Downloader::new(http(&[&url]), retry_at_once(), noted.clone());
    let error = downloader.fetch(&link(&url, Via::Prowlarr), &LIMITS).await.unwrap_err();
    assert_eq!(error.status, Some(410));
    assert_eq!(noted.all(), ["download gone"]);
}

#[tokio::test]
async fn a_prowlarr_that_is_down_is_not_asked_once_per_download() {
    let server = RawServer::replying(|_, before| match before {
        0 => reply("500 Error", &[], ""),
        _ => reply("503 Service Unavailable", &[], ""),
    })
    .await;
    let circuit = Arc::new(Circuit::new(CircuitPolicy { failures: 2, ..CircuitPolicy::default() }));
    let url = server.url("/4/download");
    let downloader = Downloader::new(http(&[&url]), retry_at_once(), Arc::new(NoObserver))
        .with_prowlarr_circuit(Arc::clone(&circuit));
    let indexer = downloader.fetch(&link(&url, Via::Prowlarr), &LIMITS).await;
    assert_eq!(word(&indexer), code(Reason::IndexerError));
    for _ in 0..10 {
        let down = downloader.fetch(&link(&url, Via::Prowlarr), &LIMITS).await;
        assert_eq!(word(&down), code(Reason::ProwlarrUnavailable));
    }
    assert_eq!(circuit.state(tokio::time::Instant::now()), CircuitState::Open);
    assert_eq!(server.asked(), 1 + 2 * 3);
}
