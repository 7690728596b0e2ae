//! Apps of the settings, without their keys; how far their histories were read; tests of their connections.

use serde::Serialize;
use utoipa::ToSchema;

use super::reason::ReasonView;
use super::schema;
use crate::admin::apps::{AppTest, TestOutcome};
use crate::admin::facts::ConfiguredApp;
use crate::admin::sync::SyncProgress;
use crate::domain::time::Ts;
use crate::ops::text::Lang;

/// An app of the settings.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = App)]
pub struct AppView {
    /// The person's name for it.
    #[schema(schema_with = schema::app_name)]
    name: String,
    /// What it is.
    #[schema(schema_with = schema::app_kinds)]
    kind: &'static str,
    /// Where it is.
    url: String,
    /// Whether its grabs are collected.
    enabled: bool,
    /// Where its webhook is to be sent. The secret is told on the command line: `grabfeed app webhook NAME`.
    webhook_url: String,
    /// How far its history was read.
    sync: Option<SyncView>,
}

/// What a test of a connection found.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Tested)]
pub struct AppTestView {
    /// The app's name.
    #[schema(schema_with = schema::app_name)]
    name: String,
    /// Whether the app of the settings answers and takes the key.
    ok: bool,
    /// Code of the reason why not.
    reason: Option<&'static str>,
    /// The sentence for the person, in the language of `Accept-Language`.
    message: String,
}

impl AppView {
    /// `webhook_url`: where the app sends its webhook.
    pub fn new(app: &ConfiguredApp, webhook_url: String, sync: Option<SyncView>) -> Self {
        Self {
            name: app.name.to_string(),
            kind: app.kind.as_str(),
            url: app.url.to_string(),
            enabled: app.enabled,
            webhook_url,
            sync,
        }
    }
}

impl AppTestView {
    /// In this language. The sentence says nothing of what a strange program answered.
    pub fn new(test: &AppTest, lang: Lang) -> Self {
        let message = match &test.outcome {
            TestOutcome::Answers { .. } => lang.text("app-test-ok", &[]),
            TestOutcome::OtherProgram { .. } => lang.text("app-test-other", &[("app", test.kind.into())]),
            TestOutcome::Failed(error) => {
                let status = i64::from(error.fault.status().unwrap_or_default());
                lang.text(error.fault.text_id(), &[("status", status.into())])
            }
        };
        Self { name: test.app.to_string(), ok: test.is_ok(), reason: test.reason(), message }
    }
}

/// How far an app's history was read.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = SyncState)]
pub struct SyncView {
    /// The app.
    #[schema(schema_with = schema::app_name)]
    app: String,
    /// The newest moment up to which every row is stored.
    #[schema(format = DateTime)]
    read_until: Option<String>,
    /// When the history was last read to its end.
    #[schema(format = DateTime)]
    last_success_at: Option<String>,
    /// When reading it last failed.
    #[schema(format = DateTime)]
    last_failure_at: Option<String>,
    /// Why it failed.
    last_failure: Option<ReasonView>,
    /// When the webhook was last heard.
    #[schema(format = DateTime)]
    last_webhook_at: Option<String>,
    /// Grabs that the history told of and the webhook did not.
    missed_webhooks: u64,
    /// When it is read next.
    #[schema(format = DateTime)]
    next_at: Option<String>,
}

impl SyncView {
    /// In this language.
    pub fn new(progress: SyncProgress, lang: Lang) -> Self {
        let date = |moment: Ts| moment.to_string();
        let known = progress.known;
        let failure = known.last_failure.filter(|_| known.last_failure_at > known.last_success_at);
        Self {
            app: progress.app.to_string(),
            read_until: known.cursor_at.map(date),
            last_success_at: known.last_success_at.map(date),
            last_failure_at: known.last_failure_at.map(date),
            last_failure: failure.and_then(|code| ReasonView::from_code(&code, lang)),
            last_webhook_at: known.last_webhook_at.map(date),
            missed_webhooks: progress.missed_webhooks,
            next_at: progress.next_at.map(date),
        }
    }
}
