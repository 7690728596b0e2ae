//! `grabfeed demo`, as a person runs it: one command, and within a minute a feed whose links give real torrents.

use std::time::Duration;

use grabfeed::fetch::verify::verify;

use crate::support::http::Http;
use crate::support::process::Demo;
use crate::support::wait::until;
use crate::web::items_of;

/// What the plan publishes: of its twelve grabs one was removed by its tracker, and one has only a magnet link.
const PUBLISHED: usize = 10;

/// Waits until the feed lists everything; guid and link of each item.
pub(crate) async fn published(demo: &Demo) -> Vec<(String, String)> {
    let http = Http::new();
    until("the feed lists what the plan publishes", Duration::from_mins(3), async || {
        let reply = http.get(&demo.feed_url).await;
        assert_eq!(reply.status, 200, "{}", reply.text());
        let items = items_of(&reply.body);
        (items.len() == PUBLISHED).then_some(items)
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn within_minutes_the_feed_lists_torrents_that_are_what_it_says() {
    let data = tempfile::tempdir().unwrap();
    let demo = Demo::start(data.path(), &["--fast"]);
    let http = Http::new();
    for (guid, link) in published(&demo).await {
        let reply = http.get(&link).await;
        assert_eq!(reply.status, 200, "{link}");
        let facts = verify(&reply.body).unwrap();
        assert!(guid.ends_with(&facts.infohash().unwrap().to_string()), "{guid}");
    }

    // The account is there, and its password is this demo's own.
    let setup = http.get(&format!("{}/api/v1/setup", demo.url)).await.json();
    assert_eq!(setup["needed"], false);
    let (name, password) = &demo.account;
    assert!(name == "demo" && password.len() == 20, "{password}");

    // What is not in the feed has its reason.
    let url = format!("{}/api/v1/grabs?pageSize=100", demo.url);
    let grabs = http.get_with(&url, &[("x-api-key", &demo.api_key)]).await.json();
    let mut rest: Vec<_> = grabs["records"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|grab| grab["state"] != "ready")
        .map(|grab| grab["reason"].as_str().unwrap_or("none").to_owned())
        .collect();
    rest.sort();
    assert_eq!(rest, ["gone", "magnet-only"]);
}
