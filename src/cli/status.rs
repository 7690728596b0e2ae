//! `grabfeed status`: how the service is doing, and what a person should know of.

use std::io::Write;

use super::args::ListArgs;
use super::context::{CommandError, Context};
use super::run::block_on;
use crate::admin::status;
use crate::admin::view::finding::FindingView;
use crate::admin::view::status::StatusView;
use crate::service;

/// Runs the command.
pub fn run(args: &ListArgs, context: &Context, out: &mut dyn Write) -> Result<u8, CommandError> {
    let settings = context.settings()?;
    let lang = context.lang_of(&settings);
    block_on(async {
        let store = context.open_store(&settings).await?;
        let deps = service::pipeline_parts(&settings, store, &context.surroundings(&settings))?;
        let status = status::status(&deps).await?;
        deps.store.close().await;
        if args.json {
            writeln!(out, "{}", serde_json::json!(StatusView::new(status, lang)))?;
            return Ok(0);
        }
        for (state, count) in status.grabs {
            let state = lang.text(&format!("cli-grab-state-{}", state.as_str()), &[]);
            writeln!(out, "{count} {state}")?;
        }
        let (torrents, feeds) = (status.torrents.into(), status.feeds.into());
        writeln!(out, "{}", lang.text("cli-status-kept", &[("torrents", torrents), ("feeds", feeds)]))?;
        if status.findings.is_empty() {
            writeln!(out, "{}", lang.text("cli-status-nothing-found", &[]))?;
        }
        for finding in status.findings {
            writeln!(out, "! {}", FindingView::new(finding, lang).message)?;
        }
        Ok(0)
    })
}
