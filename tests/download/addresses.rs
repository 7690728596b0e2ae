//! Where a connection may go, judged when it is made (C48): names that flip, connections that are kept, hops that
//! lead inside, under names that the tests answer for.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use grabfeed::domain::reason::Reason;
use grabfeed::fetch::download::Via;
use grabfeed::upstream::policy::Lookup;
use tokio::io::AsyncWriteExt;

use super::{LIMITS, TORRENT, code, fetch_with, word};
use crate::support::raw_http::{RawServer, path, read_head, redirect, reply};
use crate::support::upstreams::http_with;

/// Names whose answer is the next of these at each look-up, round and round; and how often they were looked up.
fn flipping(answers: &'static [&'static str]) -> (Lookup, Arc<AtomicUsize>) {
    let asked = Arc::new(AtomicUsize::new(0));
    let turns = Arc::clone(&asked);
    let lookup: Lookup = Arc::new(move |_| {
        let answer: IpAddr = answers[turns.fetch_add(1, Ordering::Relaxed) % answers.len()].parse().unwrap();
        Box::pin(async move { Ok(vec![answer]) })
    });
    (lookup, asked)
}

#[tokio::test]
async fn the_address_that_was_judged_is_the_one_that_is_connected_to() {
    let server = RawServer::always(reply("200 OK", &[], TORRENT)).await;
    let url = format!("http://prowlarr.example:{}/", server.port);
    let (names, asked) = flipping(&["127.0.0.1", "169.254.169.254"]);
    let http = http_with(&[&url], Vec::new(), Some(names));
    for turn in 1..=4 {
        let fetched = fetch_with(http.clone(), &url, Via::Direct, LIMITS).await;
        let wanted = if turn % 2 == 1 { "torrent" } else { code(Reason::AddressRefused) };
        assert_eq!(word(&fetched), wanted, "{turn}");
        assert_eq!(asked.load(Ordering::Relaxed), turn, "one look-up for each connection");
    }
    assert_eq!(server.asked(), 2);
}

#[tokio::test]
async fn a_name_that_a_hop_leads_to_is_judged_whatever_it_answered_before() {
    let inside = RawServer::always(reply("200 OK", &[], TORRENT)).await;
    let port = inside.port;
    let prowlarr = RawServer::always(redirect(302, &format!("http://rebinding.example:{port}/secret"))).await;
    let link = format!("http://prowlarr.example:{}/4/download?apikey=test-key&link=QUJD", prowlarr.port);
    for answers in [&["127.0.0.1"][..], &["127.0.0.1", "10.0.0.1"], &["127.0.0.1", "64:ff9b::a9fe:a9fe"]] {
        let (names, _) = flipping(answers);
        let fetched =
            fetch_with(http_with(&[&link], Vec::new(), Some(names)), &link, Via::Prowlarr, LIMITS).await;
        assert_eq!(word(&fetched), code(Reason::AddressRefused), "{answers:?}");
    }
    assert_eq!((prowlarr.asked(), inside.asked()), (3, 0));
}

#[tokio::test]
async fn a_kept_connection_is_not_lent_to_another_name_or_port() {
    // Keeps each connection open, and answers on it as often as it is asked.
    let connections = Arc::new(AtomicUsize::new(0));
    let opened = Arc::clone(&connections);
    let server = RawServer::serving(move |mut stream, mut head| {
        opened.fetch_add(1, Ordering::Relaxed);
        async move {
            while !head.is_empty() {
                let answer = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", TORRENT.len());
                let _ = stream.write_all(&[answer.as_bytes(), TORRENT].concat()).await;
                head = read_head(&mut stream).await;
            }
        }
    })
    .await;
    let configured = format!("http://prowlarr.example:{}/", server.port);
    let (names, _) = flipping(&["127.0.0.1"]);
    let http = http_with(&[&configured], Vec::new(), Some(names));
    for _ in 0..3 {
        assert_eq!(word(&fetch_with(http.clone(), &configured, Via::Direct, LIMITS).await), "torrent");
    }
    assert_eq!(connections.load(Ordering::Relaxed), 1, "the connection is used again");
    for elsewhere in [
        format!("http://tracker.example:{}/", server.port),
        format!("http://PROWLARR.example.:{}/", server.port),
        format!("http://127.0.0.1:{}/", server.port),
    ] {
        let fetched = fetch_with(http.clone(), &elsewhere, Via::Direct, LIMITS).await;
        assert_eq!(word(&fetched), code(Reason::AddressRefused), "{elsewhere}");
    }
    assert_eq!(connections.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn five_hops_through_allowed_places_do_not_open_the_sixth() {
    let inside = RawServer::always(reply("200 OK", &[], TORRENT)).await;
    let target = inside.url("/");
    let server = RawServer::replying(move |head, _| match path(head) {
        "/4" => redirect(307, &target),
        hop => redirect(307, &format!("/{}", hop.trim_start_matches('/').parse::<u8>().unwrap_or(0) + 1)),
    })
    .await;
    let url = server.url("/0");
    let fetched = fetch_with(crate::support::upstreams::http(&[&url]), &url, Via::Direct, LIMITS).await;
    assert_eq!(word(&fetched), code(Reason::AddressRefused));
    assert_eq!((server.asked(), inside.asked()), (5, 0));
}
