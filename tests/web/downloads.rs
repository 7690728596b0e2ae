//! Enclosures: one URL, one torrent, always whole.

use std::time::Duration;

use grabfeed::demo::{GrabOptions, TorrentSpec};
use grabfeed::fetch::verify::verify;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::{Running, SETTLED, raw};
use crate::support::service::Plan;
use crate::support::wait::until;

const DELIVERED: &str = "SELECT COUNT(*) FROM feed_item WHERE delivered_at IS NOT NULL";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_torrent_is_always_sent_whole_whatever_the_client_claims_to_have() {
    let (running, feed) = Running::with_one_item(Plan::default()).await;
    let etag = running.http.get(&running.url(&feed)).await.header("etag").to_owned();
    let (guid, link) = running.items(&feed).await.remove(0);
    let whole = running.http.get(&link).await;
    assert_eq!(whole.header("content-type"), "application/x-bittorrent");
    assert_eq!((whole.header("etag"), whole.header("last-modified")), ("", ""));
    assert_eq!(format!("urn:btih:{}", verify(&whole.body).unwrap().infohash().unwrap()), guid);
    let date = "Sun, 22 Nov 2099 17:01:42 GMT";
    for (name, value) in [
        ("if-none-match", &*etag),
        ("if-none-match", "*"),
        ("if-modified-since", date),
        ("range", "bytes=0-9"),
        ("if-match", "\"x\""),
        ("if-unmodified-since", "Sun, 22 Nov 1999 17:01:42 GMT"),
    ] {
        let reply = running.http.get_with(&link, &[(name, value)]).await;
        assert_eq!((reply.status, reply.body.len()), (200, whole.body.len()), "{name}: {value}");
        assert_eq!((reply.header("accept-ranges"), reply.header("content-range")), ("", ""));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn looking_is_not_fetching() {
    let (running, feed) = Running::with_one_item(Plan::default()).await;
    let (_, link) = running.items(&feed).await.remove(0);
    let head = running.http.send("HEAD", &link, &[], "").await;
    assert_eq!((head.status, head.body.len()), (200, 0));
    assert_eq!(running.home.count(DELIVERED).await, 0);
    let got = running.http.get(&link).await;
    assert_eq!(head.header("content-length"), got.body.len().to_string());
    delivered(&running).await;
}

/// Waits until the one item counts as delivered.
async fn delivered(running: &Running) {
    until("the delivery is noted", Duration::from_secs(10), async || {
        (running.home.count(DELIVERED).await == 1).then_some(())
    })
    .await;
}

/// Each row is a client that leaves before it has the file: how it asks, and what it reads.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_download_that_breaks_off_is_no_delivery_however_it_was_asked_for() {
    let (running, feed) = Running::with_one_item(Plan::default()).await;
    let large = TorrentSpec { file_bytes: 12 << 20, piece_bytes: 16 << 10, ..TorrentSpec::default() };
    let release = running.home.world.release("Large.Film.2026-GRP", "Beta", large).unwrap();
    assert!(running.home.world.grab("radarr", release, GrabOptions::default()).await.unwrap().grabbed);
    running.home.settle(&running.service, SETTLED).await;
    let items = running.items(&feed).await;
    assert_eq!(items.len(), 2);
    for (version, header, read) in [
        ("1.1", "", 0),
        ("1.1", "", 200),
        ("1.1", "Connection: close\r\n", 200),
        ("1.0", "", 200),
        ("1.1", "Range: bytes=0-99\r\n", 300),
        ("1.1", "If-None-Match: *\r\nConnection: close\r\n", 300),
    ] {
        for (_, link) in &items {
            let (host, path) = link.strip_prefix("http://").unwrap().split_once('/').unwrap();
            let mut client = TcpStream::connect(host).await.unwrap();
            let request = format!("GET /{path} HTTP/{version}\r\nHost: {host}\r\n{header}\r\n");
            client.write_all(request.as_bytes()).await.unwrap();
            client.readable().await.unwrap();
            client.read_exact(&mut vec![0; read]).await.unwrap();
            drop(client);
        }
    }
    // What comes after them is noted, and was asked for later.
    running.http.get(&items[0].1).await;
    delivered(&running).await;
    assert_eq!(running.home.count("SELECT COUNT(*) FROM delivery").await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_takes_the_whole_file_has_it_however_it_was_asked_for() {
    let (running, feed) = Running::with_one_item(Plan::default()).await;
    let (_, link) = running.items(&feed).await.remove(0);
    let (host, path) = link.strip_prefix("http://").unwrap().split_once('/').unwrap();
    running.http.get(&link).await;
    delivered(&running).await;
    running.home.clock.advance(Duration::from_secs(1));
    for header in ["", "Connection: close\r\n", "Range: bytes=0-99\r\nConnection: close\r\n"] {
        for version in ["1.0", "1.1"] {
            let mut client = TcpStream::connect(host).await.unwrap();
            let request = format!("GET /{path} HTTP/{version}\r\nHost: {host}\r\n{header}\r\n");
            client.write_all(request.as_bytes()).await.unwrap();
            let mut answer = Vec::new();
            while !answer.ends_with(b"e") {
                assert!(client.read_buf(&mut answer).await.unwrap() > 0, "it ends before the file does");
            }
            drop(client);
            let now = usize::try_from(running.home.now().await.millis()).unwrap();
            until("the delivery is noted", Duration::from_secs(10), async || {
                (running.home.count("SELECT MAX(at) FROM delivery").await == now).then_some(())
            })
            .await;
            running.home.clock.advance(Duration::from_secs(1));
        }
    }
    assert_eq!(running.home.count("SELECT COUNT(*) FROM delivery").await, 1, "one row a day");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_that_no_feed_gave_out_opens_nothing() {
    let (running, feed) = Running::with_one_item(Plan::default()).await;
    let (_, link) = running.items(&feed).await.remove(0);
    let [origin, public_id, mac, file] = parts(&link);
    let other_file = format!("{}.torrent", "ab".repeat(20));
    for (public_id, mac, file) in [
        (&*public_id, "0".repeat(32), &*file),
        (&public_id, mac.clone(), &other_file),
        (&public_id, mac.to_uppercase() + "00", &file),
        (&public_id, mac.clone(), file.trim_end_matches(".torrent")),
        ("Zz3dEf6hIj9l", mac.clone(), &file),
        (&public_id, "..".to_owned(), &file),
        (&public_id, "%00".to_owned(), &file),
    ] {
        let reply = running.http.get(&format!("{origin}/d/{public_id}/{mac}/{file}")).await;
        assert!(matches!(reply.status, 401 | 404), "{public_id} {mac} {file}: {}", reply.status);
        assert!(verify(&reply.body).is_err());
    }
    assert_eq!(running.http.get(&link).await.status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_nasty_name_stays_inside_its_quotes() {
    let running = Running::usual().await;
    let feed = running.home.feed().await;
    let names = [
        "a\"\r\nSet-Cookie: x=1; y",
        "..\\..\\etc\\passwd\u{202E}gpj",
        "Été \u{1F600} 100% ; filename=\"b.exe\"",
        "\u{7f}\u{1}\t",
    ];
    for (number, name) in names.iter().enumerate() {
        let title = format!("{name}{number}");
        running.home.grab_as("radarr", &title, "Alpha", GrabOptions::default()).await;
    }
    running.home.settle(&running.service, SETTLED).await;
    let items = running.items(&feed).await;
    assert_eq!(items.len(), names.len());
    for (_, link) in items {
        let [_, public_id, mac, file] = parts(&link);
        let host = running.service.url.strip_prefix("http://").unwrap();
        let request = format!("HEAD /d/{public_id}/{mac}/{file} HTTP/1.0\r\nHost: {host}\r\n\r\n");
        let head = raw(&running.service.url, request.as_bytes()).await.to_lowercase();
        assert!(head.contains("200 ok"), "{head}");
        assert!(!head.contains("\r\nset-cookie"), "{head}");
        let line = head.lines().find_map(|line| line.strip_prefix("content-disposition: ")).unwrap();
        let (ascii, full) = line.strip_prefix("attachment; filename=\"").unwrap().split_once("\"; ").unwrap();
        assert!(ascii.ends_with(".torrent") && !ascii.contains(['"', '\\', '/', ';', '%']), "{line}");
        assert!(full.starts_with("filename*=utf-8''") && full.ends_with(".torrent"), "{line}");
        assert!(line.bytes().all(|byte| (b' '..=b'~').contains(&byte)), "{line}");
    }
}

/// Origin, public id, MAC and file of a link.
fn parts(link: &str) -> [String; 4] {
    let (origin, path) = link.split_once("/d/").unwrap();
    let mut path = path.split('/').map(str::to_owned);
    [origin.to_owned(), path.next().unwrap(), path.next().unwrap(), path.next().unwrap()]
}
