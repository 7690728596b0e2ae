//! What an answer means: by its content, its status and its hints (H1–H3, H20–H26).

use std::time::Duration;

use grabfeed::domain::reason::Reason;
use grabfeed::fetch::download::{Downloaded, Via};
use secrecy::ExposeSecret;

use super::{TORRENT, code, fetch, outcome_of, word};
use crate::support::raw_http::{RawServer, reply};

#[tokio::test]
async fn a_torrent_is_known_by_its_content_whatever_its_type() {
    for headers in [
        &[("Content-Type", "application/x-bittorrent")][..],
        &[("Content-Type", "application/octet-stream")],
        &[("Content-Type", "text/plain")],
        &[("Content-Type", "text/html")],
        &[("Content-Type", "")],
        &[("Content-Disposition", "attachment; filename=\"../../etc/passwd\"; filename*=UTF-8''%2e%2e%2fx")],
        &[],
    ] {
        let server = RawServer::always(reply("200 OK", headers, TORRENT)).await;
        match fetch(&server, Via::Direct).await {
            Ok(Downloaded::Torrent(bytes)) => assert_eq!(bytes, TORRENT),
            other => panic!("{headers:?}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn what_is_no_torrent_has_its_reason() {
    let page = "<!DOCTYPE html><html><body>Log in: test-secret-snippet</body></html>";
    let challenge = "<!DOCTYPE html><html><head><title>Just a moment...</title></head></html>";
    let bittorrent = [("Content-Type", "application/x-bittorrent")];
    for (body, reason) in [
        (page, Reason::HtmlPage),
        ("\u{feff}\r\n <html lang=fr>", Reason::HtmlPage),
        (challenge, Reason::ChallengePage),
        ("", Reason::NotATorrent),
        ("x", Reason::NotATorrent),
        (r#"{"error":"no"}"#, Reason::NotATorrent),
        ("<xml/>", Reason::NotATorrent),
        (" d4:infodee", Reason::NotATorrent),
        (r#"<?xml version="1.0"?><error code="429" description="Grab limit reached"/>"#, Reason::RateLimited),
        (r#"<error code="410" description="Indexer is disabled"/>"#, Reason::Gone),
        (r#"<error code="500" description="x"/>"#, Reason::IndexerError),
        (r#"<error code="100" description="Incorrect user credentials"/>"#, Reason::IndexerError),
    ] {
        assert_eq!(outcome_of(reply("200 OK", &bittorrent, body)).await, code(reason), "{body}");
    }
}

#[tokio::test]
async fn a_body_that_is_a_magnet_link_is_one() {
    let server =
        RawServer::always(reply("200 OK", &[], "magnet:?xt=urn:btih:0123&tr=test-passkey\r\n")).await;
    let outcome = fetch(&server, Via::Direct).await;
    assert!(!format!("{outcome:?}").contains("test-passkey"));
    match outcome {
        Ok(Downloaded::Magnet(magnet)) => {
            assert_eq!(magnet.expose_secret(), "magnet:?xt=urn:btih:0123&tr=test-passkey");
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn every_status_has_its_reason_even_with_a_torrent_inside() {
    for (status, reason) in [
        ("204 No Content", Reason::BadAnswer),
        ("205 Reset Content", Reason::BadAnswer),
        ("206 Partial Content", Reason::BadAnswer),
        ("304 Not Modified", Reason::BadAnswer),
        ("300 Multiple Choices", Reason::BadAnswer),
        ("400 Bad Request", Reason::RequestRefused),
        ("401 Unauthorized", Reason::AccessRefused),
        ("403 Forbidden", Reason::AccessRefused),
        ("404 Not Found", Reason::NotFound),
        ("410 Gone", Reason::Gone),
        ("418 Teapot", Reason::RequestRefused),
        ("429 Too Many Requests", Reason::RateLimited),
        ("500 Error", Reason::IndexerError),
        ("502 Bad Gateway", Reason::IndexerError),
        ("503 Unavailable", Reason::IndexerError),
        ("504 Timeout", Reason::TimedOut),
        ("520 Unknown", Reason::IndexerError),
        ("522 Timeout", Reason::TimedOut),
        ("526 Invalid Certificate", Reason::IndexerError),
        ("600 Odd", Reason::BadAnswer),
        ("99 Odd", Reason::BadAnswer),
        ("999 Odd", Reason::BadAnswer),
    ] {
        assert_eq!(outcome_of(reply(status, &[], TORRENT)).await, code(reason), "{status}");
    }
}

#[tokio::test]
async fn a_challenge_needs_a_person() {
    let page = "<!DOCTYPE html><script src=\"/cdn-cgi/challenge-platform/h/b/orchestrate\"></script>";
    for (status, headers, body) in [
        ("403 Forbidden", &[("cf-mitigated", "challenge")][..], ""),
        ("403 Forbidden", &[("Server", "cloudflare")], page),
        ("503 Unavailable", &[], page),
        ("403 Forbidden", &[("Server", "ddos-guard"), ("Content-Type", "text/html")], "<html>"),
    ] {
        let outcome = outcome_of(reply(status, headers, body)).await;
        assert_eq!(outcome, code(Reason::ChallengePage), "{status} {headers:?}");
    }
}

#[tokio::test]
async fn the_wait_that_is_asked_for_is_kept() {
    for (headers, seconds) in [
        (&[("Retry-After", "120")][..], Some(120)),
        (&[("Retry-After", "Sun, 22 Nov 2026 17:03:42 GMT")], Some(120)),
        (&[("Retry-After", "Sun, 22 Nov 2020 17:03:42 GMT")], Some(0)),
        (&[("Retry-After", "-3")], Some(0)),
        (&[("Retry-After", "1000000000")], Some(86_400)),
        (&[("Retry-After", "garbage")], None),
        (&[("Retry-After", "5"), ("Retry-After", "9")], Some(9)),
        (&[], None),
    ] {
        for (status, body) in [("429 Too Many Requests", ""), ("200 OK", r#"<error code="429"/>"#)] {
            let server = RawServer::always(reply(status, headers, body)).await;
            let error = fetch(&server, Via::Prowlarr).await.unwrap_err();
            assert_eq!(error.reason, Reason::RateLimited);
            assert_eq!(error.retry_after, seconds.map(Duration::from_secs), "{headers:?}");
            assert_eq!(server.asked(), 1, "a limit is not waited for here");
        }
    }
}

#[tokio::test]
async fn links_that_are_magnets_or_nothing_ask_nobody() {
    for (link, outcome) in [
        ("magnet:?xt=urn:btih:0123", "magnet"),
        ("file:///etc/passwd", code(Reason::BadLink)),
        ("", code(Reason::BadLink)),
        ("http://169.254.169.254/latest", code(Reason::AddressRefused)),
        ("http://[::1]:1/", code(Reason::AddressRefused)),
        ("http://2130706433/", code(Reason::AddressRefused)),
    ] {
        let http = crate::support::upstreams::http(&[]);
        let fetched = super::fetch_with(http, link, Via::Direct, super::LIMITS).await;
        assert_eq!(word(&fetched), outcome, "{link}");
    }
}
