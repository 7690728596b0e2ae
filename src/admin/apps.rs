//! Apps: the test of a connection.
//!
//! Owns: who is asked, and what an answer means. Must not know: how an answer is worded.

use tracing::info;

use super::Actor;
use crate::domain::app::{AppKind, AppName, JACKETT};
use crate::pipeline::deps::Deps;
use crate::upstream::connection::SystemStatus;
use crate::upstream::error::ApiError;

/// What the test of one connection found.
#[derive(Debug)]
pub struct AppTest {
    /// The app's name in the settings.
    pub app: AppName,
    /// What it is in the settings, by the name of the program.
    pub kind: &'static str,
    /// What answered.
    pub outcome: TestOutcome,
}

/// What answered to the test of a connection.
#[derive(Debug)]
pub enum TestOutcome {
    /// The app of the settings, and it takes the key.
    Answers {
        /// The name that it gives itself.
        name: String,
        /// Its version.
        version: String,
    },
    /// Another program than the settings say (a wrong port), by the name that it gives itself.
    OtherProgram {
        /// The name; empty if it gives none.
        name: String,
    },
    /// Nothing that can be used.
    Failed(ApiError),
}

impl AppTest {
    /// Whether the app of the settings answers and takes the key.
    pub const fn is_ok(&self) -> bool {
        matches!(self.outcome, TestOutcome::Answers { .. })
    }

    /// The stable code of the reason why not.
    pub fn reason(&self) -> Option<&'static str> {
        match &self.outcome {
            TestOutcome::Answers { .. } => None,
            TestOutcome::OtherProgram { .. } => Some("other-app"),
            TestOutcome::Failed(error) => Some(error.fault.text_id().trim_start_matches("upstream-")),
        }
    }

    fn new(app: &AppName, kind: AppKind, answer: Result<SystemStatus, ApiError>) -> Self {
        let outcome = match answer {
            Ok(status) if status.app_name.eq_ignore_ascii_case(kind.as_str()) => {
                TestOutcome::Answers { name: status.app_name, version: status.version }
            }
            Ok(status) => TestOutcome::OtherProgram { name: status.app_name },
            Err(error) => TestOutcome::Failed(error),
        };
        Self { app: app.clone(), kind: kind.as_str(), outcome }
    }
}

/// Asks an enabled app who it is, at the URL and with the key of the settings; all of them if no name is given, Prowlarr
/// and Jackett last. Empty: no enabled app has the name.
pub async fn test(deps: &Deps, actor: &Actor, name: Option<&str>) -> Vec<AppTest> {
    let is_wanted = |app: &AppName| name.is_none_or(|name| name.eq_ignore_ascii_case(app.as_str()));
    let mut tests = Vec::new();
    for app in deps.apps.iter().filter(|app| is_wanted(&app.name)) {
        tests.push(AppTest::new(&app.name, app.kind, app.client.status().await));
    }
    if let Some(prowlarr) = deps.prowlarr.as_ref().filter(|prowlarr| is_wanted(&prowlarr.name)) {
        tests.push(AppTest::new(&prowlarr.name, AppKind::Prowlarr, prowlarr.client.status().await));
    }
    if let Some(client) = &deps.jackett_test
        && let Ok(app) = AppName::parse(JACKETT)
        && is_wanted(&app)
    {
        let outcome = match client.test().await {
            Ok(true) => TestOutcome::Answers { name: "Jackett".to_owned(), version: String::new() },
            Ok(false) => TestOutcome::OtherProgram { name: String::new() },
            Err(error) => TestOutcome::Failed(error),
        };
        tests.push(AppTest { app, kind: JACKETT, outcome });
    }
    for test in &tests {
        let (app, ok) = (test.app.as_str(), test.is_ok());
        info!(event = "app.tested", app, ok, actor = actor.name(), address = actor.address());
    }
    tests
}
