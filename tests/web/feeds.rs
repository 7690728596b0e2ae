//! Feeds, as the clients of `feed-clients` ask for them.

use std::time::Duration;

use grabfeed::domain::feed::FeedName;

use super::{Running, SETTLED, items_of, raw};
use crate::support::database::{Home, both_engines};
use crate::support::http::Http;
use crate::support::service::{Household, Plan};
use crate::support::wait::until;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_feed_is_answered_at_once_with_the_exact_type_and_a_strong_tag() {
    let (running, feed) = Running::with_one_item(Plan::default()).await;
    let reply = running.http.get(&running.url(&feed)).await;
    assert_eq!(reply.status, 200);
    assert_eq!(reply.header("content-type"), "application/rss+xml; charset=utf-8");
    assert_eq!(reply.header("cache-control"), "private, no-cache");
    assert_eq!(reply.header("content-encoding"), "");
    let etag = reply.header("etag");
    assert!(etag.starts_with('"') && etag.ends_with('"') && etag.len() > 10, "{etag}");
    assert_eq!(etag, etag.to_lowercase());
    assert_eq!(items_of(&reply.body).len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_has_the_feed_is_told_so_however_it_writes_the_tag() {
    let (running, feed) = Running::with_one_item(Plan::default()).await;
    let url = running.url(&feed);
    let etag = running.http.get(&url).await.header("etag").to_owned();
    for known in [etag.clone(), etag.to_uppercase(), format!("\"other\", W/{etag}"), "*".to_owned()] {
        let reply = running.http.get_with(&url, &[("if-none-match", &known)]).await;
        assert_eq!((reply.status, reply.body.len()), (304, 0), "{known}");
        assert_eq!(reply.header("etag"), etag, "a 304 carries the tag that it confirms");
    }
    let date = "Sun, 22 Nov 2099 17:01:42 GMT";
    for (name, value) in [("if-none-match", "\"other\""), ("if-modified-since", date), ("range", "bytes=0-9")]
    {
        let reply = running.http.get_with(&url, &[(name, value)]).await;
        assert_eq!(reply.status, 200, "{name}: {value}");
        assert_eq!(items_of(&reply.body).len(), 1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn head_says_what_get_would_and_delivers_nothing() {
    let (running, feed) = Running::with_one_item(Plan::default()).await;
    let url = running.url(&feed);
    let got = running.http.get(&url).await;
    let head = running.http.send("HEAD", &url, &[], "").await;
    assert_eq!((head.status, head.body.len()), (200, 0));
    for name in ["etag", "content-type", "content-length", "cache-control"] {
        assert_eq!(head.header(name), got.header(name), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_old_client_with_http_1_0_and_lower_case_headers_is_served() {
    let (running, feed) = Running::with_one_item(Plan::default()).await;
    let host = running.service.url.strip_prefix("http://").unwrap();
    let request = format!("GET {feed} HTTP/1.0\r\nhost: {host}\r\nuser-agent: ruTorrent\r\n\r\n");
    let answer = raw(&running.service.url, request.as_bytes()).await;
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let head = head.to_lowercase();
    assert!(head.starts_with("http/1.0 200") || head.starts_with("http/1.1 200"), "{head}");
    assert!(head.contains(&format!("content-length: {}", body.len())), "{head}");
    assert!(!head.contains("transfer-encoding"), "{head}");
    let etag = head.lines().find_map(|line| line.strip_prefix("etag: ")).unwrap();
    let again =
        format!("GET {feed} HTTP/1.0\r\nhost: {host}\r\nif-none-match: {}\r\n\r\n", etag.to_lowercase());
    let answer = raw(&running.service.url, again.as_bytes()).await;
    assert!(answer.split("\r\n").next().unwrap().contains(" 304 "), "{answer}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_token_opens_nothing_and_asks_for_no_password() {
    let (running, feed) = Running::with_one_item(Plan::default()).await;
    let token = feed.split('/').nth(2).unwrap();
    let other = running.key("feed,read,admin").await;
    let mut wrong = token.to_owned();
    wrong.replace_range(10..11, if &token[10..11] == "A" { "B" } else { "A" });
    for token in ["x", "..%2f", &wrong, &other, &"a".repeat(5000)] {
        for file in ["rss.xml", "torrent.json"] {
            let reply = running.http.get(&running.url(&format!("/f/{token}/{file}"))).await;
            assert_eq!(reply.status, 404, "{token}");
            assert_eq!(reply.header("www-authenticate"), "", "{token}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_revoked_feed_is_gone_with_its_links() {
    let (running, feed) = Running::with_one_item(Plan::default()).await;
    let (_, link) = running.items(&feed).await.remove(0);
    assert_eq!(running.http.get(&link).await.status, 200);
    let now = running.home.now().await;
    assert!(running.home.store.revoke_feed(&FeedName::parse("everything").unwrap(), now).await.unwrap());
    let old = running.http.get_with(&running.url(&feed), &[("if-none-match", "*")]).await;
    assert_eq!(old.status, 404, "a client that knows the feed is not told that it is unchanged");
    assert_eq!(running.http.get(&link).await.status, 404);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_predecessors_json_has_its_keys_and_types() {
    let (running, feed) = Running::with_one_item(Plan::default()).await;
    let (guid, link) = running.items(&feed).await.remove(0);
    let reply = running.http.get(&running.url(&feed.replace("rss.xml", "torrent.json"))).await;
    assert_eq!((reply.status, reply.header("content-type")), (200, "application/json"));
    let json = reply.json();
    let keys = |value: &serde_json::Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(keys(&json), ["description", "items", "name", "version"]);
    let item = &json["items"][0];
    assert_eq!(keys(item), ["id", "link", "magnetLink", "pubDate", "title", "torrent", "tracker"]);
    assert_eq!((&item["id"], &item["torrent"]), (&guid.into(), &link.into()));
    assert_eq!((&item["title"], &item["tracker"]), (&"A.Film.2026-GRP".into(), &"Alpha (Prowlarr)".into()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn links_name_the_configured_address_or_else_the_requests_own_if_it_can_be_one() {
    let (running, feed) = Running::with_one_item(Plan::default()).await;
    let url = running.url(&feed);
    let link = |reply: &crate::support::http::Reply| items_of(&reply.body).remove(0).1;
    for host in ["nas.local:4722", "[::1]:80", "10.0.0.7", "grabfeed"] {
        let reply = running.http.get_with(&url, &[("host", host)]).await;
        assert!(link(&reply).starts_with(&format!("http://{}/d/", host.trim_end_matches(":80"))), "{host}");
    }
    for (host, status) in [
        ("evil.example", 421),
        ("nas.local.evil.example", 421),
        ("a b", 400),
        ("a/b", 400),
        ("user@nas", 400),
        ("nas:x", 400),
        ("nas\"><x", 400),
        ("nas?x=", 400),
        ("nas#", 400),
        ("", 400),
    ] {
        let reply = running.http.get_with(&url, &[("host", host)]).await;
        assert_eq!(reply.status, status, "{host}: {}", reply.text());
        assert!(
            !reply.text().contains("nas") && !reply.text().contains("evil"),
            "the host is not given back"
        );
    }

    let plan = Plan::with("SERVER__PUBLIC_URL", "https://feeds.example/below");
    let (running, feed) = Running::with_one_item(plan).await;
    for host in ["feeds.example", "feeds.example:4722", "nas.local", "10.0.0.7"] {
        let headers = [("host", host), ("x-forwarded-host", "evil.example"), ("x-forwarded-proto", "http")];
        let reply = running.http.get_with(&running.url(&feed), &headers).await;
        assert!(link(&reply).starts_with("https://feeds.example/below/d/"), "{host}");
    }
}

async fn an_unchanged_feed_is_the_same_bytes_after_a_restart(home: Home) {
    let home = Household::new(home, Plan::with("SERVER__PUBLIC_URL", "https://feeds.example")).await;
    let service = home.start().await;
    let feed = home.feed().await;
    for number in 0..5 {
        home.grab("sonarr", &format!("A.Series.S01E0{number}-GRP"), "Beta").await;
    }
    home.settle(&service, SETTLED).await;
    let http = Http::new();
    let before = http.get(&format!("{}{feed}", service.url)).await;
    let guids: std::collections::BTreeSet<_> = items_of(&before.body).into_iter().collect();
    assert_eq!(guids.len(), 5, "no guid twice");
    service.stop().await;

    let service = home.launch(Vec::new()).await;
    let url = format!("{}{feed}", service.url);
    let after = http.get(&url).await;
    assert_eq!(after.text(), before.text());
    let known = http.get_with(&url, &[("if-none-match", before.header("etag"))]).await;
    assert_eq!(known.status, 304);
}

async fn a_purge_takes_nothing_away_that_a_feed_lists(home: Home) {
    let home = Household::new(home, Plan::with("SYNC__RETENTION_HOURS", "72")).await;
    let service = home.start().await;
    let feed = home.feed().await;
    for number in 0..6 {
        home.grab("radarr", &format!("A.Film.{number}-GRP"), "Alpha").await;
    }
    home.settle(&service, SETTLED).await;
    let (http, url) = (Http::new(), format!("{}{feed}", service.url));
    let listed = items_of(&http.get(&url).await.body);
    assert_eq!(listed.len(), 6);
    for (_, link) in &listed[..3] {
        assert_eq!(http.get(link).await.status, 200);
    }
    // Three were fetched and may go; three still wait for their client.
    home.clock.advance(Duration::from_hours(100));
    let crawl = async {
        for _ in 0..40 {
            for (guid, link) in items_of(&http.get(&url).await.body) {
                let status = http.send("HEAD", &link, &[], "").await.status;
                if status != 200 {
                    let now = items_of(&http.get(&url).await.body);
                    assert!(now.iter().all(|(listed, _)| *listed != guid), "{status} and still listed");
                }
            }
        }
    };
    tokio::join!(crawl, home.rest(&service));
    until("the purge took what was fetched", Duration::from_mins(1), async || {
        (home.count("SELECT COUNT(*) FROM torrent").await <= 3).then_some(())
    })
    .await;
    for (_, link) in items_of(&http.get(&url).await.body) {
        assert_eq!(http.get(&link).await.status, 200);
    }
}

both_engines! { an_unchanged_feed_is_the_same_bytes_after_a_restart, a_purge_takes_nothing_away_that_a_feed_lists }
