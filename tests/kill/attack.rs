//! Strangers from all sides at once, for as long as `GRABFEED_SECONDS` says, while the household lives on: apps send
//! webhooks, clients read their feeds, the owner signs in. `cargo xtask attack` takes an hour.
//!
//! Attackers: requests for foreign hosts, 600 unfinished heads, 200 readers of a valid link that do not read, 20,000 wrong
//! sign-ins an hour from 5,000 networks behind the proxy, an app that answers with bombs. It prints its figures.

use std::cell::{Cell, RefCell};
use std::io::Write as _;
use std::time::{Duration, Instant};

use flate2::{Compression, write::GzEncoder};
use grabfeed::demo::{GrabOptions, ReleaseSpec, TorrentSpec, World};
use grabfeed::domain::app::AppKind;
use grabfeed::ops::clock::Clock;
use grabfeed::store::{OpenOptions, Store};
use serde_json::json;
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpSocket, TcpStream};

use super::{count, number, resident_kib};
use crate::support::account::{self, NAME, PASSWORD, Page};
use crate::support::household::Household;
use crate::support::http::Http;
use crate::support::raw_http::{RawServer, path, reply};
use crate::support::wait::until;

/// Where attackers sit.
const FOREIGN: &str = "127.0.0.3";
const SLOW: &str = "127.0.0.4";
const DEAF: &str = "127.0.0.5";
/// The household's proxy.
const PROXY: &str = "127.0.0.6";

struct Scene {
    household: Household,
    http: Http,
    pid: u32,
    secret: String,
    feeds: [String; 2],
    /// The path of an enclosure of 3 MB.
    link: String,
    end: Instant,
    slowest: RefCell<Vec<(&'static str, Duration)>>,
    most_kib: Cell<u64>,
}

impl Scene {
    fn is_over(&self) -> bool {
        Instant::now() >= self.end
    }

    /// Notes how long something took that somebody of the household waits for.
    fn took(&self, what: &'static str, began: Instant) {
        let took = began.elapsed();
        let mut slowest = self.slowest.borrow_mut();
        match slowest.iter_mut().find(|(known, _)| *known == what) {
            Some((_, longest)) => *longest = took.max(*longest),
            None => slowest.push((what, took)),
        }
    }
}

/// 60 MB of empty lists in one row, as 60 kB.
fn bomb() -> Vec<u8> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::best());
    packed.write_all(b"[{\"id\":1,\"x\":[").unwrap();
    let piece = b"[],".repeat(1 << 16);
    for _ in 0..300 {
        packed.write_all(&piece).unwrap();
    }
    packed.write_all(b"0]}]").unwrap();
    packed.finish().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn under_attack_from_all_sides_webhooks_feeds_health_and_the_owner_get_through() {
    let clock = Clock::system();
    let world = World::builder(move || clock.now()).indexers(["Alpha"]).app("radarr", AppKind::Radarr);
    let world = world.start().await.unwrap();
    let packed = bomb();
    let bomber = RawServer::replying(move |head, _| {
        if path(head).contains("/system/status") {
            return reply("200 OK", &[], r#"{"appName":"Sonarr","version":"4.0.0.1"}"#);
        }
        reply("200 OK", &[("Content-Encoding", "gzip"), ("Content-Type", "application/json")], &packed)
    })
    .await;
    let mut household = Household::of(&world);
    household.app(1, "bomb", "sonarr", &bomber.url(""), "test-key-bomb");
    household.set("SERVER__TRUSTED_PROXIES", PROXY);
    household.set("SYNC__INTERVAL_SECONDS", "10");
    let store = Store::open(OpenOptions::File(household.database()), Clock::system()).await.unwrap();
    account::make(&store).await;
    store.close().await;
    household.connect_webhooks(&world);
    let feeds = [household.feed("first client"), household.feed("second client")];
    let (key, secret) = (household.key("test", "read"), household.secret("radarr"));
    let service = household.start().await;
    let http = Http::new();
    let large: ReleaseSpec =
        TorrentSpec { source: Some("x".repeat(3 << 20)), file_bytes: 20_000, ..TorrentSpec::default() }
            .into();
    let release = world.release("Un.Gros-GRP", "Alpha", large).unwrap();
    assert!(world.grab("radarr", release, GrabOptions::default()).await.unwrap().grabbed);
    until("the grab is ready", Duration::from_mins(1), async || {
        (count(&http, &household, &key, "ready").await == 1).then_some(())
    })
    .await;
    let page = http.get(&feeds[0]).await;
    let channel = rss::Channel::read_from(page.body.as_slice()).unwrap();
    let link = channel.items()[0].enclosure().unwrap().url().to_owned();
    let link = link[link.find("/d/").unwrap()..].to_owned();
    // The owner has a browser, and has signed in from here.
    let owner = Page { http: &http, url: &service.url };
    assert_eq!(owner.sign_in(NAME, PASSWORD).await.status, 204);

    let length = Duration::from_secs(number("GRABFEED_SECONDS", 20) as u64);
    let idle_kib = resident_kib(service.pid());
    let scene = Scene {
        pid: service.pid(),
        http: Http::new(),
        secret,
        feeds,
        link,
        end: Instant::now() + length,
        slowest: RefCell::default(),
        most_kib: Cell::new(0),
        household,
    };
    let (foreign, slow, deaf, refused, webhooks, (), ()) = tokio::join!(
        ask_for_foreign_hosts(&scene),
        hold(&scene, SLOW, 600, "GET /ping HTTP/1.1\r\nHost: a\r\n".to_owned()),
        hold(&scene, DEAF, 200, format!("GET {} HTTP/1.1\r\nHost: a\r\n\r\n", scene.link)),
        guess(&scene),
        send_webhooks(&scene),
        live_on(&scene, &owner),
        measure(&scene),
    );
    let (log, more_mib) = (service.log(), scene.most_kib.get().saturating_sub(idle_kib) >> 10);
    let told = log
        .lines()
        .filter(|line| line.contains("auth.sign-in-failed") && !line.contains("log.repeated"))
        .count();
    println!(
        "{length:?}: {foreign} requests for foreign hosts, {slow} unfinished heads, {deaf} deaf readers, {refused} wrong sign-ins; \
         {webhooks} webhooks; {} kB of log, {told} failed sign-ins told one by one; memory {more_mib} MiB above idle",
        log.len() >> 10
    );
    for (what, longest) in scene.slowest.borrow().iter() {
        println!("{what}: {longest:.2?} at most");
    }
    let longest = |wanted| scene.slowest.borrow().iter().find(|(what, _)| *what == wanted).unwrap().1;
    assert!(longest("webhook") < Duration::from_secs(1) && longest("health") < Duration::from_secs(5));
    assert!(longest("feed") < Duration::from_secs(5) && longest("sign-in") < Duration::from_secs(15));
    assert!(more_mib <= 128, "{more_mib} MiB above idle");
    assert!(log.len() < 10 << 20 && told > 0, "{} bytes of log, {told} told", log.len());
    assert!(service.stop());
    super::check_database(&scene.household).await;
    world.stop().await;
}

async fn ask_for_foreign_hosts(scene: &Scene) -> u64 {
    let (http, url, mut sent) = (Http::from_address(FOREIGN), scene.household.url("/"), 0);
    while !scene.is_over() {
        let host = format!("h{sent}.example");
        let headers: [(&str, &[u8]); 1] = [("host", host.as_bytes())];
        drop(http.try_request("GET", &url, &headers, "").await);
        sent += 1;
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    sent
}

/// Keeps so many connections that have sent this and do nothing more. Returns how many there were.
async fn hold(scene: &Scene, from: &str, most: usize, sent: String) -> u64 {
    let (mut held, mut begun): (Vec<TcpStream>, u64) = (Vec::new(), 0);
    while !scene.is_over() {
        held.retain(|stream| !is_closed(stream, from == DEAF));
        while held.len() < most && !scene.is_over() {
            let socket = TcpSocket::new_v4().unwrap();
            socket.bind(format!("{from}:0").parse().unwrap()).unwrap();
            // Little room, so that an answer stays with the service.
            socket.set_recv_buffer_size(4096).unwrap();
            let Ok(mut stream) = socket.connect(([127, 0, 0, 1], scene.household.port).into()).await else {
                break;
            };
            if stream.write_all(sent.as_bytes()).await.is_ok() {
                held.push(stream);
                begun += 1;
            }
            tokio::task::yield_now().await;
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    begun
}

/// Whether the service hung up. What was answered stays unread: a deaf reader's end shows as an error only.
fn is_closed(stream: &TcpStream, is_deaf: bool) -> bool {
    let would_wait = |error: &std::io::Error| error.kind() == std::io::ErrorKind::WouldBlock;
    let has_ended = !is_deaf && !stream.try_read(&mut [0; 1]).is_err_and(|error| would_wait(&error));
    has_ended || matches!(stream.take_error(), Ok(Some(_)) | Err(_))
}

/// Tries 20,000 passwords an hour, from 5,000 networks behind the proxy.
async fn guess(scene: &Scene) -> u64 {
    let (http, url) = (Http::from_address(PROXY), scene.household.url("/api/v1/session"));
    let pace = Duration::from_hours(1) / 20_000;
    let (began, mut sent) = (Instant::now(), 0_u32);
    while !scene.is_over() {
        let network = format!("203.{}.{}.7", sent % 50, sent / 50 % 100);
        let body = json!({ "name": format!("guess {}", sent % 97), "password": "test-wrong" }).to_string();
        let headers: [(&str, &[u8]); 2] =
            [("x-forwarded-for", network.as_bytes()), ("content-type", b"application/json")];
        drop(http.try_request("POST", &url, &headers, body).await);
        sent += 1;
        tokio::time::sleep((pace * sent).saturating_sub(began.elapsed())).await;
    }
    sent.into()
}

async fn send_webhooks(scene: &Scene) -> u64 {
    let url = scene.household.url("/hooks/radarr");
    let (began, mut sent) = (Instant::now(), 0_u32);
    while !scene.is_over() {
        let release = json!({ "releaseTitle": format!("Told.{sent}"), "indexer": "Alpha" });
        let body = json!({ "eventType": "Grab", "release": release, "downloadId": format!("{sent:040X}") });
        let at = Instant::now();
        let reply = scene.http.post_json(&url, &[("X-Webhook-Token", &scene.secret)], &body).await;
        assert_eq!(reply.status, 200, "{}", reply.text());
        scene.took("webhook", at);
        sent += 1;
        tokio::time::sleep((Duration::from_millis(50) * sent).saturating_sub(began.elapsed())).await;
    }
    sent.into()
}

/// Two clients, a probe and the owner.
async fn live_on(scene: &Scene, owner: &Page<'_>) {
    while !scene.is_over() {
        for feed in &scene.feeds {
            let at = Instant::now();
            assert_eq!(scene.http.get(feed).await.status, 200);
            scene.took("feed", at);
        }
        let at = Instant::now();
        assert_eq!(scene.http.get(&scene.household.url("/health/ready")).await.status, 200);
        scene.took("health", at);
        let at = Instant::now();
        assert_eq!(owner.sign_in(NAME, PASSWORD).await.status, 204);
        scene.took("sign-in", at);
        tokio::time::sleep(Duration::from_secs(5)).await;
    }
}

async fn measure(scene: &Scene) {
    while !scene.is_over() {
        scene.most_kib.set(scene.most_kib.get().max(resident_kib(scene.pid)));
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
}
