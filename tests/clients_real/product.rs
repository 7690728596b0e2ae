//! The whole product with real clients: `grabfeed demo` as a person starts it, and its printed feed URL in each client.

use std::collections::BTreeSet;
use std::time::Duration;

use super::feedparser;
use super::program::folder;
use super::qbittorrent::QBittorrent;
use super::rtorrent::RTorrent;
use super::transmission::Transmission;
use crate::support::http::Http;
use crate::support::process::Demo;
use crate::support::wait::until;

/// The demo plays twelve grabs; one is only a magnet, and one is gone from its tracker.
const READY: usize = 10;
/// One of them waits for an indexer that asked to come back later.
const PATIENCE: Duration = Duration::from_mins(1);

/// The items that the feed lists once it lists `count`.
async fn items(demo: &Demo, count: usize) -> Vec<rss::Item> {
    let http = Http::new();
    until(&format!("{count} items in the demo's feed"), PATIENCE, async || {
        let feed = http.get(&demo.feed_url).await;
        let channel = rss::Channel::read_from(feed.body.as_slice()).ok()?;
        (channel.items.len() >= count).then_some(channel.items)
    })
    .await
}

fn url_of(item: &rss::Item) -> &str {
    item.enclosure().expect("an enclosure").url()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn qbittorrent_adds_every_torrent_of_the_demo_and_seeds_it() {
    let (data, content) = (folder(), folder());
    let place = content.path().to_str().expect("a plain path").to_owned();
    let demo = Demo::start(data.path(), &["--fast", "--content", &place]);
    items(&demo, READY).await;
    let client = QBittorrent::start(content.path()).await;
    client.subscribe(&demo.feed_url).await;
    client.wait_for_seeding(READY).await;
    println!("qBittorrent seeds {READY} of {READY} torrents of the demo");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_printed_feed_lists_torrents_whose_infohash_is_in_their_guid() {
    let data = folder();
    let demo = Demo::start(data.path(), &["--fast"]);
    let http = Http::new();
    let items = items(&demo, READY).await;
    for item in &items {
        let answer = http.get(url_of(item)).await;
        assert_eq!(answer.status, 200);
        let facts = grabfeed::fetch::verify::verify(&answer.body).expect("a torrent");
        let infohash = facts.infohash().expect("its infohash").to_string();
        assert!(item.guid().expect("a guid").value().ends_with(&infohash));
    }
    println!("{} items, every enclosure a torrent with the infohash of its guid", items.len());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn feedparser_transmission_and_rtorrent_take_the_demos_feed() {
    let data = folder();
    let demo = Demo::start(data.path(), &["--fast"]);
    let items = items(&demo, READY).await;
    let seen = feedparser::read(&demo.feed_url).await;
    assert!(!seen.bozo);
    assert_eq!(seen.ids.iter().collect::<BTreeSet<_>>().len(), READY);
    assert!(seen.dates.iter().all(Option::is_some));
    assert_eq!(seen.second_status, 304);

    let v1 = |item: &&rss::Item| item.guid().is_some_and(|guid| guid.value().starts_with("urn:btih:"));
    let mut of_v1 = items.iter().filter(v1);
    let (one, two) = (of_v1.next().expect("an item"), of_v1.next().expect("another"));
    let infohash =
        |item: &rss::Item| item.guid().expect("a guid").value().trim_start_matches("urn:btih:").to_owned();
    assert_eq!(Transmission::start().await.add(url_of(one)).await, infohash(one));
    RTorrent::start().await.load(url_of(two), &infohash(two)).await;
}
