//! Everything at once, for as long as `GRABFEED_SECONDS` says: grabs that are told well and badly, trackers and apps that
//! fail now and then, invented webhooks, two clients, strangers with wrong keys, and a kill every few minutes.
//!
//! It prints its figures.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use grabfeed::demo::{
    Fault, GrabOptions, HistoryRow, ReleaseId, Target, TorrentSpec, Version, Webhook, World,
};
use grabfeed::domain::app::AppKind;
use grabfeed::fetch::verify::verify;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::json;

use super::{count, number, resident_kib};
use crate::support::household::Household;
use crate::support::http::Http;
use crate::support::process::Service;
use crate::support::wait::until;

const INDEXERS: [&str; 8] =
    ["Lanterne", "Boréal", "Saltmarsh", "Estran", "Ardoise", "Cobalt", "Moraine", "Quillwort"];
const APPS: [(&str, AppKind); 4] = [
    ("radarr", AppKind::Radarr),
    ("sonarr", AppKind::Sonarr),
    ("lidarr", AppKind::Lidarr),
    ("readarr", AppKind::Readarr),
];
/// Kills in one run at most.
const KILLS: u64 = 12;
/// After this a download that failed is tried again: trackers fail only in runs that are longer.
const RETRY: Duration = Duration::from_mins(10);
/// How long a client waits between two looks at its feed.
const CLIENT_INTERVAL: Duration = Duration::from_secs(5);

/// What all who take part share.
struct Scene {
    world: World,
    household: Household,
    http: Http,
    key: String,
    done: Cell<bool>,
    memory_kib: RefCell<Vec<u64>>,
    /// Releases whose tracker refuses or stalls the first download: it has to be repeated.
    refused: RefCell<BTreeSet<ReleaseId>>,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everything_at_once_loses_nothing_and_doubles_nothing_and_the_memory_stays_level() {
    let world = super::world_of(&INDEXERS, &APPS).await;
    let household = Household::of(&world);
    household.connect_webhooks(&world);
    let feeds = [household.feed("first client"), household.feed("second client")];
    let (key, secret) = (household.key("test", "read"), household.secret("radarr"));
    let scene = Scene {
        world,
        household,
        http: Http::new(),
        key,
        done: Cell::new(false),
        memory_kib: RefCell::default(),
        refused: RefCell::default(),
    };
    let length = Duration::from_secs(number("GRABFEED_SECONDS", 20) as u64);
    let (releases, (service, kills), invented, first, second) = tokio::join!(
        grab(&scene, length),
        kill_now_and_then(&scene, length),
        invent(&scene, &secret),
        read(&scene, &feeds[0]),
        read(&scene, &feeds[1]),
    );
    let counters = scene.world.counters();
    let (grabs, downloads) = (releases.len(), counters.all_downloads_by("Grabfeed"));
    let again = |release: &&ReleaseId| counters.downloads_by(**release, "Grabfeed") > 1;
    let refused = scene.refused.take();
    let needed = releases.keys().filter(again).filter(|release| refused.contains(release)).count();
    let repeated = releases.keys().filter(again).count() - needed;
    let memory = scene.memory_kib.take();
    let (early, late) = memory.split_at(memory.len() / 2);
    let most = |part: &[u64]| part.iter().copied().max().unwrap_or(0) / 1024;
    println!(
        "{length:?}: {grabs} grabs, {kills} kills, {invented} invented webhooks; {downloads} downloads, {needed} again \
         after the tracker failed and {repeated} without need; memory at most {} MiB in the first half and {} MiB in the second",
        most(early),
        most(late)
    );
    let offered: BTreeSet<String> = releases.into_values().collect();
    assert_eq!((&first, &second), (&offered, &offered), "what the two clients got, beside what was offered");
    assert_eq!(count(&scene.http, &scene.household, &scene.key, "ready").await, grabs as u64);
    assert!(service.stop());
    super::check_database(&scene.household).await;
    scene.world.stop().await;
}

/// Makes the grabs, and trouble for some of them; waits until all are ready. Returns their infohashes.
async fn grab(scene: &Scene, length: Duration) -> BTreeMap<ReleaseId, String> {
    let (mut random, began, mut releases) = (StdRng::seed_from_u64(5), Instant::now(), BTreeMap::new());
    let (is_long, mut number) = (length >= RETRY, 0);
    while began.elapsed() < length {
        let (app, _) = APPS[random.random_range(0..APPS.len())];
        let title = format!("Mixed.{number:05}.S01E01.2026.1080p.WEB.H264-TEST");
        let version = if random.random_bool(0.1) { Version::Hybrid } else { Version::V1 };
        let spec = TorrentSpec { file_bytes: 20_000, version, ..TorrentSpec::default() };
        let indexer = INDEXERS[random.random_range(0..INDEXERS.len())];
        let release = scene.world.release(&title, indexer, spec).unwrap();
        let webhook = match random.random_range(0..10) {
            0..2 => Webhook::Drop,
            2 => Webhook::Twice,
            _ => Webhook::Send,
        };
        let history = match random.random_range(0..10) {
            0 => HistoryRow::After(Duration::from_secs(4)),
            _ => HistoryRow::Now,
        };
        if is_long && random.random_bool(0.03) {
            let faults = [Fault::ErrorHtml, Fault::ResetMidBody, Fault::Slow(Duration::from_secs(3))];
            scene.world.fault(Target::Tracker(release), faults[random.random_range(0..3)], 1);
            scene.refused.borrow_mut().insert(release);
        }
        if random.random_bool(0.02) {
            scene.world.fault(Target::History(app.to_owned()), Fault::StartingUp, 2);
        }
        let options = GrabOptions { webhook, history, ..GrabOptions::default() };
        // While Prowlarr blocks the indexer, apps grab nothing there either.
        if scene.world.grab(app, release, options).await.unwrap().grabbed {
            releases.insert(release, scene.world.torrent(release).unwrap().infohash().to_owned());
        }
        number += 1;
        tokio::time::sleep(Duration::from_millis(random.random_range(200..3_000))).await;
    }
    until("every grab is ready", Duration::from_hours(1), async || {
        let listed = scene.listed("ready").await;
        tokio::time::sleep(Duration::from_secs(1)).await;
        (listed == Some(releases.len() as u64)).then_some(())
    })
    .await;
    scene.done.set(true);
    releases
}

/// Kills and starts the service, evenly over the length; keeps the memory that it has. Returns the last one,
/// and how often it was killed.
async fn kill_now_and_then(scene: &Scene, length: Duration) -> (Service, u64) {
    let pause = Duration::from_secs((length.as_secs() / (KILLS + 1)).max(5));
    let mut service = scene.household.start().await;
    let mut kills = 0;
    let mut began = Instant::now();
    while !scene.done.get() {
        tokio::time::sleep(Duration::from_secs(1)).await;
        scene.memory_kib.borrow_mut().push(resident_kib(service.pid()));
        if kills < KILLS && began.elapsed() > pause {
            service.kill();
            service = scene.household.start().await;
            (kills, began) = (kills + 1, Instant::now());
        }
    }
    assert!(kills > 0);
    (service, kills)
}

/// Sends four invented webhooks a second, and as many questions with a wrong key. Returns how many were sent.
async fn invent(scene: &Scene, secret: &str) -> u64 {
    let (url, headers) = (scene.household.url("/hooks/radarr"), [("X-Webhook-Token", secret)]);
    let grabs = scene.household.url("/api/v1/grabs");
    let mut sent = 0;
    while !scene.done.get() {
        let indexer = INDEXERS[usize::try_from(sent).unwrap() % INDEXERS.len()];
        let release = json!({ "releaseTitle": format!("Invented.{sent}"), "indexer": indexer });
        let body = json!({ "eventType": "Grab", "release": release, "downloadId": format!("{sent:040X}") });
        let body = body.to_string();
        let headers: Vec<(&str, &[u8])> =
            headers.iter().map(|(name, value)| (*name, value.as_bytes())).collect();
        // While it is killed nobody answers.
        drop(scene.http.try_request("POST", &url, &headers, body).await);
        drop(scene.http.try_request("GET", &grabs, &[("X-Api-Key", b"test-key-wrong")], "").await);
        sent += 1;
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
    sent
}

/// Reads the feed as a client does, with its validator, and fetches each new torrent once. Returns the infohashes.
async fn read(scene: &Scene, feed: &str) -> BTreeSet<String> {
    let (mut guids, mut got, mut validator) = (BTreeSet::new(), BTreeSet::new(), String::new());
    let mut last_look = false;
    while !last_look {
        last_look = scene.done.get();
        let headers: Vec<(&str, &[u8])> = vec![("If-None-Match", validator.as_bytes())];
        let page = scene.http.try_request("GET", feed, &headers, "").await;
        if let Ok(page) = page.as_ref().map_err(drop)
            && page.status == 200
        {
            let channel = rss::Channel::read_from(page.body.as_slice()).unwrap();
            let mut all = true;
            for item in channel.items() {
                let (guid, link) = (item.guid().unwrap().value(), item.enclosure().unwrap().url());
                if guids.contains(guid) {
                    continue;
                }
                let Ok(file) = scene.http.try_request("GET", link, &[], "").await else {
                    all = false;
                    break;
                };
                assert_eq!(file.status, 200, "{}", file.text());
                let facts = verify(&file.body).unwrap();
                assert!(got.insert(hex::encode(facts.v1.unwrap())), "{} came twice", facts.name);
                guids.insert(guid.to_owned());
            }
            if all {
                page.headers.get("etag").unwrap().to_str().unwrap().clone_into(&mut validator);
            }
        }
        tokio::time::sleep(CLIENT_INTERVAL).await;
    }
    got
}

impl Scene {
    /// How many grabs are listed in this state; `None` while nobody answers.
    async fn listed(&self, state: &str) -> Option<u64> {
        let url = self.household.url(&format!("/api/v1/grabs?pageSize=1&state={state}"));
        let headers: [(&str, &[u8]); 1] = [("X-Api-Key", self.key.as_bytes())];
        let reply = self.http.try_request("GET", &url, &headers, "").await.ok()?;
        (reply.status == 200).then(|| reply.json()["totalRecords"].as_u64().unwrap())
    }
}
