//! Prowlarr's API and its download proxy.

use std::time::Duration;

use grabfeed::demo::prowlarr::IndexerSpec;
use grabfeed::demo::{Delivery, Fault, ReleaseSpec, RetryAfter, Target, TorrentSpec};
use reqwest::StatusCode;

use super::client::{ask_prowlarr, client, get, link};
use super::{described, world};

const GRABS: &str = "/api/v1/history?eventType=1&pageSize=100&sortDirection=ascending";

#[tokio::test]
async fn a_download_gives_the_torrent_and_leaves_a_row_with_our_name_and_the_trackers_passkey() {
    let (world, _) = world().await;
    let release = world.release("Un.Film.2024.DD+5.1-GRP", "Alpha", TorrentSpec::default()).unwrap();
    let answer = get(&link(&world, release)).await;
    assert_eq!(answer.headers()["content-type"], "application/x-bittorrent");
    assert_eq!(answer.bytes().await.unwrap(), world.torrent(release).unwrap().metainfo);

    let history = ask_prowlarr(&world, GRABS).await;
    assert_eq!(history["totalRecords"], 1);
    let row = &history["records"][0];
    assert_eq!(row["eventType"], "releaseGrabbed");
    assert_eq!(row["indexerId"], 1);
    assert_eq!(row["successful"], true);
    assert_eq!(row["date"], "2026-01-05T08:00:00Z");
    assert_eq!(row.get("downloadId"), None);
    let data = &row["data"];
    assert_eq!(data["source"], "Grabfeed");
    assert_eq!(data["grabMethod"], "Proxy");
    assert_eq!(data["grabTitle"], "Un.Film.2024.DD 5.1-GRP");
    assert!(data["url"].as_str().unwrap().contains("passkey=test-passkey"));
    assert_eq!(world.counters().downloads_by(release, "Grabfeed"), 1);
    assert_eq!(world.counters().tracker_downloads[&release], 1);
}

#[tokio::test]
async fn each_search_gives_another_link_and_all_of_them_work() {
    let (world, _) = world().await;
    let release = world.release("Un.Film.2024-GRP", "Alpha", TorrentSpec::default()).unwrap();
    world.release("Un.Autre.2024-GRP", "Beta", TorrentSpec::default()).unwrap();
    let search = "/api/v1/search?query=un%20film&indexerIds=1&type=search";
    let mut links = Vec::new();
    for _ in 0..2 {
        let found = ask_prowlarr(&world, search).await;
        assert_eq!(found.as_array().unwrap().len(), 1);
        assert_eq!(found[0]["indexer"], "Alpha");
        assert_eq!(found[0]["protocol"], "torrent");
        links.push(found[0]["downloadUrl"].as_str().unwrap().to_owned());
    }
    assert_ne!(links[0], links[1]);
    for link in &links {
        assert!(link.starts_with(&world.prowlarr().url()), "the origin is the searcher's");
        assert_eq!(get(link).await.status(), StatusCode::OK);
    }
    let counters = world.counters();
    assert_eq!((counters.searches, counters.downloads_by(release, "Grabfeed")), (2, 2));
    assert_eq!(counters.indexer_queries.get("Beta"), None);
    let queries = ask_prowlarr(&world, "/api/v1/history?eventType=2").await;
    assert_eq!(queries["totalRecords"], 2, "a search leaves rows of its own");
}

#[tokio::test]
async fn what_the_tracker_says_becomes_what_prowlarr_says() {
    let cases: [(Fault, u16, bool, usize); 6] = [
        (Fault::NotFound, 410, false, 1),
        (Fault::TooManyRequests(RetryAfter::Seconds(90)), 429, true, 1),
        (Fault::ErrorHtml, 500, true, 1),
        (Fault::Forbidden, 500, true, 1),
        (Fault::ResetMidBody, 500, true, 0),
        (Fault::LoginPage, 500, false, 0),
    ];
    for (fault, status, blocks, rows) in cases {
        let (world, _) = world().await;
        let release = world.release("Un.Film-GRP", "Alpha", TorrentSpec::default()).unwrap();
        world.fault(Target::Tracker(release), fault, 1);
        let answer = get(&link(&world, release)).await;
        assert_eq!(answer.status().as_u16(), status, "{fault:?}");
        assert_eq!(answer.headers()["content-type"], "application/rss+xml; charset=utf-8");
        let blocked = ask_prowlarr(&world, "/api/v1/indexerstatus").await;
        assert_eq!(!blocked.as_array().unwrap().is_empty(), blocks, "{fault:?}");
        let history = ask_prowlarr(&world, &format!("{GRABS}&successful=false")).await;
        assert_eq!(history["totalRecords"], rows, "{fault:?}");
    }
}

#[tokio::test]
async fn a_failure_blocks_the_indexer_for_everybody_for_a_minute_and_then_longer() {
    let (world, hands) = world().await;
    let release = world.release("Un.Film-GRP", "Alpha", TorrentSpec::default()).unwrap();
    let other = world.release("Un.Autre-GRP", "Beta", TorrentSpec::default()).unwrap();
    for expected in ["61", "301"] {
        world.fault(Target::Tracker(release), Fault::ErrorHtml, 1);
        assert_eq!(get(&link(&world, release)).await.status(), StatusCode::INTERNAL_SERVER_ERROR);
        let refused = get(&link(&world, release)).await;
        assert_eq!(refused.status(), StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(refused.headers()["retry-after"], expected);
        hands.forward(Duration::from_secs(expected.parse().unwrap()));
    }
    assert_eq!(get(&link(&world, other)).await.status(), StatusCode::OK);
    assert_eq!(get(&link(&world, release)).await.status(), StatusCode::OK);
    let all = client().get(format!("{}/api/v1/search?query=x&indexerIds=1", world.prowlarr().url()));
    world.fault(Target::Tracker(release), Fault::ErrorHtml, 1);
    get(&link(&world, release)).await;
    let search = all.header("X-Api-Key", world.prowlarr().key()).send().await.unwrap();
    assert_eq!(search.status(), StatusCode::BAD_REQUEST, "every chosen indexer is blocked");
}

#[tokio::test]
async fn magnets_redirects_limits_and_disabled_indexers_answer_as_prowlarr_does() {
    let (builder, _) = described();
    let spec = |name: &str| IndexerSpec { name: name.into(), ..IndexerSpec::default() };
    let world = builder
        .indexer(IndexerSpec { redirect: true, ..spec("Gamma") })
        .indexer(IndexerSpec { grab_limit: Some(1), ..spec("Delta") })
        .start()
        .await
        .unwrap();
    let location = |answer: &reqwest::Response| answer.headers()["location"].to_str().unwrap().to_owned();

    let magnet = world.release("Aimant-GRP", "Alpha", ReleaseSpec::magnet()).unwrap();
    let answer = get(&link(&world, magnet)).await;
    assert_eq!(answer.status(), StatusCode::MOVED_PERMANENTLY);
    assert!(location(&answer).starts_with("magnet:?xt=urn:btih:"));

    let redirected = world.release("Renvoi-GRP", "Gamma", TorrentSpec::default()).unwrap();
    let answer = get(&link(&world, redirected)).await;
    assert_eq!(answer.status(), StatusCode::MOVED_PERMANENTLY);
    assert_eq!(location(&answer), world.released(redirected).unwrap().tracker_url());
    assert_eq!(world.counters().tracker_downloads.get(&redirected), None, "Prowlarr never fetched it");
    let rows = ask_prowlarr(&world, "/api/v1/history?eventType=1&indexerIds=3").await;
    assert_eq!(rows["records"][0]["data"]["grabMethod"], "Redirect");
    assert_eq!(rows["totalRecords"], 1);

    let limited = world.release("Limite-GRP", "Delta", TorrentSpec::default()).unwrap();
    assert_eq!(get(&link(&world, limited)).await.status(), StatusCode::OK);
    let answer = get(&link(&world, limited)).await;
    assert_eq!(answer.status(), StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(answer.headers()["retry-after"], "86400");

    world.prowlarr().indexer("Alpha").unwrap().enable(false);
    let answer = get(&link(&world, magnet)).await;
    assert_eq!(answer.status(), StatusCode::GONE);
    assert!(answer.text().await.unwrap().contains("Indexer is disabled"));
    assert_eq!(world.released(magnet).unwrap().delivery, Delivery::Magnet);
}

#[tokio::test]
async fn a_link_that_prowlarr_cannot_read_is_a_server_error_in_json() {
    let (world, _) = world().await;
    let (url, key) = (world.prowlarr().url(), world.prowlarr().key());
    for (query, message) in
        [("link=abc&file=x", "Failed to normalize provided link"), ("link=&file=x", "Invalid Prowlarr link")]
    {
        let answer = get(&format!("{url}/1/download?apikey={key}&{query}")).await;
        assert_eq!(answer.status(), StatusCode::INTERNAL_SERVER_ERROR);
        assert_eq!(answer.json::<serde_json::Value>().await.unwrap()["message"], message);
    }
    let unknown = get(&format!("{url}/99/download?apikey={key}&link=a&file=b")).await;
    assert_eq!(unknown.status(), StatusCode::NOT_FOUND);
    let keyless = get(&format!("{url}/1/download?link=a&file=b")).await;
    assert_eq!(keyless.status(), StatusCode::UNAUTHORIZED);
    assert!(keyless.bytes().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_grab_on_prowlarrs_own_page_has_its_details_and_no_download_id_in_the_row() {
    let (world, _) = world().await;
    let release = world.release("Un.Film.DD+5.1-GRP", "Alpha", TorrentSpec::default()).unwrap();
    world.grab_in_prowlarr(release).await.unwrap();
    let rows =
        ask_prowlarr(&world, "/api/v1/history/since?date=2026-01-05T07:00:00Z&eventType=releaseGrabbed")
            .await;
    let row = &rows[0];
    assert_eq!(row["data"]["source"], "Prowlarr");
    assert_eq!(row["data"]["grabTitle"], "Un.Film.DD+5.1-GRP", "handed over, not decoded");
    assert_eq!(row["data"]["downloadClientName"], "qbit main");
    assert_eq!(row.get("downloadId"), None);
}
