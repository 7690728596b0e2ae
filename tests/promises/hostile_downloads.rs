//! What comes in a torrent's place: each ends with its own reason, nothing of it is stored, memory stays bounded, and
//! the other grabs go on.

use std::collections::BTreeMap;
use std::fs;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use grabfeed::demo::{Fault, GrabOptions, Target, WebhookAuth, World};
use grabfeed::domain::app::AppKind;
use grabfeed::domain::grab::GrabState;
use grabfeed::ops::clock::Clock;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::support::database::Home;
use crate::support::ledger::Ledger;
use crate::support::process::Service;
use crate::support::raw_http::{RawServer, gzip, path, reply};
use crate::support::service::{Household, Plan, small};
use crate::support::wait::{free_port, until};

const MINUTE: Duration = Duration::from_mins(1);
const MIB: usize = 1 << 20;

#[tokio::test]
async fn answers_that_are_no_torrent_end_with_their_reason_and_the_other_grabs_go_on() {
    let house = Household::new(Home::file(), Plan::with("TORRENTS__MAX_SIZE_MB", "1")).await;
    let service = house.start().await;
    let cases = [
        (Fault::LoginPage, "pending prowlarr-unavailable"),
        (Fault::Truncated, "pending invalid-torrent"),
        (Fault::WrongTorrent, "failed wrong-infohash"),
        (Fault::Oversized(2 * MIB), "failed too-large"),
        // The status that an old Prowlarr wrote into the body of a 200 counts.
        (Fault::XmlWithOk, "pending rate-limited"),
        (Fault::ResetMidBody, "pending connection-failed"),
        (Fault::ErrorHtml, "pending indexer-error"),
    ];
    let mut seen = BTreeMap::new();
    for (number, (fault, _)) in cases.into_iter().enumerate() {
        let title = format!("{fault:?}-GRP");
        let release = house.world.release(&title, "Alpha", small()).unwrap();
        house.world.fault(Target::Release(release), fault, u32::MAX);
        house.world.grab("radarr", release, GrabOptions::default()).await.unwrap();
        house.grab("sonarr", &format!("Voisin.{number}-GRP"), "Beta").await;
        house.grab("sonarr", &format!("Meme.Indexeur.{number}-GRP"), "Alpha").await;
        // Longer than an indexer that failed is left alone.
        house.advance(&service, 40 * MINUTE).await;
        seen.insert(title.clone(), house.state_of(&title).await);
        // What is asked again is well then, so that it does not hold its indexer for the next.
        house.world.clear_faults(&Target::Release(release));
    }
    let expected = cases.map(|(fault, state)| (format!("{fault:?}-GRP"), state.to_owned()));
    assert_eq!(seen, BTreeMap::from(expected));
    for _ in 0..12 {
        house.advance(&service, 60 * MINUTE).await;
    }
    let ready = house.grabs_in(GrabState::Ready).await.len();
    let asked_again = cases.iter().filter(|(_, state)| state.starts_with("pending")).count();
    println!("{} hostile answers, {ready} of {} others ready", cases.len(), 2 * cases.len() + asked_again);
    assert_eq!(ready, 2 * cases.len() + asked_again);
    assert_eq!(house.count("SELECT COUNT(*) FROM torrent").await, 2 * cases.len() + asked_again);
    service.stop().await;
}

#[tokio::test]
async fn bytes_that_no_honest_prowlarr_sends_end_with_their_reason() {
    let bodies: Arc<Mutex<BTreeMap<String, Vec<u8>>>> = Arc::default();
    let known = Arc::clone(&bodies);
    let prowlarr = RawServer::replying(move |head, _| {
        let known = known.lock().unwrap();
        let wanted = known.iter().find(|(title, _)| path(head).contains(title.as_str()));
        wanted.map_or_else(
            || reply("200 OK", &[("Content-Type", "application/json")], "[]"),
            |(_, bytes)| bytes.clone(),
        )
    })
    .await;
    let plan = Plan { prowlarr_url: Some(prowlarr.url("")), ..Plan::with("TORRENTS__MAX_SIZE_MB", "1") };
    let house = Household::new(Home::file(), plan).await;
    let service = house.start().await;

    let ok = |body: &[u8]| reply("200 OK", &[], body);
    let nested = [b"d4:info".as_slice(), &b"l".repeat(300_000)].concat();
    let bomb = gzip(&[b"d4:junk".as_slice(), &vec![b'0'; 64 * MIB]].concat());
    let cases = [
        ("Bombe", reply("200 OK", &[("Content-Encoding", "gzip")], &bomb), "failed too-large"),
        ("Vide", ok(b""), "pending not-a-torrent"),
        ("Binaire", ok(&[0, 0xff, 0x1f, 0x8b, 0x08]), "pending not-a-torrent"),
        ("Profond", ok(&nested), "pending invalid-torrent"),
        ("Geant", ok(b"d4:info99999999999999999999:x"), "pending invalid-torrent"),
        ("Queue", ok(b"d4:infod4:name1:aee<html>"), "pending invalid-torrent"),
        ("FauxGzip", reply("200 OK", &[("Content-Encoding", "gzip")], "no gzip"), "pending bad-answer"),
    ];
    for (title, answer, _) in &cases {
        bodies.lock().unwrap().insert((*title).to_owned(), answer.clone());
        house.grab("radarr", title, "Alpha").await;
    }
    let good = house.grab("radarr", "Honnete", "Beta").await;
    let torrent = house.world.torrent(good).unwrap().metainfo;
    bodies.lock().unwrap().insert("Honnete".to_owned(), ok(&torrent));
    house.advance(&service, 3 * MINUTE).await;
    for (title, _, state) in cases {
        assert_eq!(house.state_of(title).await, state, "{title}");
    }
    assert_eq!(house.state_of("Honnete").await, "ready");
    assert_eq!(house.count("SELECT COUNT(*) FROM torrent").await, 1);
    service.stop().await;
}

/// The program as a process of its own, so that nothing else is measured.
#[tokio::test]
async fn a_body_beyond_the_limit_is_refused_in_a_fraction_of_its_size_in_memory() {
    const BODY_MIB: usize = 400;
    let prowlarr = RawServer::serving(|stream, head| async move {
        // The client hangs up in the middle: that is what is tested.
        let _ = endless(stream, &head, BODY_MIB).await;
    })
    .await;
    let clock = Clock::system();
    let time = clock.clone();
    let world = World::builder(move || time.now())
        .indexers(["Alpha"])
        .app("radarr", AppKind::Radarr)
        .start()
        .await
        .unwrap();
    let home = Home::file();
    let Home::File(folder) = &home else { unreachable!() };
    let port = free_port();
    let radarr = world.app("radarr").unwrap();
    let environment = [
        ("PROWLARR__URL", prowlarr.url("")),
        ("PROWLARR__API_KEY", world.prowlarr().key().to_owned()),
        ("APPS__0__NAME", "radarr".to_owned()),
        ("APPS__0__TYPE", "radarr".to_owned()),
        ("APPS__0__URL", radarr.url()),
        ("APPS__0__API_KEY", radarr.key().to_owned()),
        ("APPS__0__WEBHOOK_SECRET", "test-webhook-secret-0123".to_owned()),
    ]
    .map(|(key, value)| (format!("GRABFEED__{key}"), value));
    let service = Service::start(folder.path(), port, &environment).await;
    let ledger = Ledger::open(&home).await;
    let auth = WebhookAuth::Header("X-Webhook-Token".to_owned(), "test-webhook-secret-0123".to_owned());
    world.set_webhook("radarr", &format!("{}/hooks/radarr", service.url), auth).unwrap();

    for (number, (title, most_mib)) in [("Annonce", 10), ("Sans.Longueur", 25)].into_iter().enumerate() {
        let before = reset_peak(service.pid());
        let release = world.release(title, "Alpha", small()).unwrap();
        assert!(world.grab("radarr", release, GrabOptions::default()).await.unwrap().grabbed);
        let failed = i64::try_from(number + 1).unwrap();
        until("the body is refused", MINUTE, async || {
            let refused = "SELECT COUNT(*) FROM grab WHERE state = 'failed' AND reason = 'too-large'";
            (ledger.number(refused).await == failed).then_some(())
        })
        .await;
        let growth_mib = (peak_kib(service.pid()) - before) / 1024;
        println!(
            "{title}: a body of {BODY_MIB} MiB refused at 50 MiB; memory grew by {growth_mib} MiB at most"
        );
        assert!(growth_mib < most_mib, "{title}: {growth_mib} MiB");
    }
    assert_eq!(ledger.number("SELECT COUNT(*) FROM torrent").await, 0);
}

/// Answers a download with so much of a torrent, its length told in advance or not, and everything else with a list.
async fn endless(mut stream: TcpStream, head: &str, mebibytes: usize) -> std::io::Result<()> {
    if !path(head).contains("/download") {
        return stream.write_all(&reply("200 OK", &[], "[]")).await;
    }
    let announced = path(head).contains("Annonce");
    let length = if announced {
        format!("Content-Length: {}", mebibytes * MIB)
    } else {
        "Transfer-Encoding: chunked".to_owned()
    };
    stream.write_all(format!("HTTP/1.1 200 OK\r\n{length}\r\n\r\n").as_bytes()).await?;
    let piece = [b"d".as_slice(), &vec![b'x'; MIB - 1]].concat();
    for _ in 0..mebibytes {
        if announced {
            stream.write_all(&piece).await?;
        } else {
            stream.write_all(format!("{MIB:x}\r\n").as_bytes()).await?;
            stream.write_all(&piece).await?;
            stream.write_all(b"\r\n").await?;
        }
    }
    Ok(())
}

/// Makes the kernel forget the peak so far; gives the present size in KiB.
fn reset_peak(pid: u32) -> i64 {
    fs::write(format!("/proc/{pid}/clear_refs"), "5").unwrap();
    peak_kib(pid)
}

/// The largest resident size of a process since the reset, in KiB.
fn peak_kib(pid: u32) -> i64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}
