//! Five hundred grabs, told by webhooks and histories to a program that is killed all the time.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use grabfeed::demo::{GrabOptions, HistoryRow, ReleaseId, TorrentSpec, Webhook, World};
use grabfeed::domain::app::AppKind;
use grabfeed::fetch::verify::verify;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use super::{count, number};
use crate::support::household::Household;
use crate::support::http::Http;
use crate::support::wait::until;

/// Unless `GRABFEED_GRABS` says otherwise.
const GRABS: usize = 500;
/// Unless `GRABFEED_KILLS` says otherwise, and at least; it goes on for as long as there are new grabs.
const KILLS: usize = 20;
/// Steps that one process has in work at most: what a kill can make it ask for a second time.
const IN_WORK: u64 = 16;
const INDEXERS: [&str; 8] =
    ["Lanterne", "Boréal", "Saltmarsh", "Estran", "Ardoise", "Cobalt", "Moraine", "Quillwort"];
const APPS: [(&str, AppKind); 3] =
    [("radarr", AppKind::Radarr), ("sonarr", AppKind::Sonarr), ("lidarr", AppKind::Lidarr)];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn five_hundred_grabs_outlive_being_killed_again_and_again() {
    let world = super::world_of(&INDEXERS, &APPS).await;
    let household = Household::of(&world);
    household.connect_webhooks(&world);
    let (feed, key) = (household.feed("client"), household.key("test", "read"));
    let (grabs, kills) = (number("GRABFEED_GRABS", GRABS), number("GRABFEED_KILLS", KILLS));

    let done = Cell::new(false);
    let (releases, kills) = tokio::join!(
        async {
            let releases = grab(&world, grabs, kills).await;
            done.set(true);
            releases
        },
        kill_until(&household, &done, kills),
    );
    let service = household.start().await;
    let http = Http::new();
    until("every grab is ready", Duration::from_mins(2), async || {
        (count(&http, &household, &key, "ready").await == grabs as u64).then_some(())
    })
    .await;
    assert_eq!(count(&http, &household, &key, "").await, grabs as u64, "grabs made double, or of nothing");
    let delivered = read_feed(&http, &feed, grabs).await;
    let offered: BTreeSet<String> = releases.values().cloned().collect();
    assert_eq!(offered.len(), grabs);
    assert_eq!(delivered, offered);

    let counters = world.counters();
    let told: u64 = APPS.iter().map(|(app, _)| counters.webhooks_of(app).delivered).sum();
    let downloads = counters.all_downloads_by("Grabfeed");
    let repeated = releases.keys().filter(|release| counters.downloads_by(**release, "Grabfeed") > 1).count();
    println!(
        "{grabs} grabs, {kills} kills, {told} webhooks answered, {downloads} downloads, {repeated} of a grab again"
    );
    assert!(downloads <= grabs as u64 + kills as u64 * IN_WORK, "{downloads} downloads");
    assert!(releases.keys().all(|release| counters.downloads_by(*release, "Grabfeed") >= 1));
    assert!(service.stop());
    super::check_database(&household).await;
    world.stop().await;
}

/// Makes the grabs, some of them badly told, and returns their infohashes.
///
/// They last as long as the kills do.
async fn grab(world: &World, grabs: usize, kills: usize) -> BTreeMap<ReleaseId, String> {
    let mut random = StdRng::seed_from_u64(1);
    let mut releases = BTreeMap::new();
    let longest_pause = (kills * 1_500 / grabs).max(40) as u64;
    for number in 0..grabs {
        let (app, _) = APPS[random.random_range(0..APPS.len())];
        let title = format!("Grab.{number:03}.S01E01.2024.1080p.WEB.H264-TEST");
        let spec = TorrentSpec { file_bytes: 20_000, ..TorrentSpec::default() };
        let release = world.release(&title, INDEXERS[random.random_range(0..INDEXERS.len())], spec).unwrap();
        let webhook = match random.random_range(0..10) {
            0..2 => Webhook::Drop,
            2 => Webhook::Twice,
            _ => Webhook::Send,
        };
        let history = match random.random_range(0..10) {
            0 => HistoryRow::After(Duration::from_secs(4)),
            _ => HistoryRow::Now,
        };
        let report = world.grab(app, release, GrabOptions { webhook, history, ..GrabOptions::default() });
        assert!(report.await.unwrap().grabbed);
        releases.insert(release, world.torrent(release).unwrap().infohash().to_owned());
        tokio::time::sleep(Duration::from_millis(random.random_range(0..longest_pause))).await;
    }
    releases
}

/// Starts the service and kills it at a random moment, from its first breath on. Returns how often.
async fn kill_until(household: &Household, done: &Cell<bool>, at_least: usize) -> usize {
    let mut random = StdRng::seed_from_u64(2);
    let mut kills = 0;
    while kills < at_least || !done.get() {
        let mut service = household.launch();
        // Every fifth start is cut short.
        if !(kills + 1).is_multiple_of(5) {
            service.wait_until_ready().await;
        }
        tokio::time::sleep(Duration::from_millis(random.random_range(10..1_200))).await;
        service.kill();
        kills += 1;
    }
    kills
}

/// Reads the feed as a client does, again and again, fetching what is new. Returns the infohashes of what it got.
async fn read_feed(http: &Http, feed: &str, grabs: usize) -> BTreeSet<String> {
    let (mut links, mut guids, mut got) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    let deadline = Instant::now() + Duration::from_mins(1);
    while got.len() < grabs && Instant::now() < deadline {
        let channel = rss::Channel::read_from(http.get(feed).await.body.as_slice()).unwrap();
        let mut on_this_page = BTreeSet::new();
        for item in channel.items() {
            let (guid, link) = (item.guid().unwrap().value(), item.enclosure().unwrap().url());
            assert!(on_this_page.insert(guid.to_owned()), "{guid} is listed twice");
            if links.insert(link.to_owned()) {
                assert!(guids.insert(guid.to_owned()), "{guid} has two links");
                let reply = http.get(link).await;
                assert_eq!(reply.status, 200, "{}", reply.text());
                let facts = verify(&reply.body).unwrap();
                assert!(got.insert(hex::encode(facts.v1.unwrap())), "{} came twice", facts.name);
            }
        }
    }
    got
}
