//! `grabfeed app list|test|webhook`: the connections with the apps.

use std::io::Write;

use secrecy::ExposeSecret;
use serde::Serialize;

use super::args::{AppCommand, TestArgs};
use super::context::{CommandError, Context, FAILED};
use super::run::block_on;
use super::{feed, table};
use crate::config::Settings;
use crate::domain::app::{AppKind, AppName};
use crate::ops::text::Lang;
use crate::pipeline::deps::Deps;
use crate::service::{self, PROWLARR};
use crate::upstream::connection::SystemStatus;
use crate::upstream::error::ApiError;

/// Runs the command.
pub fn run(command: &AppCommand, context: &Context, out: &mut dyn Write) -> Result<u8, CommandError> {
    let settings = context.settings()?;
    let lang = context.lang_of(&settings);
    match command {
        AppCommand::List(args) => list(&settings, args.json, lang, out),
        AppCommand::Test(args) => block_on(test(args, context, &settings, lang, out)),
        AppCommand::Webhook(args) => block_on(webhook(&args.name, context, &settings, lang, out)),
    }
}

fn list(settings: &Settings, json: bool, lang: Lang, out: &mut dyn Write) -> Result<u8, CommandError> {
    let mut rows: Vec<(String, AppKind, String, bool)> = settings
        .apps
        .iter()
        .map(|app| (app.name.to_string(), app.kind, app.url.to_string(), app.enabled))
        .collect();
    if let Some(prowlarr) = &settings.prowlarr {
        rows.push((PROWLARR.to_owned(), AppKind::Prowlarr, prowlarr.url.to_string(), true));
    }
    if json {
        let rows: Vec<_> = rows
            .iter()
            .map(|(name, kind, url, enabled)| {
                serde_json::json!({ "name": name, "type": kind.as_str(), "url": url, "enabled": enabled })
            })
            .collect();
        writeln!(out, "{}", serde_json::Value::from(rows))?;
        return Ok(0);
    }
    let heading =
        ["name", "type", "url", "enabled"].map(|word| lang.text(&format!("cli-column-{word}"), &[]));
    let yes_no = |yes| lang.text(if yes { "cli-yes" } else { "cli-no" }, &[]);
    let rows: Vec<Vec<String>> = rows
        .into_iter()
        .map(|(name, kind, url, enabled)| vec![name, kind.to_string(), url, yes_no(enabled)])
        .collect();
    table::write(out, &heading, &rows)?;
    Ok(0)
}

/// What a test of one connection found.
#[derive(Debug, Serialize)]
struct Tested {
    name: String,
    ok: bool,
    app: Option<String>,
    version: Option<String>,
    reason: Option<&'static str>,
    message: String,
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
    let mut tested = Vec::new();
    for (name, kind, answer) in ask(&deps, args.name.as_deref()).await {
        tested.push(judge(name, kind, answer, lang));
    }
    if tested.is_empty() {
        writeln!(out, "{}", nobody(args.name.as_deref(), lang))?;
        return Ok(FAILED);
    }
    if args.json {
        writeln!(out, "{}", serde_json::json!(tested))?;
    } else {
        for one in &tested {
            writeln!(out, "{} {}: {}", if one.ok { "✓" } else { "✗" }, one.name, one.message)?;
        }
    }
    Ok(if tested.iter().all(|one| one.ok) { 0 } else { FAILED })
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

type Answer = (String, AppKind, Result<SystemStatus, ApiError>);

async fn ask(deps: &Deps, name: Option<&str>) -> Vec<Answer> {
    let asked = |app: &str| name.is_none_or(|name| name.eq_ignore_ascii_case(app));
    let mut answers = Vec::new();
    for app in deps.apps.iter().filter(|app| asked(app.name.as_str())) {
        answers.push((app.name.to_string(), app.kind, app.client.status().await));
    }
    if let Some(prowlarr) = deps.prowlarr.as_ref().filter(|_| asked(PROWLARR)) {
        answers.push((PROWLARR.to_owned(), AppKind::Prowlarr, prowlarr.client.status().await));
    }
    answers
}

/// An answer from another program than the settings name (a wrong port) is no success.
fn judge(name: String, kind: AppKind, answer: Result<SystemStatus, ApiError>, lang: Lang) -> Tested {
    match answer {
        Ok(status) => {
            let ok = status.app_name.eq_ignore_ascii_case(kind.as_str());
            let id = match (ok, status.app_name.is_empty()) {
                (true, _) => "cli-app-answers",
                (false, false) => "cli-app-other",
                (false, true) => "cli-app-stranger",
            };
            let args =
                [("app", status.app_name.as_str().into()), ("version", status.version.as_str().into())];
            let message = lang.text(id, &args);
            Tested {
                name,
                ok,
                app: Some(status.app_name).filter(|app| !app.is_empty()),
                version: Some(status.version).filter(|version| ok && !version.is_empty()),
                reason: None,
                message,
            }
        }
        Err(error) => {
            let reason = error.fault.text_id().trim_start_matches("upstream-");
            let message = unanswered(&error, lang);
            Tested { name, ok: false, app: None, version: None, reason: Some(reason), message }
        }
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
        let secret = service::generated_secret(&store, &name).await?;
        store.close().await;
        secret
    };
    let url = format!("{}/hooks/{name}", feed::base_url(settings));
    let args = [("url", url.as_str().into()), ("secret", secret.expose_secret().into())];
    writeln!(out, "{}", lang.text("cli-app-webhook-answer", &args))?;
    Ok(0)
}
