//! A database that cannot grow: webhooks are refused with 503, everything that only reads goes on, and the service
//! recovers by itself when there is room again.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use grabfeed::demo::{GrabOptions, ReleaseSpec, World};
use grabfeed::domain::app::AppKind;
use grabfeed::ops::clock::Clock;
use serde_json::json;

use super::{check_database, count, wire};
use crate::support::household::Household;
use crate::support::http::{Http, Reply};
use crate::support::process::Service;
use crate::support::wait::until;

/// How the disk is filled and emptied.
trait Disk {
    fn fill(&self, service: &Service);
    fn free(&self, service: &Service);
}

/// No file of the process may grow beyond what the database's log has now: "file too large" (EFBIG).
struct FileLimit;

impl Disk for FileLimit {
    fn fill(&self, service: &Service) {
        limit(service, "4096");
    }

    fn free(&self, service: &Service) {
        limit(service, "unlimited");
    }
}

fn limit(service: &Service, bytes: &str) {
    let arguments = ["--pid", &service.pid().to_string(), &format!("--fsize={bytes}:unlimited")];
    assert!(Command::new("prlimit").args(arguments).status().unwrap().success());
}

/// A file system of a few MiB of which nothing is left: "no space left on device" (ENOSPC).
struct SmallDisk(PathBuf);

impl SmallDisk {
    /// Mounts it over a folder; `None` where that is not allowed.
    fn over(folder: &Path) -> Option<Self> {
        let mounted =
            Command::new("mount").args(["-t", "tmpfs", "-o", "size=16m", "none"]).arg(folder).output();
        mounted.is_ok_and(|output| output.status.success()).then(|| Self(folder.to_owned()))
    }
}

impl Disk for SmallDisk {
    fn fill(&self, _: &Service) {
        assert!(
            fs::write(self.0.join("filler"), vec![0; 32 << 20]).is_err(),
            "the disk is larger than it should be"
        );
    }

    fn free(&self, _: &Service) {
        fs::remove_file(self.0.join("filler")).unwrap();
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _unmounted = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

/// A household with one published grab.
async fn household() -> (World, Household) {
    let clock = Clock::system();
    let world = World::builder(move || clock.now()).indexers(["Lanterne"]).app("radarr", AppKind::Radarr);
    let world = world.start().await.unwrap();
    let mut household = Household::of(&world);
    household.set("APPS__0__WEBHOOK_SECRET", wire::SECRET);
    (world, household)
}

async fn tell(http: &Http, household: &Household, title: &str) -> Reply {
    let body: serde_json::Value = serde_json::from_str(&wire::grab(title)).unwrap();
    http.post_json(&household.url("/hooks/radarr"), &[("X-Webhook-Token", wire::SECRET)], &body).await
}

async fn goes_on_reading_and_recovers(
    world: World,
    household: &Household,
    service: Service,
    disk: impl Disk,
) {
    let http = Http::new();
    let (feed, key) = (household.feed("client"), household.key("test", "read,metrics"));
    household.connect_webhooks(&world);
    let release = world.release("Published.2024-TEST", "Lanterne", ReleaseSpec::default()).unwrap();
    world.grab("radarr", release, GrabOptions::default()).await.unwrap();
    let link = until("the grab is in the feed", Duration::from_secs(20), async || {
        let channel = rss::Channel::read_from(http.get(&feed).await.body.as_slice()).unwrap();
        channel.items().first().map(|item| item.enclosure().unwrap().url().to_owned())
    })
    .await;

    disk.fill(&service);
    let refused = until("a webhook is refused", Duration::from_secs(10), async || {
        Some(tell(&http, household, "Refused.2024-TEST").await).filter(|reply| reply.status != 200)
    })
    .await;
    assert_eq!(refused.status, 503, "{}", refused.text());
    let wait: u64 = refused.headers["retry-after"].to_str().unwrap().parse().unwrap();
    assert!(wait > 0);
    assert_eq!(refused.json()["code"], json!("unavailable"));
    for (url, headers) in [
        (feed.clone(), vec![]),
        (link, vec![]),
        (household.url("/api/v1/grabs"), vec![("X-Api-Key", key.as_str())]),
        (household.url("/metrics"), vec![("X-Api-Key", key.as_str())]),
        (household.url("/health/live"), vec![]),
    ] {
        let reply = http.get_with(&url, &headers).await;
        assert_eq!(reply.status, 200, "{url}: {}", reply.text());
    }

    disk.free(&service);
    until("a webhook is stored", Duration::from_secs(10), async || {
        (tell(&http, household, "Stored.2024-TEST").await.status == 200).then_some(())
    })
    .await;
    assert!(count(&http, household, &key, "").await >= 2);
    assert!(service.stop());
    check_database(household).await;
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_may_not_grow_stops_webhooks_but_no_reader_until_it_may() {
    let (world, household) = household().await;
    if Command::new("prlimit").arg("--version").output().is_err() {
        println!("prlimit: not installed; nothing was tried");
        return;
    }
    // By default the system ends a process that reaches this limit, which is no failing disk.
    let mut service = household.launch_through(&["sh", "-c", r#"trap "" XFSZ; exec "$0" "$@""#]);
    service.wait_until_ready().await;
    goes_on_reading_and_recovers(world, &household, service, FileLimit).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_stops_webhooks_but_no_reader_until_there_is_room_again() {
    let (world, household) = household().await;
    let Some(disk) = SmallDisk::over(household.data()) else {
        println!("tmpfs: may not be mounted here; nothing was tried");
        return;
    };
    let service = household.start().await;
    goes_on_reading_and_recovers(world, &household, service, disk).await;
}
