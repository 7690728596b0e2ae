//! Workers: claim a due grab, take its step under a lease, write the outcome.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tracing::{error, info, warn};

use super::deps::Deps;
use super::report;
use super::step;
use crate::domain::schedule::indexer_hold;
use crate::domain::text::indexer_key;
use crate::domain::time::Ts;
use crate::ops::shutdown::Lifecycle;
use crate::store::{Claimed, Ending, StepEnd, StoreError};

/// Steps at once in this process. They mostly wait for indexers.
const WORKERS: usize = 16;
/// Steps at once at one indexer, over all replicas: a slow indexer takes no more of the workers than this.
pub const PER_INDEXER: u32 = 2;
/// How long a claim holds without being renewed; a killed worker's grab is taken over after that.
const LEASE: Duration = Duration::from_mins(1);
/// How often a running step renews its lease.
const RENEWAL: Duration = Duration::from_secs(20);
/// The longest sleep between two looks, in case another replica made work due.
const LONGEST_SLEEP: Duration = Duration::from_secs(1);
/// How long to wait before looking again when the database does not answer.
const DATABASE_PAUSE: Duration = Duration::from_secs(2);

/// Takes due grabs until the life ends.
pub async fn run(deps: Arc<Deps>, life: Lifecycle) {
    let workers = Arc::new(Semaphore::new(WORKERS));
    let stopping = life.stopping();
    let mut clock = ClockWatch::default();
    while !stopping.is_cancelled() {
        if let Err(error) = clock.look(&deps).await {
            report::database(&deps, "clock", &error);
        }
        let sleep = match start_due(&deps, &life, &workers).await {
            Ok(()) => until_next(&deps).await,
            Err(error) => {
                report::database(&deps, "worker", &error);
                DATABASE_PAUSE
            }
        };
        tokio::select! {
            () = stopping.cancelled() => {}
            () = deps.wake.notified() => {}
            () = tokio::time::sleep(sleep) => {}
        }
    }
}

/// Notices that the clock went back, after a wrong one was set right.
#[derive(Debug, Default)]
struct ClockWatch(Option<Ts>);

impl ClockWatch {
    async fn look(&mut self, deps: &Deps) -> Result<(), StoreError> {
        /// Small corrections change nothing that matters.
        const MATTERS: Duration = Duration::from_secs(30);
        let now = deps.store.now().await?;
        let back = self.0.map_or(Duration::ZERO, |before| before.since(now));
        self.0 = Some(now);
        if back < MATTERS {
            return Ok(());
        }
        warn!(event = "pipeline.clock-set-back", seconds = back.as_secs());
        deps.store.clock_set_back(back, now).await
    }
}

/// Starts a step for each grab that can be claimed now.
async fn start_due(deps: &Arc<Deps>, life: &Lifecycle, workers: &Arc<Semaphore>) -> Result<(), StoreError> {
    while let Ok(permit) = Arc::clone(workers).try_acquire_owned() {
        if life.stopping().is_cancelled() {
            break;
        }
        let now = deps.store.now().await?;
        let Some(claimed) = deps.store.claim_due(now, LEASE, PER_INDEXER).await? else { break };
        let (deps, hurry) = (Arc::clone(deps), life.hurry());
        life.spawn(async move {
            work(&deps, claimed, &hurry).await;
            drop(permit);
            // A place is free, and the grab may be due again.
            deps.wake.notify_one();
        });
    }
    Ok(())
}

async fn until_next(deps: &Deps) -> Duration {
    match (deps.store.next_due().await, deps.store.now().await) {
        // What is due and was not claimed waits for its indexer, or for a worker, whose end wakes us.
        (Ok(Some(due)), Ok(now)) if due > now => {
            due.since(now).clamp(Duration::from_millis(50), LONGEST_SLEEP)
        }
        _ => LONGEST_SLEEP,
    }
}

/// Takes one grab's step. However it ends, the grab is not lost: what is not written down is taken over when the
/// lease has run out.
async fn work(deps: &Deps, claimed: Claimed, hurry: &CancellationToken) {
    let grab = claimed.grab.id;
    let stepping = AssertUnwindSafe(take_step(deps, &claimed)).catch_unwind();
    tokio::select! {
        stepped = stepping => match stepped {
            Ok(Ok(())) => {}
            Ok(Err(error)) => report::database(deps, "step", &error),
            Err(_panic) => {
                error!(event = "pipeline.step-panicked", grab = grab.0);
                // Written down as any failure, or whoever takes over would ask the indexer again every minute.
                if let Err(error) = conclude(deps, &claimed, step::broken_off()).await {
                    report::database(deps, "step", &error);
                }
            }
        },
        () = keep_lease(deps, &claimed) => warn!(event = "pipeline.lease-lost", grab = grab.0),
        () = hurry.cancelled() => {
            if let Err(error) = deps.store.release_lease(grab, claimed.token).await {
                report::database(deps, "release", &error);
            }
        }
    }
}

/// Renews the lease as long as it is ours; returns when it is not.
async fn keep_lease(deps: &Deps, claimed: &Claimed) {
    loop {
        tokio::time::sleep(RENEWAL).await;
        let renewed = match deps.store.now().await {
            Ok(now) => deps.store.renew_lease(claimed.grab.id, claimed.token, now.plus(LEASE)).await,
            Err(error) => Err(error),
        };
        match renewed {
            Ok(true) => {}
            Ok(false) => return,
            // The lease may outlast the trouble; if not, the outcome is refused when it is written.
            Err(error) => report::database(deps, "lease", &error),
        }
    }
}

async fn take_step(deps: &Deps, claimed: &Claimed) -> Result<(), StoreError> {
    let began = deps.store.now().await?;
    let end = step::step(deps, &claimed.grab, began).await?;
    conclude(deps, claimed, end).await
}

/// Writes down how a step ended.
async fn conclude(deps: &Deps, claimed: &Claimed, end: StepEnd<()>) -> Result<(), StoreError> {
    let now = deps.store.now().await?;
    hold_if_failing(deps, claimed, &end.ending, now).await?;
    let end = end.scheduled(|reason, retry_after| {
        step::what_follows(claimed, reason, retry_after, now, rand::random())
    });
    let written = deps.store.resolve(claimed, end, now).await?;
    deps.arrived.forget(claimed.grab.id).await;
    if let Some(end) = written {
        report::ended(deps, claimed, &end);
    } else {
        warn!(event = "pipeline.lease-lost", grab = claimed.grab.id.0);
    }
    Ok(())
}

/// Spares an indexer that just failed: its other grabs would only run into the block that Prowlarr has set.
async fn hold_if_failing(
    deps: &Deps,
    claimed: &Claimed,
    ending: &Ending<()>,
    now: Ts,
) -> Result<(), StoreError> {
    let Ending::Failing { reason, retry_after, .. } = *ending else { return Ok(()) };
    let Some(name) = claimed.grab.indexer.as_deref() else { return Ok(()) };
    if indexer_hold(reason, retry_after, 0).is_some() {
        let hold = |strikes| indexer_hold(reason, retry_after, strikes).unwrap_or_default();
        if let Some(until) = deps.store.hold_indexer(&indexer_key(name), reason, now, hold).await? {
            info!(event = "indexer.held", indexer = name, reason = reason.code(), until = %until);
        }
    }
    Ok(())
}
