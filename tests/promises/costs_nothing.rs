//! It costs the trackers nothing: one download a grab, no search, whatever the number of reports.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use grabfeed::demo::{GrabOptions, ReleaseSpec, TorrentSpec};
use grabfeed::domain::grab::GrabState;

use crate::support::database::{Home, both_engines};
use crate::support::service::{Household, Plan, small};
use crate::support::subscriber::Subscriber;

const GRABS: usize = 200;
const INDEXERS: [&str; 3] = ["Alpha", "Beta", "Gamma"];

both_engines! {
    two_hundred_grabs_cost_two_hundred_downloads_and_no_search,
    the_last_grab_of_a_quiet_app_is_not_fetched_again_when_its_retention_ends,
}

async fn two_hundred_grabs_cost_two_hundred_downloads_and_no_search(home: Home) {
    let began = Instant::now();
    let house = Household::new(home, Plan::default()).await;
    let feed = house.feed().await;
    let service = house.start().await;
    for chunk in (0..GRABS).collect::<Vec<_>>().chunks(20) {
        join_all(chunk.iter().map(|number| grab(&house, *number))).await;
    }
    house.settle(&service, Duration::from_mins(10)).await;
    // Once more round all histories, past the overlap with what was read.
    for _ in 0..2 {
        house.advance(&service, Duration::from_secs(70)).await;
    }

    let mut client = Subscriber::new(format!("{}{feed}", service.url), 50);
    while client.fetched.len() < GRABS {
        assert!(client.poll().await > 0, "{} of {GRABS} arrived", client.fetched.len());
    }
    assert_eq!(client.poll().await, 0);

    let counters = house.world.counters();
    let twice = client.fetched.values().filter(|times| **times != 1).count();
    let fewest = house
        .count("SELECT MIN(n) FROM (SELECT COUNT(*) AS n FROM sighting WHERE grab_id IS NOT NULL GROUP BY grab_id) s")
        .await;
    let sightings = house.count("SELECT COUNT(*) FROM sighting WHERE grab_id IS NOT NULL").await;
    let echoes = house.count("SELECT COUNT(*) FROM sighting WHERE outcome = 'own_echo'").await;
    println!(
        "{GRABS} grabs: {} downloads, {} searches, {sightings} sightings (each grab at least {fewest}), {echoes} own echoes, \
         {} items at the client, {twice} not exactly once, {:.1} s",
        house.our_downloads(),
        counters.searches,
        client.fetched.len(),
        began.elapsed().as_secs_f64(),
    );
    assert_eq!(house.grabs_in(GrabState::Ready).await.len(), GRABS);
    assert_eq!(house.grabs().await.len(), GRABS, "no grab is there twice");
    assert_eq!(house.our_downloads(), GRABS as u64);
    assert!(counters.downloads.values().all(|by| by.get("Grabfeed") == Some(&1)), "one download each");
    assert_eq!(counters.searches, 0);
    assert_eq!(counters.tracker_downloads.values().sum::<u64>(), 2 * GRABS as u64, "the apps' and ours");
    assert_eq!((client.fetched.len(), twice), (GRABS, 0));
    assert!(fewest >= 2, "webhook and history");
    assert_eq!(echoes, GRABS, "each of our own downloads was recognised");
    service.stop().await;
}

/// Films, seasons of four episodes and albums in turn.
async fn grab(house: &Household, number: usize) {
    let indexer = INDEXERS[number % INDEXERS.len()];
    let season = TorrentSpec { files: 4, file_bytes: 5_000, ..TorrentSpec::default() };
    let (app, title, spec) = match number % 5 {
        0 | 1 => ("radarr", format!("Un.Film.{number}.2024.1080p.WEB.DD+5.1-GRP"), small()),
        2 | 3 => {
            let spec = ReleaseSpec { torrent: season, parts: 4, ..ReleaseSpec::default() };
            ("sonarr", format!("Une.Serie.{number}.S01.1080p.WEB-GRP"), spec)
        }
        _ => ("lidarr", format!("Artiste {number} - Album d'été [FLAC]"), small()),
    };
    let release = house.world.release(&title, indexer, spec).unwrap();
    let report = house.world.grab(app, release, GrabOptions::default()).await.unwrap();
    assert!(report.grabbed);
}

/// Each reading of a history begins before the newest row that was seen, so a quiet app shows its last grab for ever.
async fn the_last_grab_of_a_quiet_app_is_not_fetched_again_when_its_retention_ends(home: Home) {
    const TWO_RETENTIONS: Duration = Duration::from_hours(144);
    let house = Household::new(home, Plan::with("SYNC__RETENTION_HOURS", "72")).await;
    let feed = house.feed().await;
    let service = house.start().await;
    let mut client = Subscriber::new(format!("{}{feed}", service.url), 50);
    house.grab("radarr", "A.Film.2026-GRP", "Alpha").await;
    house.settle(&service, Duration::from_mins(10)).await;
    assert_eq!(client.poll().await, 1);
    for _ in 0..3 {
        house.advance(&service, TWO_RETENTIONS).await;
        // The purge and the readings were due together; now each comes after the other.
        house.advance(&service, Duration::from_hours(2)).await;
        house.settle(&service, Duration::from_mins(10)).await;
    }
    assert_eq!((house.our_downloads(), house.grabs().await.len(), client.poll().await), (1, 0, 0));

    house.grab("radarr", "Another.Film.2026-GRP", "Alpha").await;
    house.settle(&service, Duration::from_mins(10)).await;
    let titles: Vec<_> = house.grabs().await.into_iter().map(|grab| grab.title).collect();
    assert_eq!(titles, ["Another.Film.2026-GRP"]);
}
