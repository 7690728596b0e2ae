//! Grabs, without their links, and their timelines.

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::reason::{ReasonView, sentence};
use super::schema;
use crate::domain::grab::Grab;
use crate::domain::reason::Reason;
use crate::domain::time::Ts;
use crate::ops::text::Lang;
use crate::store::Attempt;

/// A grab, without its link.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Grab)]
pub struct GrabView {
    /// Its number.
    #[schema(schema_with = schema::row_number)]
    id: i64,
    /// The app that made it.
    #[schema(schema_with = schema::app_name)]
    app: String,
    /// What that app is.
    #[schema(schema_with = schema::app_kinds)]
    kind: &'static str,
    /// Where it stands.
    #[schema(schema_with = schema::grab_states)]
    state: &'static str,
    /// Code of the reason why it waits, failed or was skipped.
    #[schema(schema_with = schema::maybe_reason)]
    reason: Option<&'static str>,
    /// The sentence for the reason, in the language of `Accept-Language`.
    message: Option<String>,
    /// Until when its indexer is left alone after a failure, if that is what it waits for.
    #[schema(format = DateTime)]
    held_until: Option<String>,
    /// The release's title.
    title: String,
    /// The indexer's name as the app gives it.
    indexer: Option<String>,
    /// The infohash that the torrent must have, where the app named one.
    infohash: Option<String>,
    /// Size of the content, where known.
    size_bytes: Option<u64>,
    /// Tries of the current round.
    attempts: u32,
    /// When the app made it.
    #[schema(format = DateTime)]
    grabbed_at: String,
    /// When it was first heard of.
    #[schema(format = DateTime)]
    created_at: String,
    /// When the next try is due, while it is pending.
    #[schema(format = DateTime)]
    next_attempt_at: Option<String>,
    /// When it left `pending`.
    #[schema(format = DateTime)]
    finished_at: Option<String>,
    /// Whether the app's webhook told of it.
    seen_by_webhook: bool,
    /// Whether a history told of it.
    seen_in_history: bool,
}

impl GrabView {
    /// In this language.
    pub fn new(grab: Grab, lang: Lang) -> Self {
        let date = |moment: Ts| moment.to_string();
        let (reason, next_attempt_at) = (grab.waits_for(), grab.next_try_at());
        Self {
            id: grab.id.0,
            app: grab.app.to_string(),
            kind: grab.kind.as_str(),
            state: grab.state.as_str(),
            reason: reason.map(Reason::code),
            message: reason.map(|reason| sentence(reason, grab.reason_about.as_deref(), lang)),
            held_until: grab.held.map(|held| date(held.until)),
            title: grab.title,
            indexer: grab.indexer,
            infohash: grab.expected_infohash.map(|hash| hash.to_string()),
            size_bytes: grab.size_bytes,
            attempts: grab.attempts,
            grabbed_at: date(grab.grabbed_at),
            created_at: date(grab.created_at),
            next_attempt_at: next_attempt_at.map(date),
            finished_at: grab.finished_at.map(date),
            seen_by_webhook: grab.seen_by_webhook,
            seen_in_history: grab.seen_in_history,
        }
    }
}

/// A try to get a grab's torrent.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Attempt)]
pub struct AttemptView {
    /// When.
    #[schema(format = DateTime)]
    at: String,
    /// What was tried: `history`, `download` or `search`.
    step: &'static str,
    /// How it ended: `ready`, `retry`, `failed` or `skipped`.
    outcome: &'static str,
    /// Why.
    reason: Option<ReasonView>,
    /// The refused candidates with their reasons, the status of the answer, or the place that was refused.
    detail: Option<Value>,
    /// How long it took, in milliseconds.
    duration_ms: i64,
    /// When the next one was due.
    #[schema(format = DateTime)]
    next_attempt_at: Option<String>,
}

impl AttemptView {
    /// In this language.
    pub fn new(attempt: Attempt, lang: Lang) -> Self {
        let detail: Option<Value> = attempt.detail.and_then(|text| serde_json::from_str(&text).ok());
        let place = detail.as_ref().and_then(|detail| detail.get("place")).and_then(Value::as_str);
        Self {
            at: attempt.at.to_string(),
            step: attempt.step.as_str(),
            outcome: attempt.outcome.as_str(),
            reason: attempt.reason.map(|reason| ReasonView::about(reason, place, lang)),
            detail,
            duration_ms: attempt.duration.as_millis().try_into().unwrap_or(i64::MAX),
            next_attempt_at: attempt.next_attempt_at.map(|at| at.to_string()),
        }
    }
}

/// A grab with its timeline.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = GrabWithAttempts)]
pub struct GrabWithAttemptsView {
    /// The grab.
    grab: GrabView,
    /// Its tries, the oldest first; the newest 200.
    attempts: Vec<AttemptView>,
}

impl GrabWithAttemptsView {
    /// In this language.
    pub fn new(grab: Grab, attempts: Vec<Attempt>, lang: Lang) -> Self {
        let attempts = attempts.into_iter().map(|attempt| AttemptView::new(attempt, lang)).collect();
        Self { grab: GrabView::new(grab, lang), attempts }
    }
}
