//! No secret in any output but the one that is meant, nor at rest if its hash is enough (C60): a whole evening with
//! failures, at the most talkative level.

use std::fs;
use std::time::Duration;

use base64::prelude::{BASE64_STANDARD, Engine};
use grabfeed::demo::release::PASSKEY;
use grabfeed::demo::script::{self, Pace};
use grabfeed::demo::{DownloadUrl, Fault, GrabOptions, ReleaseSpec, Target, World};
use grabfeed::ops::clock::Clock;
use grabfeed::store::{OpenOptions, Store};
use grabfeed::web::routes;
use secrecy::ExposeSecret;
use serde_json::{Value, json};

use super::canaries::{BESIDE, Canaries, SETTINGS, make_account};
use crate::support::database::Home;
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

/// The feeds, whose links to torrents hold the proof that their reader may have them.
const SHOWS_LINKS: &str = "/f/";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_secret_is_in_the_text_of_logs_nor_in_answers_nor_in_a_sqlite_file() {
    evening(Home::file(), "text").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_secret_is_in_the_json_of_logs_nor_in_answers_nor_in_a_postgresql_database() {
    evening(Home::postgres(), "json").await;
}

/// Everything that the service does, at the most talkative level, and then the search.
async fn evening(home: Home, format: &str) {
    let clock = Clock::system();
    // A failure makes the program spare its indexer, so each has one of its own.
    let indexers: Vec<String> = (0..WRONG).map(indexer).collect();
    let time = clock.clone();
    let world = script::world(move || time.now()).indexers(indexers.iter().map(String::as_str));
    let world = world.start().await.unwrap();
    let mut household = Household::of(&world);
    let mut canaries = Canaries::default();
    household.set("LOGGING__FILE", "grabfeed.log");
    household.set("LOGGING__FORMAT", format);
    household.environment.push(("LOG_LEVEL".to_owned(), "trace".to_owned()));
    for (key, variable, canary) in SETTINGS {
        if let Some(canary) = canary {
            household.set(variable, canary);
            canaries.clear(key, *canary);
        }
    }
    for (variable, value) in BESIDE {
        household.set(variable, value);
    }
    let options = match &home {
        Home::File(_) => OpenOptions::File(household.database()),
        Home::Postgres(database) => {
            let url = database.url();
            household.set("DATABASE__URL", url.expose_secret());
            let password = url::Url::parse(url.expose_secret()).unwrap().password().unwrap().to_owned();
            canaries.clear("the database's password", password);
            OpenOptions::Postgres(url)
        }
    };
    let store = Store::open(options, clock.clone()).await.unwrap();
    let session = make_account(&store, clock.now(), &mut canaries).await;
    store.close().await;
    household.connect_webhooks(&world);
    let (feed, key) = (household.feed("client"), household.key("test", "read,metrics"));
    canaries.clear("a passkey", PASSKEY);
    canaries.clear("a key of an app", "test-key-");
    canaries.hashed("an API key", &key);
    canaries.hashed("a feed's token", feed.split('/').nth(4).unwrap());
    for app in ["radarr", "sonarr", "lidarr", "prowlarr"] {
        canaries.clear("a webhook's secret", household.secret(app));
    }

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
    download_all(&http, &feed, &mut canaries).await;
    let as_administrator = format!("grabfeed={session}");
    let cookie = [("Cookie", as_administrator.as_str())];
    assert_eq!(http.get_with(&household.url("/api/v1/grabs"), &cookie).await.status, 200);
    for (place, answer) in ask_everything_with_everything(&http, &household, &canaries).await {
        if !place.contains(SHOWS_LINKS) {
            canaries.absent_from(&place, &answer);
        }
    }
    let mut said = commands(&world, &household, matches!(home, Home::File(_))).await;
    for name in ["grabfeed.db", "grabfeed.db-wal"].iter().filter(|_| matches!(home, Home::File(_))) {
        canaries.absent_at_rest_from(name, &fs::read(household.data().join(name)).unwrap());
    }
    let log = service.data.join("log.txt");
    assert!(service.stop());
    let at_rest = match &home {
        Home::File(_) => fs::read(household.database()).unwrap(),
        Home::Postgres(database) => database.dump(),
    };
    canaries.absent_at_rest_from("the database", &at_rest);
    let kept_in_clear = household.secret("sonarr");
    assert!(String::from_utf8_lossy(&at_rest).contains(&kept_in_clear), "this is not the whole database");
    said += &fs::read_to_string(log).unwrap();
    said += &fs::read_to_string(household.data().join("grabfeed.log")).unwrap();
    assert!(said.to_lowercase().contains("debug"), "the level is not what was asked for");
    for line in said.lines() {
        canaries.absent_from("the log or what commands print", line);
    }
    world.stop().await;
}

/// Commands whose apps are gone, and what they print.
async fn commands(world: &World, household: &Household, is_served_alone: bool) -> String {
    for app in ["radarr", "prowlarr"] {
        world.down(app).await.unwrap();
    }
    let mut said = String::new();
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
        &["grab", "list", "--json"],
    ] {
        said += &household.answers(command).1;
    }
    if is_served_alone {
        said += &household.answers(&["serve"]).1;
    }
    said
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

/// Takes what the feed lists; the proof in each link is a secret too.
async fn download_all(http: &Http, feed: &str, canaries: &mut Canaries) {
    let channel = rss::Channel::read_from(http.get(feed).await.body.as_slice()).unwrap();
    for item in channel.items() {
        let link = item.enclosure().unwrap().url();
        assert_eq!(http.get(link).await.status, 200);
        canaries.clear("the proof in a link", link.split('/').nth(5).unwrap());
    }
}

/// Every route with every secret, and a wrong one, in every place where somebody may put it; what was asked, and the
/// whole answers.
async fn ask_everything_with_everything(
    http: &Http,
    household: &Household,
    canaries: &Canaries,
) -> Vec<(String, String)> {
    let mut answers = Vec::new();
    let mut secrets = canaries.one_of_each();
    secrets.push("test-key-wrong-0123456789".to_owned());
    let unknown = [("GET".to_owned(), "/rss"), ("POST".to_owned(), "/api/v1/nothing")];
    let known = routes::table().into_iter().map(|route| (route.method.to_string(), route.path));
    for (method, path) in known.chain(unknown) {
        for secret in &secrets {
            let url = household.url(&path.replace("{app}", "radarr"));
            let filled = |part| if str::starts_with(part, '{') { secret.as_str() } else { part };
            let in_path = household.url(&path.split('/').map(filled).collect::<Vec<_>>().join("/"));
            let basic = format!("Basic {}", BASE64_STANDARD.encode(format!("x:{secret}")));
            let bearer = format!("Bearer {secret}");
            let cookie = format!("grabfeed={secret}; __Host-grabfeed={secret}");
            let body =
                json!({ "password": secret, "currentPassword": secret, "token": secret, "name": secret });
            let (query, body) = (format!("{url}?apikey={secret}&token={secret}"), body.to_string());
            let json = ("Content-Type", &b"application/json"[..]);
            for (what, url, header, body) in [
                ("query", &query, json, ""),
                ("path", &in_path, json, ""),
                ("key", &url, ("X-Api-Key", secret.as_bytes()), ""),
                ("webhook token", &url, ("X-Webhook-Token", secret.as_bytes()), "{"),
                ("bearer", &url, ("Authorization", bearer.as_bytes()), ""),
                ("basic", &url, ("Authorization", basic.as_bytes()), ""),
                ("cookie", &url, ("Cookie", cookie.as_bytes()), ""),
                ("body", &url, json, body.as_str()),
            ] {
                let reply = http.send(&method, url, &[header], body.to_owned()).await;
                let place = format!("the answer to {method} {path} with a secret as {what}");
                answers.push((place, format!("{:?}\n{}", reply.headers, reply.text())));
            }
        }
    }
    answers
}
