//! A grab from the app's side: its own download, its rows, and what is odd about them.

use std::time::Duration;

use grabfeed::demo::prowlarr::IndexerSpec;
use grabfeed::demo::{DownloadUrl, Fault, GrabOptions, HistoryRow, ReleaseSpec, Target, TorrentSpec};
use grabfeed::domain::app::AppKind;
use serde_json::Value;

use super::client::{ask, ask_prowlarr};
use super::{described, world};

#[tokio::test]
async fn the_app_fetches_from_prowlarr_and_keeps_the_link_with_an_origin_of_its_own() {
    let (world, _) = world().await;
    let release = world.release("Un.Film.2024-GRP", "Alpha", TorrentSpec::default()).unwrap();
    let report = world.grab("radarr", release, GrabOptions::default()).await.unwrap();
    let infohash = world.torrent(release).unwrap().infohash().to_uppercase();
    assert_eq!(report.download_id.as_deref(), Some(infohash.as_str()));

    let row = &ask(&world, "radarr", "/api/v3/history").await["records"][0];
    assert_eq!(row["eventType"], "grabbed");
    assert_eq!(row["downloadId"], infohash.as_str());
    let data = &row["data"];
    assert_eq!(data["indexer"], "Alpha (Prowlarr)");
    assert_eq!(data["protocol"], "2");
    assert_eq!(data["torrentInfoHash"], infohash.as_str());
    assert_eq!(data["releaseGroup"], "GRP");
    assert!(data["size"].is_string());
    let link = data["downloadUrl"].as_str().unwrap();
    assert!(link.starts_with("http://localhost:9696/1/download?apikey=test-key-prowlarr&link="), "{link}");

    let rows = ask_prowlarr(&world, "/api/v1/history?eventType=1").await;
    assert_eq!(rows["records"][0]["data"]["source"], "Radarr");
    assert_eq!(world.counters().downloads_by(release, "Radarr"), 1);
}

#[tokio::test]
async fn a_season_is_one_grab_with_a_row_for_each_episode() {
    let (builder, _) = described();
    let world = builder.app("lidarr", AppKind::Lidarr).start().await.unwrap();
    let season = world.release("Une.Serie.S01-GRP", "Beta", ReleaseSpec::season(4)).unwrap();
    for (app, path, id) in
        [("sonarr", "/api/v3/history", "episodeId"), ("lidarr", "/api/v1/history", "albumId")]
    {
        world.grab(app, season, GrabOptions::default()).await.unwrap();
        let page = ask(&world, app, path).await;
        let rows = page["records"].as_array().unwrap();
        assert_eq!(rows.len(), 4);
        assert!(rows.iter().all(|row| row["data"]["downloadUrl"] == rows[0]["data"]["downloadUrl"]));
        assert!(rows.iter().all(|row| row["downloadId"] == rows[0]["downloadId"]));
        assert_ne!(rows[0][id], rows[1][id]);
        assert_eq!(rows[0].get("languages").is_some(), app == "sonarr");
    }
}

#[tokio::test]
async fn a_late_row_appears_with_an_old_date_and_a_new_number() {
    let (world, hands) = world().await;
    let late = world.release("Tard-GRP", "Alpha", TorrentSpec::default()).unwrap();
    let early = world.release("Tot-GRP", "Alpha", TorrentSpec::default()).unwrap();
    let after = GrabOptions { history: HistoryRow::After(Duration::from_mins(1)), ..GrabOptions::default() };
    world.grab("radarr", late, after).await.unwrap();
    hands.forward(Duration::from_secs(30));
    world.grab("radarr", early, GrabOptions::default()).await.unwrap();
    assert_eq!(ask(&world, "radarr", "/api/v3/history").await["totalRecords"], 1);

    hands.forward(Duration::from_secs(30));
    let rows = ask(&world, "radarr", "/api/v3/history/since?date=2026-01-05T00:00:00Z").await;
    assert_eq!((&rows[0]["sourceTitle"], &rows[1]["sourceTitle"]), (&"Tard-GRP".into(), &"Tot-GRP".into()));
    assert!(rows[0]["id"].as_i64() > rows[1]["id"].as_i64());
}

#[tokio::test]
async fn a_restored_backup_uses_numbers_again() {
    let (world, _) = world().await;
    let mut ids = Vec::new();
    for title in ["A-GRP", "B-GRP"] {
        let release = world.release(title, "Alpha", TorrentSpec::default()).unwrap();
        world.grab("radarr", release, GrabOptions::default()).await.unwrap();
        ids.push(ask(&world, "radarr", "/api/v3/history?pageSize=1").await["records"][0]["id"].clone());
        world.restore_backup("radarr", 1).unwrap();
    }
    assert_eq!(ids[0], ids[1]);
}

#[tokio::test]
async fn the_odd_rows_are_there_blackhole_null_link_magnet_usenet_and_no_hash() {
    let (world, _) = world().await;
    let torrent = world.release("Un.Film-GRP", "Alpha", TorrentSpec::default()).unwrap();
    let nzb = world.release("Un.Nzb-GRP", "Alpha", ReleaseSpec::usenet()).unwrap();
    let magnet = world.release("Aimant-GRP", "Alpha", ReleaseSpec::magnet()).unwrap();
    let newest = async || ask(&world, "radarr", "/api/v3/history?pageSize=1").await["records"][0].clone();

    let options = GrabOptions { blackhole: true, download_url: DownloadUrl::Null, ..GrabOptions::default() };
    world.grab("radarr", torrent, options).await.unwrap();
    let row = newest().await;
    assert_eq!(row.get("downloadId"), None);
    assert_eq!(row["data"]["downloadUrl"], Value::Null);
    assert!(row["data"]["torrentInfoHash"].is_string(), "filled even for a watch directory");

    let options =
        GrabOptions { info_hash: false, download_url: DownloadUrl::Direct, ..GrabOptions::default() };
    world.grab("radarr", torrent, options).await.unwrap();
    let row = newest().await;
    assert_eq!(row["data"]["torrentInfoHash"], Value::Null);
    assert!(row["data"]["downloadUrl"].as_str().unwrap().starts_with(world.tracker_url()));

    world
        .grab("radarr", magnet, GrabOptions { download_url: DownloadUrl::Magnet, ..GrabOptions::default() })
        .await
        .unwrap();
    assert!(newest().await["data"]["downloadUrl"].as_str().unwrap().starts_with("magnet:?xt=urn:btih:"));

    world.grab("radarr", nzb, GrabOptions::default()).await.unwrap();
    let row = newest().await;
    assert_eq!((&row["data"]["protocol"], row["data"].get("torrentInfoHash")), (&"1".into(), None));
}

#[tokio::test]
async fn an_app_follows_a_redirect_to_the_tracker() {
    let (builder, _) = described();
    let gamma = IndexerSpec { name: "Gamma".into(), redirect: true, ..IndexerSpec::default() };
    let world = builder.indexer(gamma).start().await.unwrap();
    let release = world.release("Renvoi-GRP", "Gamma", TorrentSpec::default()).unwrap();
    assert!(world.grab("radarr", release, GrabOptions::default()).await.unwrap().grabbed);
    assert_eq!(world.counters().tracker_downloads[&release], 1);
    world.fault_for_all(Target::Tracker(release), Fault::NotFound, 1);
    let report = world.grab("radarr", release, GrabOptions::default()).await.unwrap();
    assert_eq!((report.grabbed, report.status), (false, Some(404)));
}

#[tokio::test]
async fn a_grab_that_fails_for_the_app_tries_three_times_and_leaves_no_row() {
    let (world, _) = world().await;
    let release = world.release("Un.Film-GRP", "Alpha", TorrentSpec::default()).unwrap();
    world.fault_for_all(Target::Release(release), Fault::ErrorXml, 3);
    let report = world.grab("radarr", release, GrabOptions::default()).await.unwrap();
    assert_eq!((report.grabbed, report.status), (false, Some(500)));
    assert_eq!(world.counters().downloads_by(release, "Radarr"), 3);
    assert_eq!(ask(&world, "radarr", "/api/v3/history").await["totalRecords"], 0);
}

/// A watch directory cannot say that nothing came: the app takes a failed download for a success.
#[tokio::test]
async fn a_download_that_failed_is_swallowed_by_a_client_that_only_takes_files() {
    let (world, _) = world().await;
    for (number, fault) in [Fault::NotFound, Fault::ErrorHtml, Fault::LoginPage].into_iter().enumerate() {
        for blackhole in [false, true] {
            let title = format!("Rate.{number}.{blackhole}-GRP");
            let indexer = if blackhole { "Alpha" } else { "Beta" };
            let release = world.release(&title, indexer, TorrentSpec::default()).unwrap();
            world.fault_for_all(Target::Release(release), fault, u32::MAX);
            let options = GrabOptions { blackhole, ..GrabOptions::default() };
            let report = world.grab("radarr", release, options).await.unwrap();
            assert_eq!(report.grabbed, blackhole || report.status == Some(200), "{fault:?}: {report:?}");
            let rows = ask(&world, "radarr", "/api/v3/history?pageSize=100").await;
            let is_told = rows["records"].as_array().unwrap().iter().any(|row| row["sourceTitle"] == *title);
            assert_eq!(is_told, report.grabbed, "{fault:?}");
        }
    }
}
