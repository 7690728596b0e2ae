//! Reading the apps' histories now, and how far each was read.

use tracing::info;

use super::{Actor, AdminError};
use crate::domain::app::AppName;
use crate::domain::time::Ts;
use crate::pipeline::deps::Deps;
use crate::pipeline::findings::WEBHOOK_PATIENCE;
use crate::store::{AppSync, Store, StoreError};

/// How far an app's history was read.
#[derive(Debug)]
pub struct SyncProgress {
    /// The app.
    pub app: AppName,
    /// What the database knows of its history.
    pub known: AppSync,
    /// Grabs that the history told of and the webhook did not.
    pub missed_webhooks: u64,
    /// When it is read next.
    pub next_at: Option<Ts>,
}

/// The progress of each of these apps, in their order.
pub async fn progress<'a>(
    store: &Store,
    apps: impl IntoIterator<Item = &'a AppName>,
) -> Result<Vec<SyncProgress>, StoreError> {
    let now = store.now().await?;
    let missed = store.webhooks_missed(Ts::MIN, now.minus(WEBHOOK_PATIENCE)).await?;
    let mut all = Vec::new();
    for app in apps {
        all.push(SyncProgress {
            app: app.clone(),
            known: store.app_sync(app).await?,
            missed_webhooks: missed.iter().find(|of| of.app == *app).map_or(0, |of| of.grabs),
            next_at: store.job_due(&Deps::sync_job(app)).await?,
        });
    }
    Ok(all)
}

/// Makes the histories due now: this app's, or all. Answers whose they are.
pub async fn request(deps: &Deps, actor: &Actor, only: Option<&AppName>) -> Result<Vec<AppName>, AdminError> {
    let is_wanted = |app: &&AppName| only.is_none_or(|only| only == *app);
    let apps: Vec<AppName> = deps.apps_with_history().filter(is_wanted).cloned().collect();
    if apps.is_empty() && only.is_some() {
        return Err(AdminError::NotFound);
    }
    let now = deps.store.now().await?;
    for app in &apps {
        deps.store.nudge_job(&Deps::sync_job(app), now).await?;
    }
    let count = apps.len();
    info!(event = "sync.asked", apps = count, actor = actor.name(), address = actor.address());
    Ok(apps)
}
