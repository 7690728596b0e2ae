//! `grabfeed app list|test|webhook`: the connections with the apps.

use std::io::Write;

use secrecy::ExposeSecret;

use super::args::{AppCommand, ListArgs, TestArgs};
use super::context::{CommandError, Context, FAILED};
use super::run::block_on;
use super::{feed, table};
use crate::admin::apps::{self, AppTest, TestOutcome};
use crate::admin::view::app::{AppTestView, AppView, SyncView};
use crate::admin::{Actor, sync, webhook_secret};
use crate::config::Settings;
use crate::domain::app::{AppKind, AppName, PROWLARR};
use crate::ops::text::Lang;
use crate::service;
use crate::upstream::error::ApiError;

/// Runs the command.
pub fn run(command: &AppCommand, context: &Context, out: &mut dyn Write) -> Result<u8, CommandError> {
    let settings = context.settings()?;
    let lang = context.lang_of(&settings);
    match command {
        AppCommand::List(args) => block_on(list(args, context, &settings, lang, out)),
        AppCommand::Test(args) => block_on(test(args, context, &settings, lang, out)),
        AppCommand::Webhook(args) => block_on(webhook(&args.name, context, &settings, lang, out)),
    }
}

async fn list(
    args: &ListArgs,
    context: &Context,
    settings: &Settings,
    lang: Lang,
    out: &mut dyn Write,
) -> Result<u8, CommandError> {
    let apps = service::configured_apps(settings);
    if args.json {
        let store = context.open_store(settings).await?;
        let base = feed::base_url(settings);
        let read = sync::progress(&store, apps.iter().map(|app| &app.name)).await?;
        let rows: Vec<AppView> = apps
            .iter()
            .zip(read)
            .map(|(app, progress)| {
                let url = format!("{base}/hooks/{}", app.name);
                AppView::new(app, url, app.enabled.then(|| SyncView::new(progress, lang)))
            })
            .collect();
        store.close().await;
        writeln!(out, "{}", serde_json::json!(rows))?;
        return Ok(0);
    }
    let heading =
        ["name", "type", "url", "enabled"].map(|word| lang.text(&format!("cli-column-{word}"), &[]));
    let yes_no = |yes| lang.text(if yes { "cli-yes" } else { "cli-no" }, &[]);
    let rows: Vec<Vec<String>> = apps
        .into_iter()
        .map(|app| vec![app.name.to_string(), app.kind.to_string(), app.url.to_string(), yes_no(app.enabled)])
        .collect();
    table::write(out, &heading, &rows)?;
    let store = context.open_store(settings).await?;
    for foreign in store.foreign_sources().await? {
        let (source, downloads) = (foreign.source.as_str().into(), foreign.downloads.into());
        let is_app = foreign.source.parse::<AppKind>().is_ok();
        let id = if is_app { "cli-app-foreign-app" } else { "cli-app-foreign-program" };
        writeln!(out, "{}", lang.text(id, &[("source", source), ("downloads", downloads)]))?;
    }
    store.close().await;
    Ok(0)
}

async fn test(
    args: &TestArgs,
    context: &Context,
    settings: &Settings,
    lang: Lang,
    out: &mut dyn Write,
) -> Result<u8, CommandError> {
    let store = context.open_store(settings).await?;
    let deps = service::pipeline_parts(settings, store, &context.surroundings(settings))?;
    let tests = apps::test(&deps, &Actor::command_line(), args.name.as_deref()).await;
    if tests.is_empty() {
        writeln!(out, "{}", nobody(args.name.as_deref(), lang))?;
        return Ok(FAILED);
    }
    if args.json {
        let rows: Vec<AppTestView> = tests.iter().map(|test| AppTestView::new(test, lang)).collect();
        writeln!(out, "{}", serde_json::json!(rows))?;
    } else {
        for test in &tests {
            let sign = if test.is_ok() { "✓" } else { "✗" };
            writeln!(out, "{sign} {}: {}", test.app, finding(test, lang))?;
        }
    }
    Ok(if tests.iter().all(AppTest::is_ok) { 0 } else { FAILED })
}

/// What a test found, for somebody with a shell on the machine, who may know what answered.
fn finding(test: &AppTest, lang: Lang) -> String {
    match &test.outcome {
        TestOutcome::Answers { name, version } if version.is_empty() => {
            lang.text("cli-app-answers-alone", &[("app", name.as_str().into())])
        }
        TestOutcome::Answers { name, version } => lang
            .text("cli-app-answers", &[("app", name.as_str().into()), ("version", version.as_str().into())]),
        TestOutcome::OtherProgram { name } if name.is_empty() => lang.text("cli-app-stranger", &[]),
        TestOutcome::OtherProgram { name } => lang.text("cli-app-other", &[("app", name.as_str().into())]),
        TestOutcome::Failed(error) => unanswered(error, lang),
    }
}

/// Why an app could not be read, and what to do.
pub(super) fn unanswered(error: &ApiError, lang: Lang) -> String {
    let status = error.fault.status().unwrap_or_default();
    lang.text(error.fault.text_id(), &[("status", i64::from(status).into())])
}

/// The sentence for a name that no app has, or for no app at all.
pub(super) fn nobody(name: Option<&str>, lang: Lang) -> String {
    match name {
        Some(name) => lang.text("cli-app-unknown", &[("name", name.into())]),
        None => lang.text("cli-app-none", &[]),
    }
}

async fn webhook(
    name: &str,
    context: &Context,
    settings: &Settings,
    lang: Lang,
    out: &mut dyn Write,
) -> Result<u8, CommandError> {
    let unknown = || nobody(Some(name), lang);
    let Ok(name) = AppName::parse(name) else {
        writeln!(out, "{}", unknown())?;
        return Ok(FAILED);
    };
    let configured = settings.apps.iter().find(|app| app.name == name);
    if configured.is_none() && !(settings.prowlarr.is_some() && name.as_str() == PROWLARR) {
        writeln!(out, "{}", unknown())?;
        return Ok(FAILED);
    }
    let secret = if let Some(secret) = configured.and_then(|app| app.webhook_secret.clone()) {
        secret
    } else {
        let store = context.open_store(settings).await?;
        let secret = webhook_secret::of_app(&store, &name).await?;
        store.close().await;
        secret
    };
    let url = format!("{}/hooks/{name}", feed::base_url(settings));
    let args = [("url", url.as_str().into()), ("secret", secret.expose_secret().into())];
    writeln!(out, "{}", lang.text("cli-app-webhook-answer", &args))?;
    let is_prowlarr = configured.is_none_or(|app| app.kind == AppKind::Prowlarr);
    let events = if is_prowlarr { "cli-app-webhook-prowlarr" } else { "cli-app-webhook-events" };
    writeln!(out, "{}", lang.text(events, &[]))?;
    Ok(0)
}
