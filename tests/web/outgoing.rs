//! Torrents on their way out, and readers that do not read.

use std::sync::Arc;

use grabfeed::demo::{GrabOptions, ReleaseSpec, TorrentSpec};
use grabfeed::domain::ids::TorrentId;
use grabfeed::web::outgoing::OutgoingFiles;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
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
    let address = running.service.url.strip_prefix("http://").unwrap().to_owned();
    let mut deaf = Vec::new();
    for _ in 0..200 {
        let at = bodies.iter().position(|body| body.len() == large).unwrap();
        let path = links[at].strip_prefix(&running.service.url).unwrap();
        let mut stream = TcpStream::connect(&address).await.unwrap();
        stream.write_all(format!("GET {path} HTTP/1.1\r\nhost: a\r\n\r\n").as_bytes()).await.unwrap();
        // The answer has begun, and goes no further.
        stream.read_exact(&mut [0; 12]).await.unwrap();
        deaf.push(stream);
    }
    for (link, body) in links.iter().zip(&bodies) {
        let reply = running.http.get(link).await;
        assert_eq!((reply.status, &reply.body), (200, body));
    }
    // However many ask for it at once, there is one copy.
    let (files, store) = (OutgoingFiles::default(), &running.home.store);
    let id = TorrentId(1);
    let [one, other] = [files.get(store, id).await.unwrap(), files.get(store, id).await.unwrap()];
    assert!(Arc::ptr_eq(&one, &other));
    assert_eq!(one.bytes().as_ptr(), other.bytes().as_ptr());
}
