//! `grabfeed grab list|show|retry`: what became of each grab, why, and the retry button.

use std::io::Write;

use super::args::{GrabCommand, GrabListArgs, GrabRetryArgs, GrabShowArgs};
use super::context::{CommandError, Context, FAILED};
use super::refusal::{self, Thing};
use super::run::block_on;
use super::table;
use crate::admin::view::grab::{GrabView, GrabWithAttemptsView};
use crate::admin::view::reason::sentence;
use crate::admin::{Actor, AdminError, grabs};
use crate::domain::ids::GrabId;
use crate::ops::text::Lang;
use crate::store::{Attempt, GrabFilter, Store};

/// Runs the command.
pub fn run(command: &GrabCommand, context: &Context, out: &mut dyn Write) -> Result<u8, CommandError> {
    let settings = context.settings()?;
    let lang = context.lang_of(&settings);
    block_on(async {
        let store = context.open_store(&settings).await?;
        let code = match command {
            GrabCommand::List(args) => list(args, &store, lang, out).await?,
            GrabCommand::Show(args) => show(args, &store, lang, out).await?,
            GrabCommand::Retry(args) => retry(args, &store, lang, out).await?,
        };
        store.close().await;
        Ok(code)
    })
}

async fn list(
    args: &GrabListArgs,
    store: &Store,
    lang: Lang,
    out: &mut dyn Write,
) -> Result<u8, CommandError> {
    let filter = GrabFilter { state: args.state, ..GrabFilter::default() };
    let grabs = store.grabs(&filter, args.limit, 0).await?.grabs;
    if args.json {
        let rows: Vec<GrabView> = grabs.into_iter().map(|grab| GrabView::new(grab, lang)).collect();
        writeln!(out, "{}", serde_json::json!(rows))?;
        return Ok(0);
    }
    let heading = ["number", "app", "state", "title", "reason", "next-try"].map(|word| column(word, lang));
    let rows: Vec<Vec<String>> = grabs
        .iter()
        .map(|grab| {
            let state = lang.text(&format!("cli-grab-state-{}", grab.state.as_str()), &[]);
            let reason = grab.waits_for().map(|reason| reason.code().to_owned()).unwrap_or_default();
            let next_try = grab.next_try_at().map(|at| at.to_string()).unwrap_or_default();
            vec![grab.id.to_string(), grab.app.to_string(), state, grab.title.clone(), reason, next_try]
        })
        .collect();
    table::write(out, &heading, &rows)?;
    Ok(0)
}

async fn show(
    args: &GrabShowArgs,
    store: &Store,
    lang: Lang,
    out: &mut dyn Write,
) -> Result<u8, CommandError> {
    let (grab, attempts) = match grabs::find_with_attempts(store, GrabId(args.number)).await {
        Ok(found) => found,
        Err(error) => return refusal::write(error, Thing::Grab, &args.number.to_string(), lang, out),
    };
    if args.json {
        writeln!(out, "{}", serde_json::json!(GrabWithAttemptsView::new(grab, attempts, lang)))?;
        return Ok(0);
    }
    writeln!(out, "{}", grab.title)?;
    let state = lang.text(&format!("cli-grab-state-{}", grab.state.as_str()), &[]);
    writeln!(out, "{} · {} · {state}", grab.app, grab.indexer.as_deref().unwrap_or("?"))?;
    if let Some(reason) = grab.waits_for() {
        writeln!(out, "{}", sentence(reason, grab.reason_about.as_deref(), lang))?;
    }
    if let Some(at) = grab.next_try_at() {
        let at = at.to_string();
        writeln!(out, "{}", lang.text("cli-grab-next-try", &[("at", at.as_str().into())]))?;
    }
    for attempt in &attempts {
        writeln!(out, "{}", timeline(attempt, lang))?;
    }
    Ok(0)
}

/// One line of a grab's timeline.
fn timeline(attempt: &Attempt, lang: Lang) -> String {
    let step = lang.text(&format!("cli-grab-step-{}", attempt.step), &[]);
    let reason = attempt.reason.map(|reason| format!(" ({})", reason.code())).unwrap_or_default();
    let next = attempt.next_attempt_at.map(|at| format!(" → {at}")).unwrap_or_default();
    format!("  {}  {step}: {}{reason}{next}", attempt.at, attempt.outcome)
}

async fn retry(
    args: &GrabRetryArgs,
    store: &Store,
    lang: Lang,
    out: &mut dyn Write,
) -> Result<u8, CommandError> {
    let actor = Actor::command_line();
    let retried = match args.number {
        None => grabs::retry_failed(store, &actor).await,
        Some(number) => match grabs::retry(store, &actor, GrabId(number), None).await {
            Ok(_) => Ok(1),
            // It is neither given up nor skipped.
            Err(AdminError::Conflict) => Ok(0),
            Err(error) => Err(error),
        },
    };
    match retried {
        Ok(retried) => {
            writeln!(out, "{}", lang.text("cli-grab-retried", &[("count", retried.into())]))?;
            Ok(if retried == 0 && args.number.is_some() { FAILED } else { 0 })
        }
        Err(error) => {
            let number = args.number.unwrap_or_default().to_string();
            refusal::write(error, Thing::Grab, &number, lang, out)
        }
    }
}

fn column(word: &str, lang: Lang) -> String {
    lang.text(&format!("cli-column-{word}"), &[])
}
