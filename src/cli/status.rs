//! `grabfeed status`: how the service is doing, and what a person should know of.

use std::io::Write;

use super::args::ListArgs;
use super::context::{CommandError, Context};
use super::run::block_on;
use crate::admin::status;
use crate::admin::view::finding::FindingView;
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
        let findings: Vec<_> =
            status.findings.into_iter().map(|finding| FindingView::new(finding, lang)).collect();
        if args.json {
            let grabs: serde_json::Map<_, _> = status
                .grabs
                .iter()
                .map(|(state, count)| (state.as_str().to_owned(), (*count).into()))
                .collect();
            let said = serde_json::json!({ "grabs": grabs, "torrents": status.torrents, "feeds": status.feeds,
                "missedWebhooks": status.missed_webhooks, "findings": findings });
            writeln!(out, "{said}")?;
            return Ok(0);
        }
        for (state, count) in status.grabs {
            let state = lang.text(&format!("cli-grab-state-{}", state.as_str()), &[]);
            writeln!(out, "{count} {state}")?;
        }
        let (torrents, feeds) = (status.torrents.into(), status.feeds.into());
        writeln!(out, "{}", lang.text("cli-status-kept", &[("torrents", torrents), ("feeds", feeds)]))?;
        if findings.is_empty() {
            writeln!(out, "{}", lang.text("cli-status-nothing-found", &[]))?;
        }
        for finding in findings {
            writeln!(out, "! {}", finding.message)?;
        }
        Ok(0)
    })
}
