//! `grabfeed grab list|show|retry`: what became of each grab, why, and the retry button.

use std::io::Write;

use super::args::{GrabCommand, GrabListArgs, GrabRetryArgs, GrabShowArgs};
use super::context::{CommandError, Context, FAILED};
use super::run::block_on;
use super::table;
use crate::domain::grab::{Grab, GrabState};
use crate::domain::ids::GrabId;
use crate::domain::text::indexer_key;
use crate::domain::time::Ts;
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
        let rows: Vec<_> = grabs.iter().map(|grab| json(grab, lang)).collect();
        writeln!(out, "{}", serde_json::Value::from(rows))?;
        return Ok(0);
    }
    let heading = ["number", "app", "state", "title", "reason"].map(|word| column(word, lang));
    let rows: Vec<Vec<String>> = grabs
        .iter()
        .map(|grab| {
            let state = lang.text(&format!("cli-grab-state-{}", grab.state.as_str()), &[]);
            let reason = grab.reason.map(|reason| reason.code().to_owned()).unwrap_or_default();
            vec![grab.id.to_string(), grab.app.to_string(), state, grab.title.clone(), reason]
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
    let id = GrabId(args.number);
    let Some(grab) = store.grab(id).await? else { return unknown(args.number, lang, out) };
    let attempts = store.attempts(id).await?;
    if args.json {
        let mut object = json(&grab, lang);
        object["attempts"] = attempts.iter().map(attempt_json).collect();
        writeln!(out, "{object}")?;
        return Ok(0);
    }
    writeln!(out, "{}", grab.title)?;
    let state = lang.text(&format!("cli-grab-state-{}", grab.state.as_str()), &[]);
    writeln!(out, "{} · {} · {state}", grab.app, grab.indexer.as_deref().unwrap_or("?"))?;
    if let Some(reason) = grab.reason {
        writeln!(out, "{}", lang.text(&format!("reason-{reason}"), &[]))?;
    }
    for attempt in &attempts {
        writeln!(out, "{}", timeline(attempt, lang))?;
    }
    Ok(0)
}

/// One line of a grab's timeline.
fn timeline(attempt: &Attempt, lang: Lang) -> String {
    let step = lang.text(&format!("cli-grab-step-{}", attempt.step), &[]);
    let reason = attempt.reason.as_deref().map(|code| format!(" ({code})")).unwrap_or_default();
    let next = attempt.next_attempt_at.map(|at| format!(" → {}", Ts::from_millis(at))).unwrap_or_default();
    format!("  {}  {step}: {}{reason}{next}", Ts::from_millis(attempt.at), attempt.outcome)
}

async fn retry(
    args: &GrabRetryArgs,
    store: &Store,
    lang: Lang,
    out: &mut dyn Write,
) -> Result<u8, CommandError> {
    const MOST: u32 = 500;
    let ids: Vec<GrabId> = if let Some(number) = args.number {
        vec![GrabId(number)]
    } else {
        let failed = GrabFilter { state: Some(GrabState::Failed), ..GrabFilter::default() };
        store.grabs(&failed, MOST, 0).await?.grabs.iter().map(|grab| grab.id).collect()
    };
    let now = store.now().await?;
    let mut retried = 0_usize;
    for id in &ids {
        let Some(grab) = store.grab(*id).await? else { return unknown(id.0, lang, out) };
        if store.retry_grab(*id, now).await? {
            retried += 1;
            // The person knows that the indexer is well again.
            if let Some(indexer) = grab.indexer.as_deref() {
                store.free_indexer(&indexer_key(indexer)).await?;
            }
        }
    }
    writeln!(out, "{}", lang.text("cli-grab-retried", &[("count", retried.into())]))?;
    Ok(if retried == 0 && args.number.is_some() { FAILED } else { 0 })
}

fn unknown(number: i64, lang: Lang, out: &mut dyn Write) -> Result<u8, CommandError> {
    writeln!(out, "{}", lang.text("cli-grab-unknown", &[("number", number.into())]))?;
    Ok(FAILED)
}

fn column(word: &str, lang: Lang) -> String {
    lang.text(&format!("cli-column-{word}"), &[])
}

fn json(grab: &Grab, lang: Lang) -> serde_json::Value {
    let date = |moment: Option<Ts>| moment.map(|moment| moment.to_string());
    serde_json::json!({
        "id": grab.id.0,
        "app": grab.app.as_str(),
        "state": grab.state.as_str(),
        "reason": grab.reason.map(crate::domain::reason::Reason::code),
        "message": grab.reason.map(|reason| lang.text(&format!("reason-{reason}"), &[])),
        "title": grab.title,
        "indexer": grab.indexer,
        "grabbed_at": grab.grabbed_at.to_string(),
        "next_attempt_at": date(grab.next_attempt_at),
        "finished_at": date(grab.finished_at),
    })
}

fn attempt_json(attempt: &Attempt) -> serde_json::Value {
    serde_json::json!({
        "at": Ts::from_millis(attempt.at).to_string(),
        "step": attempt.step,
        "outcome": attempt.outcome,
        "reason": attempt.reason,
        "detail": attempt.detail.as_deref().and_then(|text| serde_json::from_str::<serde_json::Value>(text).ok()),
        "duration_ms": attempt.duration_ms,
        "next_attempt_at": attempt.next_attempt_at.map(|at| Ts::from_millis(at).to_string()),
    })
}
