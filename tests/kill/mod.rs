//! The built program is killed, stopped, starved of disk, and started again on what it left behind.

mod answered;
mod attack;
mod endurance;
mod five_hundred;
mod full_disk;
mod mixed;
mod silence;
mod stop;
mod syscalls;
mod three_replicas;
mod wire;

use grabfeed::demo::World;
use grabfeed::domain::app::AppKind;
use grabfeed::ops::clock::Clock;
use grabfeed::store::{OpenOptions, Store};

use crate::support::household::Household;
use crate::support::http::Http;

/// A world with these indexers and apps.
async fn world_of(indexers: &[&str], apps: &[(&str, AppKind)]) -> World {
    let clock = Clock::system();
    let world = World::builder(move || clock.now()).indexers(indexers.iter().copied());
    apps.iter().fold(world, |world, (name, kind)| world.app(name, *kind)).start().await.unwrap()
}

/// Opens the database that the ended program left.
async fn left_by(household: &Household) -> Store {
    Store::open(OpenOptions::File(household.database()), Clock::system()).await.expect("the database opens")
}

/// Panics unless the database's own check finds nothing.
async fn check_database(household: &Household) {
    let store = left_by(household).await;
    assert_eq!(store.check().await.unwrap(), Vec::<String>::new());
    store.close().await;
}

/// How many grabs the service lists in this state (`""`: all).
async fn count(http: &Http, household: &Household, key: &str, state: &str) -> u64 {
    let filter = if state.is_empty() { String::new() } else { format!("&state={state}") };
    let url = household.url(&format!("/api/v1/grabs?pageSize=1{filter}"));
    http.get_with(&url, &[("X-Api-Key", key)]).await.json()["totalRecords"].as_u64().unwrap()
}

/// A number that a longer run sets.
#[expect(clippy::disallowed_methods, reason = "how long a run lasts is the machine's, not a setting")]
fn number(variable: &str, usual: usize) -> usize {
    std::env::var(variable).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

/// Memory that a process has, in KiB.
fn resident_kib(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|text| text.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}
