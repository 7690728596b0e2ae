//! Bad manners, one by one, as a client sees them.

use std::time::{Duration, Instant};

use grabfeed::demo::{Fault, GrabOptions, RetryAfter, Target, TorrentSpec, World};
use reqwest::StatusCode;

use super::client::{ask, client, get, link};
use super::world;

async fn faulty(world: &World, fault: Fault) -> reqwest::Response {
    let release = world.release("Un.Film-GRP", "Alpha", TorrentSpec::default()).unwrap();
    world.fault(Target::Release(release), fault, 1);
    let answer = get(&link(world, release)).await;
    assert_eq!(get(&link(world, release)).await.status(), StatusCode::OK, "{fault:?} is over");
    answer
}

#[tokio::test]
async fn each_fault_has_its_status_and_is_over_after_so_many_requests() {
    let (world, _) = world().await;
    for (fault, status) in [
        (Fault::ErrorJson, 500),
        (Fault::ErrorXml, 500),
        (Fault::ErrorHtml, 500),
        (Fault::StartingUp, 503),
        (Fault::TooManyRequests(RetryAfter::Absent), 429),
        (Fault::IndexerDisabled, 410),
        (Fault::ReleaseGone, 410),
        (Fault::NotFound, 404),
        (Fault::Forbidden, 403),
        (Fault::MagnetRedirect, 301),
        (Fault::TrackerRedirect, 301),
        (Fault::RedirectLoop, 301),
        (Fault::LoginPage, 200),
        (Fault::XmlWithOk, 200),
    ] {
        let answer = faulty(&world, fault).await;
        assert_eq!(answer.status().as_u16(), status, "{fault:?}");
        assert!(!answer.bytes().await.unwrap().starts_with(b"d"), "{fault:?}");
    }
}

#[tokio::test]
async fn retry_after_comes_as_seconds_as_a_date_or_not_at_all() {
    let (world, _) = world().await;
    let answer = async |after| faulty(&world, Fault::TooManyRequests(after)).await;
    assert_eq!(answer(RetryAfter::Seconds(90)).await.headers()["retry-after"], "90");
    let date = answer(RetryAfter::Date(Duration::from_mins(2))).await;
    assert_eq!(date.headers()["retry-after"], "Mon, 05 Jan 2026 08:02:00 GMT");
    assert_eq!(answer(RetryAfter::Absent).await.headers().get("retry-after"), None);
}

#[tokio::test]
async fn a_body_can_break_be_cut_be_huge_or_be_another_torrent() {
    let (world, _) = world().await;
    let broken = faulty(&world, Fault::ResetMidBody).await;
    assert_eq!(broken.status(), StatusCode::OK);
    assert!(broken.bytes().await.is_err(), "the connection broke");

    let release = world.release("Un.Film-GRP", "Alpha", TorrentSpec::default()).unwrap();
    let whole = world.torrent(release).unwrap().metainfo;
    let cut = faulty(&world, Fault::Truncated).await.bytes().await.unwrap();
    assert_eq!(cut, whole[..whole.len() / 2], "a whole answer with half a torrent");
    let other = faulty(&world, Fault::WrongTorrent).await.bytes().await.unwrap();
    assert!(other.starts_with(b"d8:announce") && other != whole);
    let huge = faulty(&world, Fault::Oversized(3_000_000)).await.bytes().await.unwrap();
    assert!(huge.len() > 3_000_000 && huge.starts_with(b"d4:junk3000000:"));

    let start = Instant::now();
    let slow = faulty(&world, Fault::Slow(Duration::from_millis(300))).await;
    assert_eq!(slow.bytes().await.unwrap(), whole);
    assert!(start.elapsed() >= Duration::from_millis(300));
}

#[tokio::test]
async fn a_history_page_fails_once_with_a_stack_and_then_works() {
    let (world, _) = world().await;
    world.fault(Target::History("radarr".into()), Fault::ErrorJson, 1);
    let app = world.app("radarr").unwrap();
    let status = client().get(format!("{}/api/v3/system/status?apikey={}", app.url(), app.key()));
    assert_eq!(status.send().await.unwrap().status(), StatusCode::OK, "only history fails");
    let failed = get(&format!("{}/api/v3/history?apikey={}", app.url(), app.key())).await;
    assert_eq!(failed.status(), StatusCode::INTERNAL_SERVER_ERROR);
    assert!(!failed.headers().contains_key("x-application-version"), "{:?}", failed.headers());
    assert!(failed.text().await.unwrap().contains("test-key-in-a-stack-trace"));
    assert_eq!(ask(&world, "radarr", "/api/v3/history").await["totalRecords"], 0);
    assert_eq!(world.counters().history_requests["radarr"], 2);
}

#[tokio::test]
async fn an_app_that_is_down_refuses_connections_until_it_is_up_again() {
    let (world, _) = world().await;
    let url = format!("{}/ping", world.app("sonarr").unwrap().url());
    let kept = client();
    assert_eq!(kept.get(&url).send().await.unwrap().status(), StatusCode::OK);
    world.down("sonarr").await.unwrap();
    assert!(kept.get(&url).send().await.unwrap_err().is_connect(), "open connections are closed too");
    world.up("sonarr").await.unwrap();
    assert_eq!(kept.get(&url).send().await.unwrap().status(), StatusCode::OK);
}

#[tokio::test]
async fn an_announce_is_answered_with_nobody_and_counted() {
    let (world, _) = world().await;
    let release = world.release("Un.Film-GRP", "Alpha", TorrentSpec::default()).unwrap();
    let hash = hex::decode(world.torrent(release).unwrap().infohash()).unwrap();
    let escaped = hash.iter().fold(String::new(), |text, byte| format!("{text}%{byte:02X}"));
    let url = format!(
        "{}/announce?passkey=test-passkey-00000000&info_hash={escaped}&peer_id=x",
        world.tracker_url()
    );
    let body = get(&url).await.bytes().await.unwrap();
    assert_eq!(body, &b"d8:completei1e10:incompletei0e8:intervali1800e5:peers0:e"[..]);
    assert_eq!(world.counters().announces[&release], 1);
    let keyless = get(&url.replace("test-passkey-00000000", "x")).await.bytes().await.unwrap();
    assert!(keyless.starts_with(b"d14:failure reason"));
}

#[tokio::test]
async fn a_fault_armed_before_a_grab_waits_for_the_service_and_not_for_the_app() {
    let (world, _) = world().await;
    let release = world.release("Un.Film-GRP", "Alpha", TorrentSpec::default()).unwrap();
    world.fault(Target::Tracker(release), Fault::NotFound, 1);
    assert!(world.grab("radarr", release, GrabOptions::default()).await.unwrap().grabbed);
    assert_eq!(get(&link(&world, release)).await.status(), StatusCode::GONE);
    world.stop().await;
}
