//! Prowlarr and the indexers behind it are spared: what failed is left alone as long as its schedule says, what is
//! final is asked once, and one bad indexer keeps nobody else waiting.

use std::time::Duration;

use futures_util::future::join_all;
use grabfeed::demo::{DownloadUrl, Fault, GrabOptions, ReleaseSpec, RetryAfter, Target};
use grabfeed::domain::grab::GrabState;
use grabfeed::domain::reason::Reason;

use crate::support::database::{Home, both_engines};
use crate::support::service::{Household, Plan, small};
use crate::support::wait::until;

const MINUTE: Duration = Duration::from_mins(1);
const HOUR: Duration = Duration::from_hours(1);
const SECOND: Duration = Duration::from_secs(1);
const DAYS_30: Duration = Duration::from_hours(30 * 24);

both_engines! { one_torrent_that_two_apps_grab_is_downloaded_once }

#[tokio::test]
async fn a_link_that_fails_is_asked_again_only_when_its_schedule_says_and_given_up_after_it() {
    /// Minutes after the first to the seventh failure; chance adds at most half.
    const LATER: [u64; 7] = [10, 40, 120, 360, 720, 1440, 1440];
    const TITLE: &str = "Panne-GRP";
    let (house, service) = started(Plan::default()).await;
    let release = house.world.release(TITLE, "Alpha", small()).unwrap();
    house.world.fault(Target::Tracker(release), Fault::ErrorHtml, u32::MAX);
    house.world.grab("radarr", release, GrabOptions::default()).await.unwrap();
    house.advance(&service, 3 * SECOND).await;
    let at_tracker = || house.world.counters().tracker_downloads[&release] - 1; // the first was the app's own
    for (step, minutes) in (1..).zip(LATER) {
        assert_eq!((house.our_downloads_of(release), at_tracker()), (step, step), "before wait {step}");
        let due = house.grab_of(TITLE).await.next_attempt_at.unwrap();
        let wait = due.since(house.now().await);
        println!("failure {step}: next after {} min (at least {minutes})", wait.as_secs() / 60);
        let least = Duration::from_mins(minutes);
        assert!((least..=least * 3 / 2).contains(&wait), "wait {step}: {wait:?}");
        house.advance(&service, wait.saturating_sub(SECOND)).await;
        assert_eq!(house.our_downloads_of(release), step, "a second before it is due");
        house.advance(&service, SECOND).await;
    }
    assert_eq!(house.state_of(TITLE).await, "failed gave-up");
    house.advance(&service, DAYS_30).await;
    assert_eq!((house.our_downloads_of(release), at_tracker()), (8, 8), "one download and seven repetitions");
    assert_eq!(house.attempts_of(TITLE).await.last().unwrap().reason, Some(Reason::IndexerError));

    house.world.clear_faults(&Target::Tracker(release));
    let grab = house.grab_of(TITLE).await.id;
    assert!(house.store.retry_grab(grab, house.now().await).await.unwrap());
    house.settle(&service, MINUTE).await;
    assert_eq!(house.state_of(TITLE).await, "ready", "the retry button");
    assert_eq!(house.our_downloads_of(release), 9);
    service.stop().await;
}

#[tokio::test]
async fn a_rate_limit_is_kept_in_both_its_forms_for_the_whole_indexer() {
    for after in [RetryAfter::Seconds(120), RetryAfter::Date(2 * MINUTE)] {
        let (house, service) = started(Plan::default()).await;
        let limited = house.world.release("Limite-GRP", "Alpha", small()).unwrap();
        house.world.fault(Target::Release(limited), Fault::TooManyRequests(after), 1);
        house.world.grab("radarr", limited, GrabOptions::default()).await.unwrap();
        house.advance(&service, 3 * SECOND).await;
        assert_eq!(house.state_of("Limite-GRP").await, "pending rate-limited");
        let neighbour = house.grab("radarr", "Voisin-GRP", "Alpha").await;
        let other = house.grab("radarr", "Ailleurs-GRP", "Beta").await;
        house.advance(&service, 118 * SECOND).await;
        let counts = [limited, neighbour, other].map(|release| house.our_downloads_of(release));
        assert_eq!(counts, [1, 0, 1], "{after:?}: 118 s later only the other indexer was asked");
        house.settle(&service, 2 * MINUTE).await;
        let counts = [limited, neighbour, other].map(|release| house.our_downloads_of(release));
        assert_eq!(counts, [2, 1, 1], "{after:?}");
        service.stop().await;
    }
}

#[tokio::test]
async fn an_indexer_that_does_not_answer_keeps_no_other_waiting() {
    let (house, service) = started(Plan::default()).await;
    house.world.fault(Target::Indexer("Alpha".to_owned()), Fault::Slow(Duration::from_hours(1)), u32::MAX);
    let grab = async |number: usize| {
        let indexer = if number < 20 { "Alpha" } else { ["Beta", "Gamma"][number % 2] };
        house.grab("radarr", &format!("{indexer}.{number}-GRP"), indexer).await
    };
    let releases = join_all((0..40).map(grab)).await;
    house.clock.advance(5 * SECOND);
    until("the others are ready", MINUTE, async || {
        service.deps.wake.notify_one();
        (house.grabs_in(GrabState::Ready).await.len() == 20).then_some(())
    })
    .await;
    let dead: u64 = releases[..20].iter().map(|release| house.our_downloads_of(*release)).sum();
    println!("20 of 20 ready at the living indexers while {dead} downloads hang at the dead one");
    assert_eq!(dead, 2, "no more than two at once at one indexer");
}

#[tokio::test]
async fn an_indexer_that_fails_is_asked_less_and_less_and_its_grabs_are_kept() {
    let (house, service) = started(Plan::default()).await;
    let mut releases = Vec::new();
    for number in 0..20 {
        let release = house.world.release(&format!("Mort.{number}-GRP"), "Alpha", small()).unwrap();
        house.world.fault(Target::Tracker(release), Fault::ErrorHtml, u32::MAX);
        house.world.grab("radarr", release, GrabOptions::default()).await.unwrap();
        releases.push(release);
    }
    house.grab("radarr", "Vivant-GRP", "Beta").await;
    house.advance(&service, 3 * SECOND).await;
    assert_eq!(house.state_of("Vivant-GRP").await, "ready");
    for _ in 0..12 {
        house.advance(&service, 5 * MINUTE).await;
    }
    let counters = house.world.counters();
    let at_tracker: u64 = releases.iter().map(|release| counters.tracker_downloads[release] - 1).sum();
    println!("a dead tracker with 20 grabs: asked {at_tracker} times in an hour");
    assert!(at_tracker <= 8, "asked {at_tracker} times");
    assert_eq!(house.grabs_in(GrabState::Pending).await.len(), 20);
    for release in &releases {
        house.world.clear_faults(&Target::Tracker(*release));
    }
    house.settle(&service, DAYS_30).await;
    assert_eq!(house.grabs_in(GrabState::Ready).await.len(), 21);
    service.stop().await;
}

#[tokio::test]
async fn a_link_that_goes_on_being_refused_is_asked_for_a_few_times_over_days_and_given_up() {
    let (house, service) = started(Plan::default()).await;
    let cases = [
        (Fault::ReleaseGone, "gone", 5),
        (Fault::IndexerDisabled, "gone", 5),
        (Fault::NotFound, "gave-up", 8),
        (Fault::RedirectLoop, "gave-up", 8),
        (Fault::TrackerRedirect, "address-refused", 1),
    ];
    let mut releases = Vec::new();
    for (fault, ..) in cases {
        let release = house.world.release(&format!("{fault:?}-GRP"), "Alpha", small()).unwrap();
        house.world.fault(Target::Release(release), fault, u32::MAX);
        house.world.grab("radarr", release, GrabOptions::default()).await.unwrap();
        releases.push(release);
    }
    for _ in 0..45 {
        house.advance(&service, 3 * HOUR).await;
    }
    for ((fault, reason, times), release) in cases.into_iter().zip(releases) {
        let title = format!("{fault:?}-GRP");
        assert_eq!(house.state_of(&title).await, format!("failed {reason}"));
        assert_eq!(house.our_downloads_of(release), times, "{fault:?}");
        assert_eq!(house.attempts_of(&title).await.last().unwrap().outcome.as_str(), "failed");
    }
    assert_eq!(house.world.counters().searches, 0);
    service.stop().await;
}

#[tokio::test]
async fn a_key_that_prowlarr_refuses_holds_its_grabs_until_it_is_corrected() {
    let (house, service) = started(Plan::with("PROWLARR__API_KEY", "test-key-wrong")).await;
    house.grab("radarr", "Cle-GRP", "Alpha").await;
    house.advance(&service, 3 * MINUTE).await;
    assert_eq!(house.state_of("Cle-GRP").await, "pending prowlarr-key-refused");
    house.advance(&service, DAYS_30).await;
    assert_eq!(house.world.counters().searches, 0);
    service.stop().await;
    let house = house.with_plan(Plan::default());
    let service = house.start().await;
    house.settle(&service, MINUTE).await;
    assert_eq!(house.state_of("Cle-GRP").await, "ready", "the key was corrected");
    service.stop().await;
}

#[tokio::test]
async fn a_magnet_is_published_where_the_settings_allow_it_and_skipped_where_not() {
    for (allowed, state) in [("false", "skipped magnet-only"), ("true", "ready")] {
        let (house, service) = started(Plan::with("MATCHING__ALLOW_MAGNETS", allowed)).await;
        let mut releases = Vec::new();
        for (title, download_url) in
            [("Redirige-GRP", DownloadUrl::Proxy), ("Direct-GRP", DownloadUrl::Magnet)]
        {
            let release = house.world.release(title, "Alpha", ReleaseSpec::magnet()).unwrap();
            let options = GrabOptions { download_url, ..GrabOptions::default() };
            assert!(house.world.grab("radarr", release, options).await.unwrap().grabbed);
            releases.push(release);
        }
        house.settle(&service, MINUTE).await;
        assert_eq!(house.state_of("Redirige-GRP").await, state);
        assert_eq!(house.state_of("Direct-GRP").await, state);
        let downloads: Vec<_> = releases.iter().map(|release| house.our_downloads_of(*release)).collect();
        assert_eq!(downloads, [1, 0], "a magnet link needs no download");
        service.stop().await;
    }
}

#[tokio::test]
async fn a_grab_for_usenet_costs_nothing_at_all() {
    let (house, service) = started(Plan::default()).await;
    let nzb = house.world.release("Un.Nzb-GRP", "Alpha", ReleaseSpec::usenet()).unwrap();
    assert!(house.world.grab("radarr", nzb, GrabOptions::default()).await.unwrap().grabbed);
    house.settle(&service, MINUTE).await;
    assert_eq!(house.state_of("Un.Nzb-GRP").await, "skipped usenet");
    assert_eq!((house.our_downloads(), house.world.counters().searches), (0, 0));
    service.stop().await;
}

#[tokio::test]
async fn prowlarr_is_searched_only_for_a_grab_without_a_usable_link_and_once() {
    const TITLE: &str = "Cherche.Moi.2024.1080p-GRP";
    for download_url in [DownloadUrl::Null, DownloadUrl::StaleProxy] {
        let (house, service) = started(Plan::default()).await;
        for decoy in [
            "Cherche.Moi.2024.1080p.PROPER.EXTENDED.INTEGRALE-GRP",
            "Cherche.Moi.2024.1080p.FRENCH.REPACK.iNTERNAL-GRP",
        ] {
            house.world.release(decoy, "Alpha", small()).unwrap();
        }
        let elsewhere = house.world.release(TITLE, "Beta", small()).unwrap();
        let options = GrabOptions { download_url, ..GrabOptions::default() };
        let release = house.grab_as("radarr", TITLE, "Alpha", options).await;
        house.settle(&service, Duration::from_mins(30)).await;
        assert_eq!(house.state_of(TITLE).await, "ready", "{download_url:?}");
        let counters = house.world.counters();
        assert_eq!((counters.searches, house.our_downloads_of(release)), (1, 1), "{download_url:?}");
        assert_eq!(house.our_downloads_of(elsewhere), 0);
        assert_eq!(
            counters.indexer_queries.keys().collect::<Vec<_>>(),
            ["Alpha"],
            "only the grab's own indexer"
        );
        let attempts = house.attempts_of(TITLE).await;
        let detail = attempts.last().unwrap().detail.clone().unwrap();
        let detail: serde_json::Value = serde_json::from_str(&detail).unwrap();
        let candidates = detail["candidates"].as_array().unwrap();
        assert_eq!(candidates.len(), 3);
        for candidate in candidates {
            let refused = candidate["title"] != TITLE;
            assert_eq!(candidate["accepted"], !refused);
            assert_eq!(candidate["findings"].as_array().unwrap().is_empty(), !refused, "{candidate}");
        }
        service.stop().await;
    }
}

#[tokio::test]
async fn a_torrent_with_another_infohash_is_refused_and_the_two_hashes_are_kept() {
    let (house, service) = started(Plan::default()).await;
    let release = house.world.release("Faux-GRP", "Alpha", small()).unwrap();
    house.world.fault(Target::Release(release), Fault::WrongTorrent, u32::MAX);
    house.world.grab("radarr", release, GrabOptions::default()).await.unwrap();
    house.settle(&service, MINUTE).await;
    assert_eq!(house.state_of("Faux-GRP").await, "failed wrong-infohash");
    let detail = house.attempts_of("Faux-GRP").await.last().unwrap().detail.clone().unwrap();
    let detail: serde_json::Value = serde_json::from_str(&detail).unwrap();
    assert_eq!(detail["want"], house.world.torrent(release).unwrap().infohash());
    assert_ne!(detail["got"], detail["want"]);
    assert_eq!(house.count("SELECT COUNT(*) FROM torrent").await, 0);
    assert_eq!(house.our_downloads_of(release), 1);
    service.stop().await;
}

async fn one_torrent_that_two_apps_grab_is_downloaded_once(home: Home) {
    const RELEASES: usize = 3;
    let house = Household::new(home, Plan::default()).await;
    let mut releases = Vec::new();
    for indexer in ["Alpha", "Beta", "Gamma"] {
        let release = house.world.release(&format!("Partage.{indexer}-GRP"), indexer, small()).unwrap();
        for app in ["radarr", "sonarr"] {
            house.world.grab(app, release, GrabOptions::default()).await.unwrap();
        }
        // Long enough for the second grab to be due while the first is in work.
        house.world.fault(Target::Indexer(indexer.to_owned()), Fault::Slow(2 * SECOND), u32::MAX);
        releases.push(release);
    }
    // Both histories are read when it starts.
    let service = house.start().await;
    until("all grabs are found", MINUTE, async || (house.grabs().await.len() == 2 * RELEASES).then_some(()))
        .await;
    house.settle(&service, Duration::from_mins(5)).await;
    assert_eq!(house.grabs_in(GrabState::Ready).await.len(), 2 * RELEASES);
    println!("{RELEASES} torrents grabbed by two apps each: {} downloads", house.our_downloads());
    assert!(releases.iter().all(|release| house.our_downloads_of(*release) == 1));
    assert_eq!(house.count("SELECT COUNT(*) FROM torrent").await, RELEASES);
    service.stop().await;
}

async fn started(plan: Plan) -> (Household, crate::support::service::Service) {
    let house = Household::new(Home::file(), plan).await;
    let service = house.start().await;
    house.rest(&service).await;
    (house, service)
}
