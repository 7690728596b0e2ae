//! With authentication on, as it always is: real clients with the address that `feed create` prints, which is all that
//! they need, and with the predecessor's addresses where they can show a key.

use std::collections::BTreeSet;
use std::time::Duration;

use grabfeed::demo::{GrabOptions, ReleaseSpec, World};
use grabfeed::domain::app::AppKind;
use grabfeed::ops::clock::Clock;

use super::feedparser;
use super::program::folder;
use super::qbittorrent::QBittorrent;
use super::rtorrent::RTorrent;
use super::transmission::Transmission;
use crate::support::household::Household;
use crate::support::http::Http;
use crate::support::process::Service;
use crate::support::wait::until;
use crate::web::items_of;

const FILMS: usize = 4;

/// The built program, with films that it has collected.
struct Product {
    household: Household,
    service: Service,
    /// What `feed create` printed.
    feed: String,
    /// What `key create` printed.
    key: String,
    /// Guid and link of each item of the feed.
    items: Vec<(String, String)>,
    _world: World,
}

impl Product {
    async fn new() -> Self {
        let clock = Clock::system();
        let world = World::builder(move || clock.now()).indexers(["Lanterne"]).app("radarr", AppKind::Radarr);
        let world = world.start().await.unwrap();
        let household = Household::of(&world);
        household.connect_webhooks(&world);
        let service = household.start().await;
        let feed = household.feed("client").trim().to_owned();
        let key = household.key("old client", "feed").trim().to_owned();
        for number in 0..FILMS {
            let title = format!("Le.Phare.{number}-TEST");
            let release = world.release(&title, "Lanterne", ReleaseSpec::default()).unwrap();
            world.grab("radarr", release, GrabOptions::default()).await.unwrap();
        }
        let http = Http::new();
        let items = until("the films are in the feed", Duration::from_mins(1), async || {
            let items = items_of(&http.get(&feed).await.body);
            (items.len() == FILMS).then_some(items)
        })
        .await;
        assert_eq!(http.get(&household.url("/rss")).await.status, 401, "authentication is on");
        Self { household, service, feed, key, items, _world: world }
    }

    /// An old address with the key as a Basic password in it, the way that clients without headers show one.
    fn old_url(&self, path: &str) -> String {
        self.household.url(path).replacen("http://", &format!("http://anyone:{}@", self.key), 1)
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn qbittorrent_takes_everything_from_the_printed_address_and_from_the_old_one_with_basic() {
    let product = Product::new().await;
    for url in [product.feed.clone(), product.old_url("/rss"), product.old_url("/rss/tracker/Lanterne")] {
        let data = folder();
        let client = QBittorrent::start(data.path()).await;
        client.subscribe(&url).await;
        client.wait_for_torrents(FILMS).await;
    }
    let listed = product.household.says(&["feed", "list"]);
    assert!(listed.matches("old client").count() >= 2, "{listed}");
    assert!(!product.service.log().contains(&product.key), "the key is in no log");
    assert!(product.service.stop());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn feedparser_transmission_and_rtorrent_take_everything_from_the_printed_and_the_old_address() {
    let product = Product::new().await;
    let guids: BTreeSet<_> = product.items.iter().map(|(guid, _)| guid.clone()).collect();
    let (transmission, rtorrent) = (Transmission::start().await, RTorrent::start().await);
    for (number, url) in [product.feed.clone(), product.old_url("/feed")].into_iter().enumerate() {
        let seen = feedparser::read(&url).await;
        assert!(!seen.bozo);
        assert_eq!(seen.ids.iter().cloned().collect::<BTreeSet<_>>(), guids);
        assert_eq!(seen.second_status, 304);
        for (guid, links) in seen.ids.iter().zip(&seen.enclosures) {
            // These two fetch the link as it stands, without any credentials.
            let infohash = guid.trim_start_matches("urn:btih:");
            let link = &links[0];
            assert!(!link.contains('@') && !link.contains(&product.key), "{link}");
            assert_eq!(Http::new().get(link).await.status, 200);
            if number == 0 {
                assert_eq!(transmission.add(link).await, infohash);
            } else {
                rtorrent.load(link, infohash).await;
            }
        }
    }
    assert!(product.service.stop());
}
