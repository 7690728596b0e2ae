//! `grabfeed sync [NAME]`: reads histories now, whether the service runs or not. What is found is fetched by the
//! service, or at its next start.

use std::io::Write;

use serde::Serialize;

use super::args::SyncArgs;
use super::context::{CommandError, Context, FAILED};
use super::run::block_on;
use crate::domain::app::PROWLARR;
use crate::ops::text::Lang;
use crate::pipeline::sync::{self, Summary, SyncError};
use crate::service;

/// What one reading came to.
#[derive(Debug, Serialize)]
struct Line {
    app: String,
    ok: bool,
    rows: usize,
    new: usize,
    message: String,
}

/// Runs the command.
pub fn run(args: &SyncArgs, context: &Context, out: &mut dyn Write) -> Result<u8, CommandError> {
    let settings = context.settings()?;
    let lang = context.lang_of(&settings);
    block_on(async {
        let store = context.open_store(&settings).await?;
        let deps = service::pipeline_parts(&settings, store, &context.surroundings(&settings))?;
        let asked = |app: &str| args.name.as_deref().is_none_or(|name| name.eq_ignore_ascii_case(app));
        let mut lines = Vec::new();
        for app in deps.apps.iter().filter(|app| asked(app.name.as_str())) {
            lines.push(line(app.name.as_str(), sync::app(&deps, app).await, lang)?);
        }
        if let Some(prowlarr) = deps.prowlarr.as_ref().filter(|_| asked(PROWLARR)) {
            lines.push(line(PROWLARR, sync::prowlarr(&deps, prowlarr).await, lang)?);
        }
        deps.store.close().await;
        tell(args, &lines, lang, out)
    })
}

fn line(app: &str, read: Result<Summary, SyncError>, lang: Lang) -> Result<Line, CommandError> {
    let app = app.to_owned();
    Ok(match read {
        Ok(Summary { rows, new, .. }) => {
            let message = lang.text("cli-sync-read", &[("rows", rows.into()), ("new", new.into())]);
            Line { app, ok: true, rows, new, message }
        }
        Err(SyncError::Upstream(error)) => {
            let message = super::app::unanswered(&error, lang);
            Line { app, ok: false, rows: 0, new: 0, message }
        }
        Err(SyncError::Store(error)) => return Err(error.into()),
    })
}

fn tell(args: &SyncArgs, lines: &[Line], lang: Lang, out: &mut dyn Write) -> Result<u8, CommandError> {
    if lines.is_empty() {
        writeln!(out, "{}", super::app::nobody(args.name.as_deref(), lang))?;
        return Ok(FAILED);
    }
    if args.json {
        writeln!(out, "{}", serde_json::json!(lines))?;
    } else {
        for line in lines {
            writeln!(out, "{} {}: {}", if line.ok { "✓" } else { "✗" }, line.app, line.message)?;
        }
    }
    Ok(if lines.iter().all(|line| line.ok) { 0 } else { FAILED })
}
