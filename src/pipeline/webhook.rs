//! A webhook, written down: one transaction, and no question to anybody.

use std::time::Duration;

use tracing::{debug, info};

use super::deps::Deps;
use crate::config::section::sync::SyncMode;
use crate::domain::app::AppName;
use crate::domain::sighting::Sighting;
use crate::intake::webhook::Event;
use crate::ops::metrics::WebhookResult;
use crate::store::{Batch, Recorded, StoreError};

/// How soon the history is read for the row that a webhook announces; the app writes it after the webhook.
const READ_HISTORY_AFTER: Duration = Duration::from_secs(2);

/// Grabs of one app that only webhooks have told of, at most. Beyond it the history decides: anybody with the secret can invent
/// grabs, and those of the app are all there.
pub const MOST_UNCONFIRMED: u64 = 2_000;

/// Records what an app's webhook reports.
pub async fn record(deps: &Deps, app: &AppName, event: Event) -> Result<WebhookResult, StoreError> {
    let now = deps.store.now().await?;
    let mut batch = Batch {
        nudge: Some((Deps::sync_job(app), now.plus(READ_HISTORY_AFTER))),
        webhook_of: Some(app.clone()),
        ..Batch::default()
    };
    match event {
        Event::Test => info!(event = "webhook.tested", app = app.as_str()),
        Event::Other(name) => {
            debug!(event = "webhook.ignored", app = app.as_str(), kind = name);
            return Ok(WebhookResult::Ignored);
        }
        Event::Grab(_)
            if deps.rules.mode == SyncMode::WebhookPlusHistory
                && deps.store.unconfirmed_grabs(app).await? >= MOST_UNCONFIRMED =>
        {
            debug!(event = "webhook.left-to-history", app = app.as_str());
        }
        Event::Grab(sighting) if deps.rules.mode != SyncMode::HistoryOnly => {
            batch.sightings.push(Sighting { grabbed_at: now, ..*sighting });
        }
        Event::Grab(_) | Event::LookAtProwlarr => {}
    }
    let recorded = deps.store.record(batch, now).await?;
    Ok(match recorded.first() {
        Some(Recorded::New(grab) | Recorded::Merged(grab)) => {
            info!(event = "webhook.grab", app = app.as_str(), grab = grab.0);
            WebhookResult::Stored
        }
        Some(_) => WebhookResult::Duplicate,
        None => WebhookResult::Ignored,
    })
}
