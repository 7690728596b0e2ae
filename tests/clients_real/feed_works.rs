//! The feed works with real clients.

use std::collections::BTreeSet;

use tempfile::TempDir;

use super::feedparser;
use super::program::folder;
use super::qbittorrent::QBittorrent;
use super::rtorrent::RTorrent;
use super::stub::Stub;
use super::transmission::Transmission;
use crate::support::http::Http;
use crate::support::torrent::TinyTorrent;

/// Torrents whose content lies in `data` already.
fn torrents(data: &TempDir, name: &str, count: usize) -> Vec<TinyTorrent> {
    let torrents: Vec<_> =
        (0..count).map(|number| TinyTorrent::new(&format!("{name}.{number:03}.mkv"))).collect();
    for torrent in &torrents {
        torrent.put_content(data.path());
    }
    torrents
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn qbittorrent_seeds_what_the_feed_lists_and_what_is_published_later() {
    let data = folder();
    let stub = Stub::start().await;
    stub.publish(torrents(&data, "Un.été & <trois>", 3));
    let client = QBittorrent::start(data.path()).await;
    client.subscribe(&stub.feed_url()).await;
    client.wait_for_seeding(3).await;

    stub.publish(torrents(&data, "A.Second.Later", 1));
    client.refresh().await;
    client.wait_for_seeding(4).await;
    assert!(client.articles().await.contains(&"A.Second.Later.000.mkv".to_owned()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn qbittorrent_gets_every_item_of_a_burst_larger_than_what_it_keeps() {
    let data = folder();
    let stub = Stub::start().await;
    stub.publish(torrents(&data, "Burst", 45));
    let client = QBittorrent::start(data.path()).await;
    client.subscribe(&stub.feed_url()).await;
    client.wait_for_torrents(45).await;

    stub.publish(torrents(&data, "Second.Burst", 85));
    client.refresh().await;
    client.wait_for_torrents(45 + 50).await;
    client.refresh().await;
    client.wait_for_torrents(45 + 85).await;
    assert_eq!(stub.delivered(), 45 + 85);
    assert_eq!(client.articles().await.len(), 50, "it keeps no more, which is why the feed has a window");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn transmission_and_rtorrent_add_a_torrent_by_its_url() {
    let stub = Stub::start().await;
    let torrent = TinyTorrent::new("One.File.mkv");
    let (url, infohash) = (stub.download_url(&torrent), torrent.infohash.to_string());
    stub.publish([torrent]);
    assert_eq!(Transmission::start().await.add(&url).await, infohash);
    RTorrent::start().await.load(&url, &infohash).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn feedparser_finds_the_feed_sound_and_its_second_request_is_answered_304() {
    let data = folder();
    let stub = Stub::start().await;
    let torrents = torrents(&data, "Un.été & <deux>", 2);
    let urls: Vec<_> = torrents.iter().rev().map(|torrent| vec![stub.download_url(torrent)]).collect();
    stub.publish(torrents);
    let seen = feedparser::read(&stub.feed_url()).await;
    assert!(!seen.bozo);
    assert_eq!(seen.ids.iter().collect::<BTreeSet<_>>().len(), 2);
    assert_eq!(seen.titles, ["Un.été & <deux>.001.mkv", "Un.été & <deux>.000.mkv"], "newest first");
    assert_eq!(
        seen.dates,
        [Some([2026, 11, 22, 17, 0, 52]), Some([2026, 11, 22, 17, 0, 51])],
        "not ahead of 17:01:42"
    );
    assert_eq!(seen.enclosures, urls);
    assert_eq!((seen.second_status, stub.not_modified()), (304, 1));
}

#[tokio::test]
async fn a_link_of_another_secret_opens_nothing() {
    let stub = Stub::start().await;
    let torrent = TinyTorrent::new("One.File.mkv");
    let url = stub.download_url(&torrent);
    stub.publish([torrent]);
    let http = Http::new();
    assert_eq!(http.get(&url).await.status, 200);
    let mut parts: Vec<_> = url.split('/').collect();
    let wrong = "0".repeat(32);
    let mac = parts.len() - 2;
    parts[mac] = &wrong;
    assert_eq!(http.get(&parts.join("/")).await.status, 404);
}
