//! The order of the flow, and who does what when.
//!
//! Owns: the only place that knows that a sighting becomes a grab, a grab a download, a download a stored torrent; due
//! work, its steps and their outcomes, periodic work, housekeeping. State lives in rows, so that a restart resumes.
//! Must not know: HTTP routes, command lines, how a statement or a feed is written.

pub mod deps;
pub mod feeds;
pub mod findings;
pub mod housekeeping;
pub mod indexers;
pub mod periodic;
pub mod polls;
pub mod revival;
pub mod silence;
pub mod step;
pub mod sync;
pub mod test_requests;
pub mod webhook;

pub mod worker;

mod link;
mod pace;
pub mod proxies;
mod report;
mod restart;
mod search;
mod torrent;
mod tried;

use std::sync::Arc;

use crate::ops::shutdown::Lifecycle;
use crate::store::{Store, StoreError};
use deps::Deps;

/// Takes over the work of a process that served this database file and is dead: on SQLite this process is the only one
/// that serves it. On PostgreSQL other replicas may live, and their leases run out by themselves.
pub async fn take_over_leases(store: &Store) -> Result<(), StoreError> {
    if store.is_shared() {
        return Ok(());
    }
    store.release_all_leases().await
}

/// Starts the workers and the periodic work; they end when the life does.
pub fn start(deps: &Arc<Deps>, life: &Lifecycle) {
    keep_running("worker", deps, life, worker::run);
    keep_running("periodic", deps, life, periodic::run);
    keep_running("housekeeping", deps, life, housekeeping::run);
}

fn keep_running<F: Future<Output = ()> + Send + 'static>(
    part: &'static str,
    deps: &Arc<Deps>,
    life: &Lifecycle,
    run: impl Fn(Arc<Deps>, Lifecycle) -> F + Send + 'static,
) {
    let (deps, its_life) = (Arc::clone(deps), life.clone());
    let run = move || run(Arc::clone(&deps), its_life.clone());
    life.spawn(restart::after_panics(part, life.clone(), run));
}
