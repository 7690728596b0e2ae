//! The predecessor's addresses with its clients' credentials. What it did wrong there is told by name: a key taken from
//! the URL only (C28), a directory of files named by title (C55), links that any key opened for ever.

use std::collections::BTreeSet;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use grabfeed::auth::token::{Token, TokenKind};

use super::{Running, SETTLED, items_of};
use crate::support::database::{Home, both_engines};
use crate::support::http::{Http, Reply};
use crate::support::service::{Household, Plan};

/// Every old address, of which each lists what Alpha has.
const FEEDS: [&str; 5] = ["/rss", "/rss.xml", "/feed", "/rss?tracker=all", "/rss/tracker/Alpha"];
const JSONS: [&str; 2] = ["/rss/torrent.json", "/rss/tracker/Alpha/json"];

fn basic(text: &str) -> String {
    format!("Basic {}", STANDARD.encode(text))
}

/// Two films from Alpha and one from Beta.
async fn three_items(plan: Plan) -> Running {
    let running = Running::with(plan).await;
    for (title, indexer) in [("A.Film.1-GRP", "Alpha"), ("A.Film.2-GRP", "Alpha"), ("A.Film.3-GRP", "Beta")] {
        running.home.grab("radarr", title, indexer).await;
    }
    running.home.settle(&running.service, SETTLED).await;
    running
}

impl Running {
    async fn get(&self, path: &str, key: &str) -> Reply {
        self.http.get_with(&self.url(path), &[("x-api-key", key)]).await
    }

    /// Guids and links of an old feed.
    async fn old_items(&self, path: &str, key: &str) -> Vec<(String, String)> {
        let reply = self.get(path, key).await;
        assert_eq!(reply.status, 200, "{path}: {}", reply.text());
        items_of(&reply.body)
    }

    async fn feeds(&self) -> usize {
        self.home.count("SELECT COUNT(*) FROM feed WHERE revoked_at IS NULL").await
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_header_that_can_hold_a_key_opens_the_old_feeds() {
    let (running, _) = Running::with_one_item(Plan::default()).await;
    let key = running.key("feed").await;
    for (name, value) in [
        ("x-api-key", key.clone()),
        ("X-API-KEY", format!(" {key} ")),
        ("authorization", format!("Bearer {key}")),
        ("authorization", basic(&format!("anyone:{key}"))),
        ("authorization", basic(&format!(":{key}"))),
    ] {
        for path in FEEDS {
            let reply = running.http.get_with(&running.url(path), &[(name, &value)]).await;
            assert_eq!(reply.status, 200, "{name} {path}: {}", reply.text());
            assert_eq!(reply.header("content-type"), "application/rss+xml; charset=utf-8");
            assert_eq!(items_of(&reply.body).len(), 1, "{path}");
        }
        for path in JSONS {
            let reply = running.http.get_with(&running.url(path), &[(name, &value)]).await;
            assert_eq!((reply.status, reply.header("content-type")), (200, "application/json"), "{path}");
            let json = reply.json();
            assert_eq!((&json["version"], json["items"].as_array().unwrap().len()), (&"0.1".into(), 1));
            assert_eq!(json["items"][0]["tracker"], "Alpha (Prowlarr)");
        }
    }
    assert_eq!(running.feeds().await, 3, "that of everybody, the key's, and the key's of Alpha");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_predecessors_url_only_key_is_refused_with_what_to_do_instead() {
    let (running, _) = Running::with_one_item(Plan::with("TORRENTS__EXPOSE_STATIC", "true")).await;
    let key = running.key("feed,read,write,admin,metrics,webhook").await;
    let file = format!("/torrents/{}.torrent", "ab".repeat(20));
    for path in FEEDS.into_iter().chain(JSONS).chain([file.as_str(), "/health", "/api/webhook/grab"]) {
        for query in [format!("apikey={key}"), "token=test-key".to_owned(), format!("x={key}")] {
            let mark = if path.contains('?') { '&' } else { '?' };
            for headers in [&[][..], &[("x-api-key", key.as_str())]] {
                let url = running.url(&format!("{path}{mark}{query}"));
                let reply = running.http.get_with(&url, headers).await;
                assert_eq!((reply.status, &reply.json()["code"]), (401, &"key-in-query".into()), "{path}");
                assert!(reply.text().contains("X-Api-Key"), "{}", reply.text());
                assert!(!reply.text().contains(&key));
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_key_the_client_is_asked_for_one_and_another_scope_is_not_enough() {
    let running = three_items(Plan::with("TORRENTS__EXPOSE_STATIC", "true")).await;
    let other = running.key("read,write,admin,metrics,webhook").await;
    let unknown = Token::generate(TokenKind::ApiKey, &mut rand::rng());
    let file = format!("/torrents/{}.torrent", "ab".repeat(20));
    let mut refusals = BTreeSet::new();
    for path in FEEDS.into_iter().chain(JSONS).chain([file.as_str(), "/rss/tracker/Nobody"]) {
        let url = running.url(path);
        // Wrong keys are few, since after too many the answer is 429.
        let wrong = if path.starts_with("/rss/tracker/") { 4 } else { 2 };
        for headers in [
            vec![],
            vec![("x-api-key", unknown.expose().to_owned())],
            vec![("authorization", basic(&format!("{}:x", unknown.expose())))],
            vec![("authorization", "Digest x".to_owned())],
        ]
        .into_iter()
        .take(wrong)
        {
            let headers: Vec<_> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
            let reply = running.http.get_with(&url, &headers).await;
            assert_eq!(reply.status, 401, "{path} {headers:?}");
            assert!(reply.header("www-authenticate").starts_with("Basic realm="), "{path}");
            let mut json = reply.json();
            json["requestId"].take();
            refusals.insert(json.to_string());
        }
        assert_eq!(running.get(path, &other).await.status, 403, "{path}");
    }
    assert_eq!(
        refusals.len(),
        1,
        "a tracker that is there and one that is not are refused alike: {refusals:?}"
    );
    assert_eq!(running.feeds().await, 0, "nothing was made for strangers");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_keys_do_not_take_items_from_each_other() {
    let running = Running::with(Plan::with("FEEDS__WINDOW", "10")).await;
    for number in 0..12 {
        running.home.grab("radarr", &format!("A.Film.{number}-GRP"), "Alpha").await;
    }
    running.home.settle(&running.service, SETTLED).await;
    let [one, two] = [running.key("feed").await, running.key("feed").await];
    let mut seen = [BTreeSet::new(), BTreeSet::new()];
    for _ in 0..2 {
        for (key, seen) in [&one, &two].into_iter().zip(&mut seen) {
            let items = running.old_items("/rss", key).await;
            assert!(items.len() <= 10, "the window is the feed's");
            for (guid, link) in items {
                assert_eq!(running.http.get(&link).await.status, 200, "the link itself needs no key");
                seen.insert((guid, link));
            }
        }
    }
    let [first, second] = &seen;
    assert_eq!((first.len(), second.len()), (12, 12), "each got everything");
    let guids =
        |seen: &BTreeSet<(String, String)>| seen.iter().map(|(guid, _)| guid.clone()).collect::<Vec<_>>();
    assert_eq!(guids(first), guids(second));
    assert!(first.iter().all(|item| !second.contains(item)), "no link is shared");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tracker_is_found_by_every_name_that_it_has_and_an_unknown_one_leaves_nothing_behind() {
    let running = three_items(Plan::default()).await;
    let key = running.key("feed").await;
    let expected = running.old_items("/rss/tracker/Alpha", &key).await;
    assert_eq!(expected.len(), 2);
    for path in [
        "/rss/tracker/ALPHA",
        "/rss/tracker/Alpha%20(Prowlarr)",
        "/rss/tracker/alpha-prowlarr",
        "/rss?tracker=Alpha",
        "/rss.xml?tracker=alpha",
        "/feed?tracker=Alpha+(Prowlarr)",
    ] {
        assert_eq!(running.old_items(path, &key).await, expected, "{path}");
    }
    assert_eq!(running.old_items("/rss/tracker/Beta", &key).await.len(), 1);
    assert_eq!(running.feeds().await, 2);
    let long = format!("/rss/tracker/{}", "x".repeat(3000));
    for path in ["/rss/tracker/Nobody", "/rss?tracker=", "/rss/tracker/%20", "/rss/tracker/..%2f", &long] {
        assert_eq!(running.old_items(path, &key).await, [], "{path}");
    }
    let json = running.get("/rss/tracker/Nobody/json", &key).await.json();
    assert_eq!(json["items"], serde_json::json!([]));
    assert_eq!(running.get("/rss/tracker/%ff", &key).await.status, 400);
    assert_eq!(running.feeds().await, 2, "nothing was made for them");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_old_feed_has_a_tag_and_is_told_by_head_like_any_other() {
    let (running, _) = Running::with_one_item(Plan::default()).await;
    let key = running.key("feed").await;
    for path in FEEDS.into_iter().chain(JSONS).chain(["/rss/tracker/Nobody"]) {
        let got = running.get(path, &key).await;
        let etag = got.header("etag");
        assert!(etag.len() > 10 && got.header("cache-control") == "private, no-cache", "{path}");
        let headers = [("x-api-key", key.as_str()), ("if-none-match", etag)];
        let again = running.http.get_with(&running.url(path), &headers).await;
        assert_eq!((again.status, again.body.len()), (304, 0), "{path}");
        let head = running.http.send("HEAD", &running.url(path), &[("x-api-key", key.as_bytes())], "").await;
        assert_eq!((head.status, head.body.len()), (200, 0), "{path}");
        for name in ["etag", "content-type", "content-length"] {
            assert_eq!(head.header(name), got.header(name), "{path} {name}");
        }
        assert_eq!(running.http.send("POST", &running.url(path), &[], "").await.status, 405, "{path}");
    }
}

async fn a_revoked_or_expired_key_takes_its_feeds_and_links_with_it_on_every_replica(home: Home) {
    let home = Household::new(home, Plan::with("TORRENTS__EXPOSE_STATIC", "true")).await;
    let service = home.start().await;
    home.grab("radarr", "A.Film.2026-GRP", "Alpha").await;
    home.settle(&service, SETTLED).await;
    let running = Running { home, service, http: Http::new() };
    let [lost, kept] = [running.key("feed").await, running.key("feed").await];
    let (guid, link) = running.old_items("/rss", &lost).await.remove(0);
    let (_, other) = running.old_items("/rss", &kept).await.remove(0);
    let file = format!("/torrents/{}.torrent", guid.rsplit(':').next().unwrap());
    assert_eq!(running.http.get(&link).await.status, 200);
    assert_eq!(running.get(&file, &lost).await.status, 200);
    let shown = Token::parse(&lost).unwrap().shown();
    let now = running.home.now().await;
    assert!(crate::support::keys::revoke_named(&running.home.store, &shown, now).await);
    assert_eq!(running.http.get(&link).await.status, 404);
    for path in ["/rss", "/rss/tracker/Alpha", &file] {
        assert_eq!(running.get(path, &lost).await.status, 401, "{path}");
    }
    assert_eq!(running.http.get(&other).await.status, 200);
    assert_eq!(running.old_items("/rss", &kept).await.len(), 1);
}

both_engines! { a_revoked_or_expired_key_takes_its_feeds_and_links_with_it_on_every_replica }

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_that_the_api_revokes_takes_its_feeds_and_links_with_it() {
    let (running, _) = Running::with_one_item(Plan::default()).await;
    let [key, admin] = [running.key("feed").await, running.key("admin,read").await];
    let (_, link) = running.old_items("/rss", &key).await.remove(0);
    assert_eq!(running.http.get(&link).await.status, 200);
    let shown = Token::parse(&key).unwrap().shown();
    let number = crate::support::keys::number_of(&running.home.store, &shown).await.unwrap();
    let url = running.url(&format!("/api/v1/keys/{number}"));
    let revoked = running.http.send("DELETE", &url, &[("x-api-key", admin.as_bytes())], "").await;
    assert_eq!(revoked.status, 204);
    assert_eq!(running.http.get(&link).await.status, 404);
    let feeds = running.http.get_with(&running.url("/api/v1/feeds"), &[("x-api-key", &admin)]).await.json();
    let of_keys = feeds["records"].as_array().unwrap().iter().filter(|feed| !feed["key"].is_null());
    assert_eq!(of_keys.count(), 0, "{feeds}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_feed_of_a_key_is_not_revoked_by_itself_nor_in_the_place_of_a_persons_feed() {
    let (running, _) = Running::with_one_item(Plan::default()).await;
    let [key, admin] = [running.key("feed").await, running.key("admin,read,write").await];
    running.old_items("/rss", &key).await;
    let headers = [("x-api-key", admin.as_str())];
    let feeds = async || running.http.get_with(&running.url("/api/v1/feeds"), &headers).await.json();
    let listed = feeds().await;
    let of_key = listed["records"].as_array().unwrap().iter().find(|feed| !feed["key"].is_null()).unwrap();
    let asked = serde_json::json!({ "name": of_key["name"] });
    let made = running.http.post_json(&running.url("/api/v1/feeds"), &headers, &asked).await;
    assert_eq!(made.status, 201, "{}", made.text());
    let url = running.url(&format!("/api/v1/feeds/{}", of_key["id"].as_str().unwrap()));
    let refused = running.http.send("DELETE", &url, &[("x-api-key", admin.as_bytes())], "").await;
    assert_eq!(refused.status, 409);
    let ids = |feeds: &serde_json::Value| feeds["records"].as_array().unwrap().len();
    assert_eq!(ids(&feeds().await), ids(&listed) + 1, "the person's feed is still there");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_predecessors_directory_of_files_is_closed_unless_it_is_opened_and_lists_nothing() {
    let (running, feed) = Running::with_one_item(Plan::default()).await;
    let key = running.key("feed").await;
    let (guid, _) = running.items(&feed).await.remove(0);
    let hash = guid.rsplit(':').next().unwrap().to_owned();
    assert_eq!(running.get(&format!("/torrents/{hash}.torrent"), &key).await.status, 404, "off by default");

    let (running, feed) = Running::with_one_item(Plan::with("TORRENTS__EXPOSE_STATIC", "true")).await;
    let key = running.key("feed").await;
    let (guid, link) = running.items(&feed).await.remove(0);
    let hash = guid.rsplit(':').next().unwrap().to_owned();
    let reply = running.get(&format!("/torrents/{hash}.torrent"), &key).await;
    assert_eq!((reply.status, reply.header("content-type")), (200, "application/x-bittorrent"));
    let disposition = reply.header("content-disposition");
    assert!(disposition.starts_with("attachment; filename=\""), "{disposition}");
    assert_eq!(reply.header("etag"), "", "never 304");
    assert_eq!(running.home.count("SELECT COUNT(*) FROM delivery").await, 0, "no feed delivered it");
    assert_eq!(reply.body, running.http.get(&link).await.body);
    for file in [
        format!("{}.torrent", "ab".repeat(20)),
        hash.clone(),
        "A.Film.2026-GRP.torrent".to_owned(),
        "..%2f..%2fgrabfeed.db".to_owned(),
        "%ff".to_owned(),
        ".torrent".to_owned(),
    ] {
        assert_eq!(running.get(&format!("/torrents/{file}"), &key).await.status, 404, "{file}");
    }
    for path in ["/torrents", "/torrents/", &format!("/torrents/x/{hash}.torrent")] {
        assert_eq!(running.get(path, &key).await.status, 401, "{path}: no such route");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_predecessors_probe_answers_everybody_and_tells_no_version() {
    let running = Running::usual().await;
    // It refused probes by the address that they came from; an address proves nothing.
    for headers in [&[][..], &[("x-forwarded-for", "203.0.113.7")]] {
        let reply = running.http.get_with(&running.url("/health"), headers).await;
        assert_eq!((reply.status, reply.text().as_str()), (200, r#"{"status":"ok"}"#));
    }
}
