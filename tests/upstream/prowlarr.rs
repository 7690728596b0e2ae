//! What Prowlarr's answers mean.

use std::sync::Arc;
use std::time::Duration;

use grabfeed::domain::app::AppKind;
use grabfeed::domain::reason::Reason;
use grabfeed::upstream::error::Fault;
use grabfeed::upstream::observe::NoObserver;
use grabfeed::upstream::prowlarr::{Privacy, ProwlarrClient};
use grabfeed::upstream::release::Protocol;
use secrecy::{ExposeSecret, SecretString};

use crate::support::raw_http::{RawServer, path, reply};
use crate::support::upstreams::{KEY, NOW, http, options};

fn prowlarr(server: &RawServer) -> ProwlarrClient {
    let base_url = server.url("/prowlarr");
    let options = options(AppKind::Prowlarr, &base_url);
    ProwlarrClient::new(http(&[&base_url]), options, Arc::new(NoObserver)).unwrap()
}

#[tokio::test]
async fn indexers_are_read() {
    let json = r#"[{"id":4,"name":"Example","protocol":"torrent","enable":true,"privacy":"semiPrivate","fields":[{"name":"x"}]},
        {"id":5,"name":"News","protocol":1,"enable":false,"privacy":"odd"},{"name":"no id"},null]"#;
    let server = RawServer::always(reply("200 OK", &[], json)).await;
    let indexers = prowlarr(&server).indexers().await.unwrap();
    assert_eq!(indexers.len(), 2);
    assert_eq!((indexers[0].id, indexers[0].protocol, indexers[0].enabled), (4, Protocol::Torrent, true));
    assert_eq!((indexers[0].privacy, indexers[1].privacy), (Privacy::SemiPrivate, Privacy::Unknown));
    assert_eq!((indexers[1].protocol, indexers[1].enabled), (Protocol::Usenet, false));
    assert_eq!(path(&server.heads()[0]), "/prowlarr/api/v1/indexer");
}

#[tokio::test]
async fn history_rows_are_read_from_old_and_new_versions() {
    let json = r#"[
        {"id":1003,"indexerId":4,"date":"2026-01-05T10:00:03Z","successful":true,"eventType":"releaseGrabbed","data":{
        "source":"Radarr","host":"radarr","grabMethod":"Proxy","grabTitle":"A Film","url":"https://t.example/?passkey=test-passkey"}},
        {"id":2,"indexerId":4,"date":"2020-01-05T10:00:03Z","successful":"false","eventType":1,"data":{"title":"Old","url":""}},
        {"id":3,"eventType":"indexerQuery","data":{}},{"id":4}]"#;
    let server = RawServer::always(reply("200 OK", &[], json)).await;
    let rows = prowlarr(&server).history_since(NOW).await.unwrap();
    assert_eq!(rows.iter().map(|row| row.id).collect::<Vec<_>>(), [1003, 2]);
    assert_eq!((rows[0].source.as_str(), rows[0].grab_title.as_str()), ("Radarr", "A Film"));
    assert!(rows[0].successful && rows[0].url.is_some());
    assert_eq!((rows[1].grab_title.as_str(), rows[1].successful), ("Old", false));
    assert!(rows[1].url.is_none());
    assert!(!format!("{rows:?}").contains("test-passkey"));
    let asked = &server.heads()[0];
    assert_eq!(path(asked), "/prowlarr/api/v1/history/since?date=2026-11-22T17%3A01%3A41Z&eventType=1");
}

#[tokio::test]
async fn search_results_are_read() {
    let json = format!(
        r#"[{{"guid":"https://t.example/?passkey=test-passkey","title":"A Film","indexerId":4,"indexer":"Example","size":7,
        "infoHash":"{}","downloadUrl":"http://x/4/download?apikey=test-old&link=QUJD&file=A","protocol":"torrent",
        "publishDate":"2026-01-05T10:00:03Z","categories":[{{"id":1}}]}},{{"title":"B","size":0,"infoHash":"odd"}},{{"guid":"untitled"}}]"#,
        "AB".repeat(20)
    );
    let server = RawServer::always(reply("200 OK", &[], json)).await;
    let client = prowlarr(&server);
    let found = client.search("A Film: the & return", 4).await.unwrap();
    assert_eq!(found.len(), 2);
    assert_eq!(found[0].info_hash.unwrap().to_string(), "ab".repeat(20));
    assert_eq!((found[0].size_bytes, found[1].size_bytes), (Some(7), None));
    assert_eq!(found[1].info_hash, None);
    assert!(!format!("{found:?}").contains("test-"));
    let wanted =
        "/prowlarr/api/v1/search?query=A+Film%3A+the+%26+return&indexerIds=4&type=search&limit=100&offset=0";
    assert_eq!(path(&server.heads()[0]), wanted);
    let link = client.rewrite(found[0].download_url.as_ref().unwrap()).unwrap().unwrap();
    assert_eq!(link.indexer_id, 4);
    let wanted = format!("/prowlarr/4/download?apikey={KEY}&link=QUJD&file=A");
    assert_eq!(link.url.expose_secret(), &server.url(&wanted));
}

#[tokio::test]
async fn a_search_on_a_blocked_indexer_is_told_apart() {
    let server =
        RawServer::always(reply("400 Bad Request", &[], r#"{"message":"all selected indexers"}"#)).await;
    let error = prowlarr(&server).search("x", 4).await.unwrap_err();
    assert_eq!((error.fault, error.reason()), (Fault::IndexerUnavailable, Reason::IndexerError));
    assert_eq!(server.asked(), 1);
}

#[tokio::test]
async fn an_empty_search_is_no_error() {
    let server = RawServer::always(reply("200 OK", &[], "[]")).await;
    assert!(prowlarr(&server).search("x", 4).await.unwrap().is_empty());
}

#[tokio::test]
async fn prowlarrs_refusals_are_prowlarrs() {
    for (answer, reason) in [
        (reply("401 Unauthorized", &[], ""), Reason::ProwlarrKeyRefused),
        (reply("503 Starting", &[], ""), Reason::ProwlarrUnavailable),
        (reply("200 OK", &[], "<html>"), Reason::ProwlarrUnavailable),
    ] {
        let server = RawServer::always(answer).await;
        assert_eq!(prowlarr(&server).indexers().await.unwrap_err().reason(), reason);
    }
}

#[test]
fn links_that_are_not_prowlarrs_are_left_alone() {
    let options = options(AppKind::Prowlarr, "http://prowlarr:9696");
    let client = ProwlarrClient::new(http(&[]), options, Arc::new(NoObserver)).unwrap();
    let rewrite = |link: &str| client.rewrite(&SecretString::from(link));
    assert!(rewrite("http://jackett:9117/dl/x/?jackett_apikey=test-key&path=a&file=b").unwrap().is_none());
    assert!(rewrite("magnet:?xt=urn:btih:0123").unwrap().is_none());
    assert!(rewrite("no link").is_err());
    assert_eq!(client.options().timeout, Duration::from_secs(10));
}
