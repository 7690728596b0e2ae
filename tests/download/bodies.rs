//! Bodies that are too large, too small, compressed or never-ending (H4–H6, H8–H9, H31).

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use grabfeed::domain::reason::Reason;
use grabfeed::fetch::download::{DownloadLimits, Downloaded, Via};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::{LIMITS, TORRENT, code, fetch, fetch_with, outcome_of, word};
use crate::support::raw_http::{RawServer, gzip, reply};
use crate::support::upstreams::http;

fn torrent_of(bytes: usize) -> Vec<u8> {
    let mut torrent = vec![b'x'; bytes];
    torrent[0] = b'd';
    torrent
}

#[tokio::test]
async fn the_limit_is_the_largest_size_that_passes() {
    assert_eq!(outcome_of(reply("200 OK", &[], torrent_of(LIMITS.max_size_bytes))).await, "torrent");
    let larger = reply("200 OK", &[], torrent_of(LIMITS.max_size_bytes + 1));
    assert_eq!(outcome_of(larger).await, code(Reason::TooLarge));
}

#[tokio::test]
async fn an_endless_body_is_dropped_at_the_limit() {
    for first in [b'd', b'<', b'x'] {
        let sent = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&sent);
        let server = RawServer::serving(move |mut stream, _| {
            let counter = Arc::clone(&counter);
            async move {
                let mut chunk = [b'x'; 4096];
                chunk[0] = first;
                let mut alive = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.is_ok();
                while alive {
                    alive = stream.write_all(&chunk).await.is_ok();
                    counter.fetch_add(chunk.len(), Ordering::Relaxed);
                }
            }
        })
        .await;
        let reason = word(&fetch(&server, Via::Direct).await);
        let wanted = if first == b'd' { Reason::TooLarge } else { Reason::NotATorrent };
        assert_eq!(reason, code(wanted), "{}", char::from(first));
        // What the sockets' buffers hold comes on top of the limit.
        assert!(sent.load(Ordering::Relaxed) < LIMITS.max_size_bytes + (16 << 20));
    }
}

#[tokio::test]
async fn an_announcement_above_the_limit_is_refused_without_reading() {
    let head = "HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\nd";
    assert_eq!(outcome_of(head.into()).await, code(Reason::TooLarge));
}

#[tokio::test]
async fn compressed_torrents_are_read_and_bombs_end_at_the_limit() {
    let gzipped = [("Content-Encoding", "gzip")];
    let server = RawServer::always(reply("200 OK", &gzipped, gzip(TORRENT))).await;
    match fetch(&server, Via::Direct).await {
        Ok(Downloaded::Torrent(bytes)) => assert_eq!(bytes, TORRENT),
        other => panic!("{other:?}"),
    }
    let bomb = gzip(&torrent_of(64 << 20));
    assert!(bomb.len() < 128 << 10, "the announced size alone must not give it away");
    let limits = DownloadLimits { max_size_bytes: 1 << 20, ..LIMITS };
    let server = RawServer::always(reply("200 OK", &gzipped, &bomb)).await;
    let url = server.url("/");
    assert_eq!(word(&fetch_with(http(&[&url]), &url, Via::Direct, limits).await), code(Reason::TooLarge));
    let twice = gzip(&bomb);
    for encoding in ["gzip, gzip", "br", "zstd", "deflate", "odd"] {
        let answer = reply("200 OK", &[("Content-Encoding", encoding)], &twice);
        assert_eq!(outcome_of(answer).await, code(Reason::NotATorrent), "{encoding}");
    }
    let cut = &gzip(&torrent_of(4096))[..30];
    assert_ne!(outcome_of(reply("200 OK", &gzipped, cut)).await, "torrent");
    assert_eq!(outcome_of(reply("200 OK", &gzipped, "not gzip at all, no")).await, code(Reason::BadAnswer));
}

#[tokio::test]
async fn a_body_that_breaks_off_is_no_torrent() {
    for answer in [
        "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nd4:info",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n7\r\nd4:info\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n7\r\nd4:in",
    ] {
        assert_eq!(outcome_of(answer.into()).await, code(Reason::ConnectionFailed), "{answer}");
    }
}

#[tokio::test]
async fn a_body_that_breaks_http_is_a_bad_answer() {
    for answer in [
        "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\nd",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nde",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nd4:info\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\nd",
    ] {
        assert_eq!(outcome_of(answer.into()).await, code(Reason::BadAnswer), "{answer}");
    }
}

#[tokio::test]
async fn chunks_with_extensions_and_trailers_are_read() {
    let answer =
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;x=y\r\nd\r\n1\r\ne\r\n0\r\nX-Sum: 1\r\n\r\n";
    assert_eq!(outcome_of(answer.into()).await, "torrent");
}

#[tokio::test]
async fn lengths_that_agree_are_one_length() {
    for lengths in ["Content-Length: 2, 2", "Content-Length: 2\r\nContent-Length: 2"] {
        let answer = format!("HTTP/1.1 200 OK\r\n{lengths}\r\n\r\nde");
        assert_eq!(outcome_of(answer.into()).await, "torrent", "{lengths}");
    }
}

#[tokio::test]
async fn a_drip_ends_at_the_deadline_not_at_the_silence() {
    let server = RawServer::serving(|mut stream, _| async move {
        let mut alive = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\nd").await.is_ok();
        while alive {
            tokio::time::sleep(Duration::from_millis(10)).await;
            alive = stream.write_all(b"x").await.is_ok();
        }
    })
    .await;
    let url = server.url("/");
    let limits = DownloadLimits { total: Duration::from_millis(300), ..LIMITS };
    assert_eq!(word(&fetch_with(http(&[&url]), &url, Via::Direct, limits).await), code(Reason::TimedOut));
}

#[tokio::test]
async fn silence_ends_the_wait_before_and_within_the_answer() {
    for begun in ["", "HTTP/1.1 200 OK\r\nX-Never: en", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nd4:in"] {
        let server = RawServer::serving(move |mut stream, _| async move {
            let _ = stream.write_all(begun.as_bytes()).await;
            // Held open until the client hangs up.
            while stream.read(&mut [0]).await.is_ok_and(|read| read > 0) {}
        })
        .await;
        let url = server.url("/");
        let limits = DownloadLimits { idle: Duration::from_millis(100), ..LIMITS };
        let fetched = fetch_with(http(&[&url]), &url, Via::Direct, limits).await;
        assert_eq!(word(&fetched), code(Reason::TimedOut), "{begun:?}");
    }
}

#[tokio::test]
async fn a_whole_body_does_not_wait_for_the_connection_to_close() {
    let server = RawServer::serving(|mut stream, _| async move {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nde").await;
        while stream.read(&mut [0]).await.is_ok_and(|read| read > 0) {}
    })
    .await;
    assert_eq!(word(&fetch(&server, Via::Direct).await), "torrent");
}
