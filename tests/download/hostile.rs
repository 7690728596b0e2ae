//! Connections and heads that go wrong (H7, H10, H11, H13).

use std::sync::Arc;
use std::time::Duration;

use grabfeed::domain::reason::Reason;
use grabfeed::fetch::download::{DownloadLimits, Via};
use grabfeed::upstream::policy::Lookup;
use tokio::net::TcpListener;

use super::{LIMITS, TORRENT, code, fetch, fetch_with, outcome_of, word};
use crate::support::raw_http::{RawServer, reply};
use crate::support::upstreams::{every_name_is, http, http_with};

#[tokio::test]
async fn heads_that_break_http_are_bad_answers() {
    let long = format!("HTTP/1.1 200 OK\r\nX-Long: {}\r\n\r\n", "x".repeat(1 << 20));
    let many = format!("HTTP/1.1 200 OK\r\n{}\r\n", "X: y\r\n".repeat(10_000));
    for answer in [
        "d4:infodee",
        "HTTP/2.5 200 OK\r\n\r\n",
        "HTTP/1.1 OK\r\n\r\n",
        "HTTP/1.1 20 OK\r\n\r\n",
        "SSH-2.0-OpenSSH_9\r\n",
        "\0\0\0\0\0\0\0\0\r\n\r\n",
        long.as_str(),
        many.as_str(),
    ] {
        let shown: String = answer.chars().take(40).collect();
        assert_eq!(outcome_of(answer.into()).await, code(Reason::BadAnswer), "{shown}");
    }
}

#[tokio::test]
async fn informational_answers_are_passed_over() {
    let answer = [b"HTTP/1.1 103 Early Hints\r\n\r\n".repeat(20), reply("200 OK", &[], TORRENT)].concat();
    assert_eq!(outcome_of(answer).await, "torrent");
}

#[tokio::test]
async fn a_connection_that_breaks_is_tried_later_not_now() {
    assert_eq!(outcome_of(Vec::new()).await, code(Reason::ConnectionFailed));
    assert_eq!(outcome_of(b"HTTP/1.1 200".to_vec()).await, code(Reason::ConnectionFailed));
    let resetting = RawServer::serving(|stream, _| async move {
        socket_reset(&stream);
        drop(stream);
    })
    .await;
    for via in [Via::Direct, Via::Prowlarr] {
        assert_eq!(word(&fetch(&resetting, via).await), code(Reason::ConnectionFailed));
    }
    assert_eq!(resetting.asked(), 2, "Prowlarr may have asked the indexer before it broke off");
}

/// Makes the close of this connection a reset.
fn socket_reset(stream: &tokio::net::TcpStream) {
    stream.set_zero_linger().unwrap();
}

#[tokio::test]
async fn a_closed_port_is_a_failed_connection() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let url = format!("http://127.0.0.1:{}/", listener.local_addr().unwrap().port());
    drop(listener);
    let fetched = fetch_with(http(&[&url]), &url, Via::Direct, LIMITS).await;
    assert_eq!(word(&fetched), code(Reason::ConnectionFailed));
    let fetched = fetch_with(http(&[&url]), &url, Via::Prowlarr, LIMITS).await;
    assert_eq!(word(&fetched), code(Reason::ProwlarrUnavailable));
}

#[tokio::test]
async fn names_without_an_answer_are_failed_connections() {
    let url = "http://tracker.example/";
    let unknown: Lookup = Arc::new(|_| Box::pin(async { Err(std::io::ErrorKind::NotFound.into()) }));
    for lookup in [unknown, every_name_is(&[])] {
        let http = http_with(&[], Vec::new(), Some(lookup));
        assert_eq!(word(&fetch_with(http, url, Via::Direct, LIMITS).await), code(Reason::ConnectionFailed));
    }
    let silent: Lookup = Arc::new(|_| Box::pin(std::future::pending()));
    let http = http_with(&[], Vec::new(), Some(silent));
    let limits = DownloadLimits { total: Duration::from_millis(100), ..LIMITS };
    assert_eq!(word(&fetch_with(http, url, Via::Direct, limits).await), code(Reason::TimedOut));
}

#[tokio::test]
async fn names_with_private_addresses_are_refused_unless_configured() {
    let server = RawServer::always(reply("200 OK", &[], TORRENT)).await;
    let url = format!("http://rebinding.example:{}/", server.port);
    let names = || Some(every_name_is(&["127.0.0.1"]));
    let fetched = fetch_with(http_with(&[], Vec::new(), names()), &url, Via::Direct, LIMITS).await;
    assert_eq!(word(&fetched), code(Reason::AddressRefused));
    assert_eq!(server.asked(), 0);
    let fetched = fetch_with(http_with(&[&url], Vec::new(), names()), &url, Via::Direct, LIMITS).await;
    assert_eq!(word(&fetched), "torrent");
    let metadata = Some(every_name_is(&["169.254.169.254", "::ffff:169.254.169.254"]));
    let fetched = fetch_with(http_with(&[&url], Vec::new(), metadata), &url, Via::Direct, LIMITS).await;
    assert_eq!(word(&fetched), code(Reason::AddressRefused), "no setting opens link-local addresses");
}

#[tokio::test]
async fn a_dead_address_among_several_does_not_matter() {
    let server = RawServer::always(reply("200 OK", &[], TORRENT)).await;
    let url = format!("http://tracker.example:{}/", server.port);
    let names = Some(every_name_is(&["::1", "127.0.0.1"]));
    let fetched = fetch_with(http_with(&[&url], Vec::new(), names), &url, Via::Direct, LIMITS).await;
    assert_eq!(word(&fetched), "torrent");
}
