//! What waits says why, until when, and what to do.

use std::time::Duration;

use grabfeed::admin::{Actor, grabs};
use grabfeed::demo::{DownloadUrl, Fault, GrabOptions, RetryAfter, Target};
use grabfeed::domain::grab::GrabState;
use grabfeed::domain::reason::Reason;
use grabfeed::pipeline::findings::{self, FindingKind};

use crate::support::database::Home;
use crate::support::http::Http;
use crate::support::service::{Household, Plan, Service, small};
use crate::support::wait::until;

const HOUR: Duration = Duration::from_hours(1);

async fn usual() -> (Household, Service) {
    let house = Household::new(Home::file(), Plan::default()).await;
    let service = house.start().await;
    (house, service)
}

fn with_link(link: DownloadUrl) -> GrabOptions {
    GrabOptions { download_url: link, ..GrabOptions::default() }
}

/// One grab runs into the indexer’s refusal; those that come after it have never been tried.
#[tokio::test]
async fn a_grab_whose_indexer_is_left_alone_says_so_before_it_was_ever_tried() {
    for (fault, reason) in [
        (Fault::TooManyRequests(RetryAfter::Seconds(900)), Reason::RateLimited),
        (Fault::ErrorXml, Reason::IndexerError),
        (Fault::TooManyRequests(RetryAfter::Absent), Reason::RateLimited),
    ] {
        let (house, service) = usual().await;
        house.world.fault(Target::Indexer("Alpha".to_owned()), fault, u32::MAX);
        house.grab("radarr", "First-GRP", "Alpha").await;
        house.advance(&service, Duration::from_secs(10)).await;
        house.grab("sonarr", "Second.S01E01-GRP", "Alpha").await;
        house.grab("radarr", "Elsewhere-GRP", "Beta").await;
        house.advance(&service, Duration::from_secs(10)).await;
        let second = house.grab_of("Second.S01E01-GRP").await;
        assert_eq!((second.state, second.waits_for()), (GrabState::Pending, Some(reason)));
        let held = second.held.expect("it waits for its indexer");
        assert!(held.until > house.now().await.plus(Duration::from_secs(30)));
        assert_eq!(second.next_try_at(), Some(held.until));
        assert_eq!(house.state_of("Elsewhere-GRP").await, "ready");
        assert_eq!(house.grab_of("Elsewhere-GRP").await.held, None);
        service.stop().await;
    }
}

#[tokio::test]
async fn a_refused_address_is_named_as_the_settings_would_write_it() {
    let plan = Plan::with("NETWORK__LINK_SOURCES", "http://elsewhere.test:1");
    let house = Household::new(Home::file(), plan).await;
    let service = house.start().await;
    house.grab_as("radarr", "Private-GRP", "Alpha", with_link(DownloadUrl::Direct)).await;
    house.settle(&service, HOUR).await;
    let grab = house.grab_of("Private-GRP").await;
    let tracker = house.world.tracker_url().trim_end_matches('/').to_owned();
    assert_eq!((grab.reason, grab.reason_about.as_deref()), (Some(Reason::AddressRefused), Some(&*tracker)));
    let attempt = house.attempts_of("Private-GRP").await.pop().unwrap();
    assert!(attempt.detail.unwrap().contains(&tracker));
    service.stop().await;
}

#[tokio::test]
async fn without_a_link_the_reason_says_what_is_missing() {
    for (settings, reason) in
        [(vec![("MATCHING__ALLOW_SEARCH", "false".to_owned())], Reason::NoLink), (vec![], Reason::NoProwlarr)]
    {
        let house = Household::new(Home::file(), Plan { settings, ..Plan::default() }).await;
        let service = house
            .launch_changed(|deps| {
                if reason == Reason::NoProwlarr {
                    deps.prowlarr = None;
                }
            })
            .await;
        until("the histories are read", Duration::from_secs(20), async || {
            (house.count("SELECT COUNT(*) FROM job").await >= 4).then_some(())
        })
        .await;
        house.rest(&service).await;
        house.grab_as("radarr", "Magnet.Only-GRP", "Alpha", with_link(DownloadUrl::Null)).await;
        house.advance(&service, Duration::from_mins(2)).await;
        house.settle(&service, HOUR).await;
        assert_eq!(house.state_of("Magnet.Only-GRP").await, format!("failed {reason}"));
        service.stop().await;
    }
}

#[tokio::test]
async fn a_pending_grab_that_is_retried_is_tried_at_once() {
    let (house, service) = usual().await;
    house.world.fault(Target::Indexer("Alpha".to_owned()), Fault::ErrorXml, 1);
    house.grab("radarr", "Again-GRP", "Alpha").await;
    house.advance(&service, Duration::from_secs(10)).await;
    let grab = house.grab_of("Again-GRP").await;
    assert_eq!(grab.state, GrabState::Pending);
    let actor = Actor::command_line();
    let retried = grabs::retry(&house.store, &actor, grab.id, Some(&service.deps.wake)).await;
    assert_eq!(retried.unwrap().held, None, "the person knows that the indexer is well again");
    house.rest(&service).await;
    assert_eq!(house.state_of("Again-GRP").await, "ready");
    service.stop().await;
}

/// Each row is how the download fails that follows the one search.
#[tokio::test]
async fn what_a_search_found_is_kept_so_that_no_failed_download_costs_another_search() {
    for fault in [Fault::ErrorXml, Fault::TooManyRequests(RetryAfter::Absent), Fault::LoginPage] {
        let (house, service) = usual().await;
        let release = house.world.release("Found.Film.2026-GRP", "Alpha", small()).unwrap();
        house.world.fault(Target::Release(release), fault, 1);
        let options = with_link(DownloadUrl::Null);
        assert!(house.world.grab("radarr", release, options).await.unwrap().grabbed);
        house.settle(&service, Duration::from_hours(24)).await;
        assert_eq!(house.state_of("Found.Film.2026-GRP").await, "ready");
        assert_eq!(house.world.counters().searches, 1, "{fault:?}");
        service.stop().await;
    }
}

/// The kinds of findings about a feed, after a client has read it for so many hours.
async fn findings_after(fetches: bool, hours: u32) -> Vec<FindingKind> {
    let (house, service) = usual().await;
    let (feed, http) = (house.feed().await, Http::new());
    house.grab("radarr", "Never.Fetched-GRP", "Alpha").await;
    house.settle(&service, HOUR).await;
    for _ in 0..hours {
        let channel = http.get(&format!("{}{feed}", service.url)).await;
        let channel = rss::Channel::read_from(channel.body.as_slice()).unwrap();
        if fetches {
            http.get(channel.items()[0].enclosure().unwrap().url()).await;
        }
        house.advance(&service, HOUR).await;
    }
    until("the readings are counted", Duration::from_secs(20), async || {
        let counted = house.count("SELECT poll_count FROM feed").await;
        (counted == usize::try_from(hours).unwrap()).then_some(())
    })
    .await;
    let found = findings::all(&service.deps).await.unwrap();
    service.stop().await;
    found.into_iter().map(|finding| finding.kind).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_reads_its_feed_and_fetches_nothing_is_told_of() {
    assert_eq!(findings_after(false, 26).await, [FindingKind::FeedFetchesNothing]);
    assert_eq!(findings_after(false, 5).await, []);
    assert_eq!(findings_after(true, 26).await, []);
}
