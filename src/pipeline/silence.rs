//! Ending the silence of an app that gave our webhook up.
//!
//! After an outage of ours an app sends nothing for up to an hour. Its own test of the webhook, if it reaches us, ends that
//! at once; so it is asked for at the start, and when a history shows a grab that no webhook told of. Must not know: how an
//! app is asked.

use std::time::Duration;

use tracing::{debug, info, warn};

use super::deps::Deps;
use super::test_requests::WebhookTests;
use crate::config::section::sync::SyncMode;
use crate::domain::app::AppName;
use crate::domain::time::Ts;
use crate::store::StoreError;
use crate::upstream::error::ApiError;

/// How long after our start: we must answer by then.
pub(super) const AFTER_START: Duration = Duration::from_secs(5);
/// What the paths of our webhooks end with, the app’s name put in, and where the predecessor had them all.
const OUR_PATH: &str = "/hooks/";
const PREDECESSORS_PATH: &str = "/api/webhook/grab";

/// The name of the job that asks an app for its test.
pub(super) fn job(app: &AppName) -> String {
    format!("webhook-test:{app}")
}

/// Whether apps are asked for tests at all.
pub(super) const fn is_wanted(deps: &Deps) -> bool {
    matches!(deps.rules.webhook_tests, WebhookTests::AskedFor)
        && !matches!(deps.rules.mode, SyncMode::HistoryOnly)
}

/// Makes the test due if a grab that no webhook told of is newer than the last webhook.
pub(super) async fn notice(
    deps: &Deps,
    app: &AppName,
    unannounced: Option<Ts>,
    now: Ts,
) -> Result<(), StoreError> {
    let Some(grabbed_at) = unannounced.filter(|_| is_wanted(deps)) else { return Ok(()) };
    let heard = deps.store.app_sync(app).await?.last_webhook_at;
    if heard.is_some_and(|heard| heard < grabbed_at) {
        deps.store.nudge_job(&job(app), now).await?;
    }
    Ok(())
}

/// Asks an app to test the webhooks that lead to us.
pub(super) async fn end(deps: &Deps, app: &AppName, now: Ts) {
    if !deps.last_tests.may_ask(app, now) {
        return;
    }
    let app_name = app.as_str();
    match test_ours(deps, app).await {
        Ok(0) => debug!(event = "webhook.none-leads-here", app = app_name),
        Ok(_) => info!(event = "webhook.test-asked-for", app = app_name),
        Err(error) => warn!(event = "webhook.test-failed", app = app_name, cause = %error),
    }
}

async fn test_ours(deps: &Deps, app: &AppName) -> Result<usize, ApiError> {
    let Some(webhooks) = deps.webhooks_of(app) else { return Ok(0) };
    let mut ours = 0;
    for webhook in webhooks.saved().await? {
        if leads_here(webhook.path(), app) {
            webhooks.test(&webhook).await?;
            ours += 1;
        }
    }
    Ok(ours)
}

/// By which host and base path an app reaches us is its own affair.
fn leads_here(path: &str, app: &AppName) -> bool {
    let named = path.rsplit_once(OUR_PATH).is_some_and(|(_, name)| name.eq_ignore_ascii_case(app.as_str()));
    named || path.ends_with(PREDECESSORS_PATH)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_webhook_that_leads_here_is_known_by_its_path() {
        let app = AppName::parse("radarr-4k").unwrap();
        for (path, ours) in [
            ("/hooks/radarr-4k", true),
            ("/base/hooks/Radarr-4K", true),
            ("/api/webhook/grab", true),
            ("/hooks/radarr", false),
            ("/hooks/radarr-4k/x", false),
            ("/webhook", false),
            ("", false),
        ] {
            assert_eq!(leads_here(path, &app), ours, "{path}");
        }
    }
}
