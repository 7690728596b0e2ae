//! Periodic work: the readings of the histories and the purge, each once per period over all replicas.

use std::sync::Arc;
use std::time::Duration;

use tracing::{info, warn};

use super::deps::Deps;
use super::{report, silence, sync};
use crate::config::section::sync::SyncMode;
use crate::domain::app::AppName;
use crate::ops::shutdown::Lifecycle;
use crate::store::{JobLease, StoreError};

/// Removes what is old.
const PURGE: &str = "purge";
/// Time between two purges.
const PURGE_PERIOD: Duration = Duration::from_hours(1);
/// How long a job's lease holds without being renewed: the job of a process that was killed is done again after that.
const LEASE: Duration = Duration::from_secs(45);
/// How often the lease of a job that is being done is renewed.
const RENEWAL: Duration = Duration::from_secs(15);
/// Time between two looks at what is due.
const LOOK: Duration = Duration::from_millis(500);
/// The period of work that is done only when something asks for it.
const NEVER: Duration = Duration::from_hours(8760);
/// Rows of histories that became no grab, or whose grab is purged, are remembered this far behind the cursor: well past every
/// overlap, and past every look back that a new reading may take.
const ROW_MEMORY: Duration = Duration::from_hours(40 * 24);

/// Does due jobs until the life ends.
pub async fn run(deps: Arc<Deps>, life: Lifecycle) {
    let stopping = life.stopping();
    if let Err(error) = make_known(&deps).await {
        report::database(&deps, "jobs", &error);
    }
    while !stopping.is_cancelled() {
        if let Err(error) = start_due(&deps, &life).await {
            report::database(&deps, "jobs", &error);
        }
        tokio::select! {
            () = stopping.cancelled() => {}
            () = tokio::time::sleep(LOOK) => {}
        }
    }
}

async fn make_known(deps: &Deps) -> Result<(), StoreError> {
    let now = deps.store.now().await?;
    for name in deps.apps_with_history() {
        let job = Deps::sync_job(name);
        if deps.rules.mode == SyncMode::WebhookOnly && deps.app(name).is_none() {
            // Prowlarr's history is read when its webhook rings; those of the apps, for grabs that wait for their row.
            deps.store.ensure_job(&job, now.plus(NEVER)).await?;
            continue;
        }
        deps.store.ensure_job(&job, now).await?;
        // What happened while we were away is looked for at once.
        deps.store.nudge_job(&job, now).await?;
    }
    for app in deps.apps_with_history().filter(|_| silence::is_wanted(deps)) {
        let job = silence::job(app);
        deps.store.ensure_job(&job, now.plus(NEVER)).await?;
        deps.store.nudge_job(&job, now.plus(silence::AFTER_START)).await?;
    }
    deps.store.ensure_job(PURGE, now.plus(PURGE_PERIOD)).await
}

async fn start_due(deps: &Arc<Deps>, life: &Lifecycle) -> Result<(), StoreError> {
    let now = deps.store.now().await?;
    for name in deps.store.due_jobs(now).await? {
        let Some(lease) = deps.store.claim_job(&name, now, LEASE).await? else { continue };
        let (deps, hurry) = (Arc::clone(deps), life.hurry());
        life.spawn(async move {
            tokio::select! {
                () = work(&deps, &lease) => {}
                () = keep_lease(&deps, &lease) => {}
                () = hurry.cancelled() => {}
            }
        });
    }
    Ok(())
}

/// Renews the lease as long as it is ours; returns when it is not.
async fn keep_lease(deps: &Deps, lease: &JobLease) {
    loop {
        tokio::time::sleep(RENEWAL).await;
        let renewed = match deps.store.now().await {
            Ok(now) => deps.store.renew_job(lease, now.plus(LEASE)).await,
            Err(error) => Err(error),
        };
        match renewed {
            Ok(true) => {}
            Ok(false) => return,
            // The lease may outlast the trouble.
            Err(error) => report::database(deps, "jobs", &error),
        }
    }
}

async fn work(deps: &Deps, lease: &JobLease) {
    let next = if lease.name == PURGE {
        purge(deps).await
    } else if let Some(app) = app_of_test(deps, &lease.name) {
        end_silence(deps, app).await
    } else {
        read_history(deps, &lease.name).await
    };
    let finished = match deps.store.now().await {
        Ok(now) => deps.store.finish_job(lease, now.plus(next)).await,
        Err(error) => Err(error),
    };
    if let Err(error) = finished {
        report::database(deps, "jobs", &error);
    }
}

fn app_of_test<'a>(deps: &'a Deps, job: &str) -> Option<&'a AppName> {
    deps.apps_with_history().find(|name| silence::job(name) == job)
}

async fn end_silence(deps: &Deps, app: &AppName) -> Duration {
    match deps.store.now().await {
        Ok(now) if silence::is_wanted(deps) => silence::end(deps, app, now).await,
        Ok(_) => {}
        Err(error) => report::database(deps, "jobs", &error),
    }
    NEVER
}

/// Reads the history that the job is named after, and says when next.
async fn read_history(deps: &Deps, job: &str) -> Duration {
    let read = if let Some(app) = deps.apps.iter().find(|app| Deps::sync_job(&app.name) == job) {
        sync::app(deps, app).await
    } else if let Some(prowlarr) = deps.prowlarr.iter().find(|prowlarr| Deps::sync_job(&prowlarr.name) == job)
    {
        sync::prowlarr(deps, prowlarr).await
    } else {
        // An app that is configured no more, or only on another replica.
        return NEVER;
    };
    if let Err(sync::SyncError::Store(error)) = &read {
        report::database(deps, "sync", error);
    }
    // Without polling the next reading is the one that a webhook asks for.
    if deps.rules.mode == SyncMode::WebhookOnly && read.is_ok() { NEVER } else { deps.rules.interval }
}

async fn purge(deps: &Deps) -> Duration {
    if let Err(error) = purge_all(deps).await {
        report::database(deps, "purge", &error);
    }
    PURGE_PERIOD
}

/// Removes all that is old, in portions.
pub async fn purge_all(deps: &Deps) -> Result<(), StoreError> {
    let now = deps.store.now().await?;
    deps.store.forget_loose_ends(ROW_MEMORY, now).await?;
    deps.store.purge_sessions(deps.rules.session_idle, now).await?;
    deps.arrived.sweep(now).await;
    let Some(retention) = deps.rules.retention else { return Ok(()) };
    let (mut grabs, mut torrents, mut unfetched) = (0, 0, 0);
    loop {
        let purged = deps.store.purge(now.minus(retention), &deps.rules.unfetched).await?;
        grabs += purged.grabs;
        torrents += purged.torrents;
        unfetched += purged.unfetched;
        if !purged.more {
            break;
        }
    }
    if grabs + torrents > 0 {
        info!(event = "purge.done", grabs, torrents);
    }
    if unfetched > 0 {
        warn!(event = "purge.unfetched", torrents = unfetched);
    }
    Ok(())
}
