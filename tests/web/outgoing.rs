//! Torrents on their way out, and readers that do not read.

use std::time::Duration;

use grabfeed::demo::{GrabOptions, ReleaseSpec, TorrentSpec};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use super::{Running, SETTLED};
use crate::support::service::Plan;

/// A torrent of 3 MB: what a tracker writes into it may be long.
fn large() -> ReleaseSpec {
    TorrentSpec { source: Some("x".repeat(3 << 20)), file_bytes: 20_000, ..TorrentSpec::default() }.into()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_readers_that_do_not_read_share_one_copy_and_keep_nobody_out() {
    let running = Running::with(Plan::with("TORRENTS__MAX_SIZE_MB", "20")).await;
    let feed = running.home.feed().await;
    let release = running.home.world.release("Un.Gros-GRP", "Alpha", large()).unwrap();
    assert!(running.home.world.grab("radarr", release, GrabOptions::default()).await.unwrap().grabbed);
    running.home.grab("radarr", "Un.Petit-GRP", "Beta").await;
    running.home.settle(&running.service, SETTLED).await;
    let links: Vec<String> = running.items(&feed).await.into_iter().map(|(_, link)| link).collect();
    let mut bodies = Vec::new();
    for link in &links {
        bodies.push(running.http.get(link).await.body);
    }
    let large = bodies.iter().map(Vec::len).max().unwrap();
    assert!(large > 3 << 20, "{large}");
    let before = resident_bytes();
    let address = running.service.url.strip_prefix("http://").unwrap().to_owned();
    let mut deaf = Vec::new();
    for _ in 0..200 {
        let at = bodies.iter().position(|body| body.len() == large).unwrap();
        let path = links[at].strip_prefix(&running.service.url).unwrap();
        let mut stream = TcpStream::connect(&address).await.unwrap();
        stream.write_all(format!("GET {path} HTTP/1.1\r\nhost: a\r\n\r\n").as_bytes()).await.unwrap();
        deaf.push(stream);
    }
    tokio::time::sleep(Duration::from_secs(2)).await;
    for (link, body) in links.iter().zip(&bodies) {
        let reply = running.http.get(link).await;
        assert_eq!((reply.status, &reply.body), (200, body));
    }
    let more = resident_bytes().saturating_sub(before);
    assert!(more < 64 << 20, "{} MiB more for {} MiB times 200", more >> 20, large >> 20);
}

fn resident_bytes() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.split_whitespace().next().unwrap().parse::<usize>().unwrap() << 10
}
