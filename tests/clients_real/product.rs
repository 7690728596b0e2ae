//! The product itself with real clients: `grabfeed demo` plays an evening, and each client does with the printed feed
//! what its user would set up.

use std::collections::BTreeSet;

use super::feedparser;
use super::program::folder;
use super::qbittorrent::QBittorrent;
use super::rtorrent::RTorrent;
use super::transmission::Transmission;
use crate::demo_command::published;
use crate::support::process::Demo;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn qbittorrent_with_a_rule_adds_everything_that_the_feed_lists_and_seeds_it() {
    let (folder_of_demo, content) = (folder(), folder());
    let place = content.path().to_str().unwrap();
    let demo = Demo::start(folder_of_demo.path(), &["--fast", "--content", place]);
    let client = QBittorrent::start(content.path()).await;
    client.subscribe(&demo.feed_url).await;
    let items = published(&demo).await;
    client.refresh().await;
    client.wait_for_seeding(items.len()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn feedparser_transmission_and_rtorrent_read_the_products_feed() {
    let data = folder();
    let demo = Demo::start(data.path(), &["--fast"]);
    let items = published(&demo).await;

    let seen = feedparser::read(&demo.feed_url).await;
    assert!(!seen.bozo);
    assert_eq!(seen.ids.iter().collect::<BTreeSet<_>>().len(), items.len(), "no id twice");
    assert_eq!(seen.ids, items.iter().map(|(guid, _)| guid.clone()).collect::<Vec<_>>());
    let dates: Vec<_> = seen.dates.iter().map(|date| date.expect("a date that is read")).collect();
    assert!(dates.is_sorted_by(|newer, older| newer > older), "strictly falling: {dates:?}");
    assert_eq!(seen.second_status, 304);

    // A torrent of version 1, which every client knows.
    let (guid, link) = items.iter().find(|(guid, _)| guid.starts_with("urn:btih:")).unwrap();
    let infohash = guid.trim_start_matches("urn:btih:");
    assert_eq!(Transmission::start().await.add(link).await, infohash);
    RTorrent::start().await.load(link, infohash).await;
}
