//! What the rows of the apps' histories mean.

use std::sync::Arc;

use grabfeed::domain::app::AppKind;
use grabfeed::domain::time::Ts;
use grabfeed::upstream::arr::{ArrClient, HistoryEvent, HistoryRow};
use grabfeed::upstream::observe::NoObserver;
use grabfeed::upstream::release::Protocol;
use secrecy::ExposeSecret;

use crate::support::raw_http::{RawServer, path, reply};
use crate::support::shared::shared;
use crate::support::upstreams::{NOW, http, options};

const HASH: &str = "0123456789abcdef0123456789abcdef01234567";

async fn rows(kind: AppKind, json: &str) -> Vec<HistoryRow> {
    let server = RawServer::always(reply("200 OK", &[], json)).await;
    let base_url = server.url("");
    let client = ArrClient::new(http(&[&base_url]), options(kind, &base_url), Arc::new(NoObserver)).unwrap();
    client.history_since(NOW).await.unwrap()
}

#[tokio::test]
async fn a_row_of_radarr_is_read_whole() {
    let json = format!(
        r#"[{{"id":5001,"movieId":42,"sourceTitle":"A.Film.2021-GRP","date":"2026-01-05T10:00:05Z",
        "quality":{{"quality":{{"id":3}}}},"languages":[{{"id":1}}],"downloadId":"{}","eventType":"grabbed","data":{{
        "indexer":"Example (Prowlarr)","releaseGroup":null,"size":"6442450944","protocol":"2","guid":"https://t.example/1",
        "downloadUrl":"http://prowlarr:9696/4/download?apikey=test-key&link=QUJD&file=A",
        "publishedDate":"2026-01-05T08:45:00Z","torrentInfoHash":"{}"}}}}]"#,
        "F".repeat(40),
        HASH.to_uppercase()
    );
    let row = rows(AppKind::Radarr, &json).await.remove(0);
    assert_eq!((row.id, row.subject_id, row.part_id), (5001, 42, 0));
    assert_eq!(row.event, HistoryEvent::Grabbed);
    assert_eq!(Some(row.date), Ts::parse_upstream("2026-01-05T10:00:05Z"));
    assert_eq!(row.source_title, "A.Film.2021-GRP");
    assert_eq!(row.download_id, Some("F".repeat(40)));
    assert_eq!(row.data.indexer.as_deref(), Some("Example (Prowlarr)"));
    assert_eq!(row.data.info_hash.unwrap().to_string(), HASH);
    assert_eq!(row.data.size_bytes, Some(6_442_450_944));
    assert_eq!(row.data.protocol, Protocol::Torrent);
    assert_eq!(row.data.release_group, None);
    assert!(row.data.published.is_some());
    assert!(row.data.download_url.as_ref().unwrap().expose_secret().contains("apikey=test-key"));
    let shown = format!("{row:?}");
    assert!(!shown.contains("test-key") && !shown.contains("t.example"), "{shown}");
}

#[tokio::test]
async fn rows_of_odd_shape_are_read_as_far_as_they_go() {
    let json = r#"[
        {"id":"7","eventType":1,"date":"2026-01-05T10:00:05","sourceTitle":null,"data":null},
        {"id":8,"eventType":"5","date":"soon","DATA":{"INDEXER":"X","Protocol":1,"size":0}},
        {"eventType":"Grabbed","data":{"size":"-1","protocol":"torrent","torrentInfoHash":"","publishedDate":"0001-01-01T00:00:00Z"}},
        {"eventType":99,"date":"9999-12-31T23:59:59Z","data":[1,2]}, null, 3, "x", {}]"#;
    let rows = rows(AppKind::Sonarr, json).await;
    assert_eq!(rows.len(), 5);
    assert_eq!((rows[0].id, rows[0].event), (7, HistoryEvent::Grabbed));
    assert_eq!(Some(rows[0].date), Ts::parse_upstream("2026-01-05T10:00:05Z"));
    assert_eq!((rows[1].event, rows[1].date), (HistoryEvent::Other, Ts::MIN));
    assert_eq!((rows[1].data.indexer.as_deref(), rows[1].data.protocol), (Some("X"), Protocol::Usenet));
    assert_eq!(rows[1].data.size_bytes, None);
    assert_eq!(
        (rows[2].id, rows[2].event, rows[2].data.protocol),
        (0, HistoryEvent::Grabbed, Protocol::Torrent)
    );
    assert_eq!((rows[2].data.size_bytes, rows[2].data.info_hash, rows[2].data.published), (None, None, None));
    assert!(rows[3].date <= Ts::MAX);
    assert_eq!(rows[4].source_title, "");
}

#[tokio::test]
async fn a_download_id_is_a_hash_only_for_torrents() {
    let hash = |json: String| async move { rows(AppKind::Radarr, &json).await.remove(0).data.info_hash };
    let row = |id: &str, protocol: &str| {
        format!(r#"[{{"eventType":"grabbed","downloadId":"{id}","data":{{"protocol":"{protocol}"}}}}]"#)
    };
    assert_eq!(hash(row(&HASH.to_uppercase(), "2")).await.unwrap().to_string(), HASH);
    assert_eq!(hash(row(HASH, "1")).await, None);
    assert_eq!(hash(row("SABnzbd_nzo_abc", "2")).await, None);
    assert_eq!(hash(row(&"a".repeat(32), "2")).await, None);
    assert_eq!(hash(row(&"ab".repeat(32), "2")).await.unwrap().to_string(), "ab".repeat(32));
}

#[tokio::test]
async fn each_kind_has_its_routes_and_ids() {
    let json = r#"[{"eventType":1,"movieId":1,"seriesId":2,"episodeId":3,"artistId":4,"albumId":5,"authorId":6,"bookId":7}]"#;
    for (kind, route, subject, part) in [
        (AppKind::Radarr, "/api/v3/", 1, 0),
        (AppKind::Sonarr, "/api/v3/", 2, 3),
        (AppKind::Whisparr, "/api/v3/", 2, 3),
        (AppKind::Lidarr, "/api/v1/", 4, 5),
        (AppKind::Readarr, "/api/v1/", 6, 7),
    ] {
        let server = RawServer::always(reply("200 OK", &[], json)).await;
        let base_url = server.url("");
        let client =
            ArrClient::new(http(&[&base_url]), options(kind, &base_url), Arc::new(NoObserver)).unwrap();
        let row = client.history_since(NOW).await.unwrap().remove(0);
        assert_eq!((row.subject_id, row.part_id), (subject, part), "{kind}");
        let wanted = format!("{route}history/since?date=2026-11-22T17%3A01%3A41Z&eventType=1");
        assert_eq!(path(&server.heads()[0]), wanted, "{kind}");
    }
    let whisparr_v3 = rows(AppKind::Whisparr, r#"[{"movieId":9}]"#).await.remove(0);
    assert_eq!(whisparr_v3.subject_id, 9);
}

#[tokio::test]
async fn text_from_apps_is_cut_and_cleaned() {
    let json = format!(r#"[{{"sourceTitle":"a\u0000b{}"}}]"#, "x".repeat(5000));
    let row = rows(AppKind::Radarr, &json).await.remove(0);
    assert!(row.source_title.starts_with("a bx"));
    assert_eq!(row.source_title.chars().count(), 1000);
}

/// Histories that other projects recorded, where the folder with them is at hand.
#[tokio::test]
async fn recorded_histories_are_read() {
    let folder = shared("samples").unwrap_or_default();
    let mut read = 0;
    for (kind, file) in [
        (AppKind::Radarr, "composed/radarr-history-page.json"),
        (AppKind::Radarr, "aiopyarr-radarr-history.json"),
        (AppKind::Sonarr, "aiopyarr-sonarr-history.json"),
        (AppKind::Sonarr, "pyarr-sonarr-history.json"),
        (AppKind::Lidarr, "aiopyarr-lidarr-history.json"),
        (AppKind::Readarr, "aiopyarr-readarr-history.json"),
    ] {
        let Ok(json) = std::fs::read(folder.join(file)) else { continue };
        let server = RawServer::always(reply("200 OK", &[], json)).await;
        let base_url = server.url("");
        let client =
            ArrClient::new(http(&[&base_url]), options(kind, &base_url), Arc::new(NoObserver)).unwrap();
        let rows = client.history_page(1, 10, true).await.unwrap();
        assert!(rows.iter().all(|row| row.date > Ts::MIN && !row.source_title.is_empty()), "{file}");
        assert!(!rows.is_empty(), "{file}");
        read += 1;
    }
    println!("{read} recorded histories read");
}
