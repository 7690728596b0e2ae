//! No secret in any output but the one that is meant: a whole evening with failures, at the most talkative level.

use std::fs;
use std::time::Duration;

use grabfeed::demo::release::PASSKEY;
use grabfeed::demo::script::{self, Pace};
use grabfeed::demo::{DownloadUrl, Fault, GrabOptions, ReleaseSpec, Target, World};
use grabfeed::ops::clock::Clock;
use serde_json::{Value, json};

use crate::support::household::Household;
use crate::support::http::Http;
use crate::support::wait::until;

/// What an app's link may be besides a good one.
const LINKS: [DownloadUrl; 3] = [DownloadUrl::StaleProxy, DownloadUrl::Direct, DownloadUrl::Null];
/// How many grabs go wrong.
const WRONG: usize = FAULTS.len() + LINKS.len();
const FAULTS: [Fault; 10] = [
    Fault::ErrorJson,
    Fault::ErrorXml,
    Fault::ErrorHtml,
    Fault::StartingUp,
    Fault::Forbidden,
    Fault::TrackerRedirect,
    Fault::RedirectLoop,
    Fault::LoginPage,
    Fault::ResetMidBody,
    Fault::WrongTorrent,
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_secret_is_in_any_log_at_any_level_nor_in_what_commands_print() {
    let clock = Clock::system();
    // A failure makes the program spare its indexer, so each has one of its own.
    let indexers: Vec<String> = (0..WRONG).map(indexer).collect();
    let world = script::world(move || clock.now()).indexers(indexers.iter().map(String::as_str));
    let world = world.start().await.unwrap();
    let mut household = Household::of(&world);
    household.set("LOGGING__FILE", "grabfeed.log");
    household.environment.push(("LOG_LEVEL".to_owned(), "trace".to_owned()));
    household.connect_webhooks(&world);
    let (feed, key) = (household.feed("client"), household.key("test", "read,metrics"));
    let mut secrets = vec![PASSKEY.to_owned(), "test-key-".to_owned(), key.clone()];
    secrets.push(feed.split('/').nth(4).unwrap().to_owned());
    secrets.extend(["radarr", "sonarr", "lidarr", "prowlarr"].map(|app| household.secret(app)));

    let service = household.start().await;
    let http = Http::new();
    let pace = Pace { between: Duration::from_millis(20), afterwards: None };
    script::play(&world, pace, |_| {}).await.unwrap();
    let grabs = async || {
        let url = household.url("/api/v1/grabs?pageSize=500");
        http.get_with(&url, &[("X-Api-Key", &key)]).await.json()["records"].as_array().unwrap().clone()
    };
    until("much of the evening is published", Duration::from_secs(30), async || {
        (grabs().await.iter().filter(|grab| grab["state"] == "ready").count() >= 6).then_some(())
    })
    .await;
    go_wrong(&world).await;
    until("every failure has been met", Duration::from_secs(40), async || {
        let wrong = |grab: &&Value| grab["title"].as_str().unwrap().starts_with("Wrong.");
        let met = |grab: &&Value| {
            grab["state"] != "pending" || !matches!(grab["reason"].as_str(), None | Some("awaiting-history"))
        };
        (grabs().await.iter().filter(wrong).filter(met).count() == WRONG).then_some(())
    })
    .await;
    read_and_be_refused(&http, &household, &feed, &key, &mut secrets).await;
    let mut said = String::new();
    for app in ["radarr", "prowlarr"] {
        world.down(app).await.unwrap();
    }
    for command in [
        &["app", "test"][..],
        &["app", "test", "--json"],
        &["app", "list", "--json"],
        &["sync"],
        &["sync", "--json"],
        &["config", "show"],
        &["config", "show", "--json"],
        &["check"],
        &["key", "list", "--json"],
        &["feed", "list", "--json"],
        &["serve"],
    ] {
        said += &household.answers(command).1;
    }
    let log = service.data.join("log.txt");
    assert!(service.stop());
    said += &fs::read_to_string(log).unwrap();
    said += &fs::read_to_string(household.data().join("grabfeed.log")).unwrap();
    assert!(said.contains("DEBUG"), "the level is not what was asked for");
    for secret in secrets {
        let leak = said.lines().find(|line| line.contains(&secret));
        assert!(leak.is_none(), "{secret} in: {}", leak.unwrap_or_default());
    }
    world.stop().await;
}

fn indexer(number: usize) -> String {
    format!("Wrong{number}")
}

/// Grabs that fail in every way, with every kind of link.
async fn go_wrong(world: &World) {
    let links = std::iter::repeat_n(DownloadUrl::Proxy, FAULTS.len()).chain(LINKS);
    for (number, download_url) in links.enumerate() {
        let spec = ReleaseSpec::default();
        let release = world.release(&format!("Wrong.{number}.2024-TEST"), &indexer(number), spec).unwrap();
        if let Some(fault) = FAULTS.get(number) {
            world.fault(Target::Release(release), *fault, u32::MAX);
        }
        let options = GrabOptions { download_url, ..GrabOptions::default() };
        world.grab("radarr", release, options).await.unwrap();
    }
    world.fault(Target::History("sonarr".to_owned()), Fault::ErrorJson, 3);
    world.fault(Target::Search, Fault::ErrorHtml, 2);
}

/// Requests of every kind, with right and wrong secrets in right and wrong places.
async fn read_and_be_refused(
    http: &Http,
    household: &Household,
    feed: &str,
    key: &str,
    secrets: &mut Vec<String>,
) {
    let channel = rss::Channel::read_from(http.get(feed).await.body.as_slice()).unwrap();
    for item in channel.items() {
        let link = item.enclosure().unwrap().url();
        assert_eq!(http.get(link).await.status, 200);
        secrets.push(link.split('/').nth(5).unwrap().to_owned());
    }
    let wrong = "test-key-wrong-0123456789";
    for path in ["/api/v1/grabs", "/metrics", "/rss", "/hooks/radarr"] {
        let url = household.url(path);
        http.get(&format!("{url}?apikey={key}")).await;
        http.get(&format!("{url}?apikey={wrong}")).await;
        http.get_with(&url, &[("X-Api-Key", wrong)]).await;
        http.get_with(&url, &[("Authorization", &format!("Bearer {wrong}"))]).await;
        http.post_json(&url, &[("X-Webhook-Token", wrong)], &json!({ "eventType": "Grab" })).await;
    }
    let metrics = http.get_with(&household.url("/metrics"), &[("X-Api-Key", key)]).await.text();
    assert!(!metrics.contains("test-key-"), "{metrics}");
}
