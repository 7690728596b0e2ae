//! `/api/v1/grabs`: what the apps grabbed, what became of it, and why.

use axum::extract::State;
use axum::http::StatusCode;
use axum::{Extension, Json};
use serde::Serialize;
use serde_json::Value;
use tracing::info;
use utoipa::{IntoParams, ToSchema};

use super::asked::{Named, Query};
use super::paging::{Page, Paging};
use super::reason::Told;
use super::words;
use crate::domain::app::AppName;
use crate::domain::grab::{self, GrabState};
use crate::domain::ids::GrabId;
use crate::domain::reason::Reason;
use crate::domain::text::indexer_key;
use crate::domain::time::Ts;
use crate::ops::text::Lang;
use crate::store::{self, GrabFilter, GrabSort};
use crate::web::WebState;
use crate::web::access::guard::Identity;
use crate::web::middleware::caller::Caller;
use crate::web::middleware::observe::AskedLang;
use crate::web::problem::{Code, Problem};

/// A grab, without its link.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Grab {
    /// Its number.
    #[schema(schema_with = words::row_number)]
    id: i64,
    /// The app that made it.
    #[schema(schema_with = words::app_name)]
    app: String,
    /// What that app is.
    #[schema(schema_with = words::app_kinds)]
    kind: &'static str,
    /// Where it stands.
    #[schema(schema_with = words::grab_states)]
    state: &'static str,
    /// Code of the reason why it waits, failed or was skipped.
    #[schema(schema_with = words::maybe_reason)]
    reason: Option<&'static str>,
    /// The sentence for the reason, in the language of `Accept-Language`.
    message: Option<String>,
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

impl Grab {
    fn of(grab: grab::Grab, lang: Lang) -> Self {
        let date = |moment: Ts| moment.to_string();
        Self {
            id: grab.id.0,
            app: grab.app.to_string(),
            kind: grab.kind.as_str(),
            state: grab.state.as_str(),
            reason: grab.reason.map(Reason::code),
            message: grab.reason.map(|reason| lang.text(&format!("reason-{reason}"), &[])),
            title: grab.title,
            indexer: grab.indexer,
            infohash: grab.expected_infohash.map(|hash| hash.to_string()),
            size_bytes: grab.size_bytes,
            attempts: grab.attempts,
            grabbed_at: date(grab.grabbed_at),
            created_at: date(grab.created_at),
            next_attempt_at: grab.next_attempt_at.map(date),
            finished_at: grab.finished_at.map(date),
            seen_by_webhook: grab.seen_by_webhook,
            seen_in_history: grab.seen_in_history,
        }
    }
}

/// A try to get a grab's torrent.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Attempt {
    /// When.
    #[schema(format = DateTime)]
    at: String,
    /// What was tried: `lookup`, `download` or `search`.
    step: String,
    /// How it ended: `ready`, `retry`, `failed` or `skipped`.
    outcome: String,
    /// Why.
    reason: Option<Told>,
    /// The refused candidates with their reasons, or the status of the answer.
    detail: Option<Value>,
    /// How long it took, in milliseconds.
    duration_ms: i64,
    /// When the next one was due.
    #[schema(format = DateTime)]
    next_attempt_at: Option<String>,
}

impl Attempt {
    fn of(attempt: store::Attempt, lang: Lang) -> Self {
        Self {
            at: Ts::from_millis(attempt.at).to_string(),
            step: attempt.step,
            outcome: attempt.outcome,
            reason: attempt.reason.and_then(|code| Told::of_code(&code, lang)),
            detail: attempt.detail.and_then(|text| serde_json::from_str(&text).ok()),
            duration_ms: attempt.duration_ms,
            next_attempt_at: attempt.next_attempt_at.map(|at| Ts::from_millis(at).to_string()),
        }
    }
}

/// A grab with its timeline.
#[derive(Debug, Serialize, ToSchema)]
pub struct GrabWithAttempts {
    /// The grab.
    grab: Grab,
    /// Its tries, the oldest first; the newest 200.
    attempts: Vec<Attempt>,
}

/// Which grabs are asked for.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub struct Filter {
    /// What they are sorted by; `createdAt` unless asked otherwise.
    #[param(required = false, schema_with = words::grab_sort_keys)]
    sort_key: GrabSort,
    /// Only this state.
    #[param(schema_with = words::grab_states)]
    state: Option<GrabState>,
    /// Only this app.
    #[param(schema_with = words::app_name)]
    app: Option<AppName>,
    /// Only this reason.
    #[param(schema_with = words::reasons)]
    reason: Option<Reason>,
    /// Only those with this text in their title, whatever its case.
    #[param(schema_with = words::searched)]
    title: Option<String>,
}

impl Filter {
    fn take(query: &mut Query) -> Result<Self, Problem> {
        Ok(Self {
            sort_key: query.take("sortKey", GrabSort::from_name)?.unwrap_or_default(),
            state: query.take("state", GrabState::from_name)?,
            app: query.take("app", |name| AppName::parse(name).ok())?,
            reason: query.take("reason", Reason::from_code)?,
            title: query.take_text("title")?,
        })
    }
}

/// List grabs.
#[utoipa::path(get, path = "/api/v1/grabs", tag = "grabs", operation_id = "listGrabs",
    params(Paging, Filter),
    responses((status = 200, description = "A page of grabs.", body = Page<Grab>)),
    extensions(("x-problems" = json!(["invalid-value", "bad-request"]))))]
pub async fn list(
    State(state): State<WebState>,
    Extension(AskedLang(lang)): Extension<AskedLang>,
    mut query: Query,
) -> Result<Json<Page<Grab>>, Problem> {
    let paging = Paging::take(&mut query)?;
    let Filter { sort_key, state: asked, app, reason, title } = Filter::take(&mut query)?;
    query.finish()?;
    let filter =
        GrabFilter { state: asked, app, reason, title, sort: sort_key, direction: paging.sort_direction };
    let found = state.store().grabs(&filter, paging.page_size, paging.offset()).await;
    let found = found?;
    let records = found.grabs.into_iter().map(|grab| Grab::of(grab, lang)).collect();
    Ok(Json(paging.page(sort_key.as_str(), found.total, records)))
}

/// Get a grab with its timeline.
#[utoipa::path(get, path = "/api/v1/grabs/{id}", tag = "grabs", operation_id = "getGrab",
    params(("id" = i64, Path, description = "The grab's number.", minimum = 1)),
    responses((status = 200, description = "The grab.", body = GrabWithAttempts)),
    extensions(("x-problems" = json!(["not-found"]))))]
pub async fn show(
    State(state): State<WebState>,
    Extension(AskedLang(lang)): Extension<AskedLang>,
    Named(id): Named<i64>,
) -> Result<Json<GrabWithAttempts>, Problem> {
    let grab = find(&state, GrabId(id)).await?;
    let attempts = state.store().attempts(grab.id).await?;
    let attempts = attempts.into_iter().map(|attempt| Attempt::of(attempt, lang)).collect();
    Ok(Json(GrabWithAttempts { grab: Grab::of(grab, lang), attempts }))
}

/// Try a failed or skipped grab again. 409 if it is neither.
#[utoipa::path(post, path = "/api/v1/grabs/{id}/retry", tag = "grabs", operation_id = "retryGrab",
    params(("id" = i64, Path, description = "The grab's number.", minimum = 1)),
    responses((status = 202, description = "It is pending again.", body = Grab)),
    extensions(("x-problems" = json!(["not-found", "conflict"]))))]
pub async fn retry(
    State(state): State<WebState>,
    caller: Caller,
    Extension(identity): Extension<Identity>,
    Extension(AskedLang(lang)): Extension<AskedLang>,
    Named(id): Named<i64>,
) -> Result<(StatusCode, Json<Grab>), Problem> {
    let id = GrabId(id);
    let indexer = find(&state, id).await?.indexer;
    let now = state.store().now().await?;
    if !state.store().retry_grab(id, now).await? {
        return Err(Problem::new(Code::Conflict));
    }
    // The person knows that the indexer is well again.
    if let Some(indexer) = indexer {
        state.store().free_indexer(&indexer_key(&indexer)).await?;
    }
    state.deps.wake.notify_one();
    info!(event = "grab.retried", grab = id.0, actor = identity.actor(), address = %caller.address);
    let grab = find(&state, id).await?;
    Ok((StatusCode::ACCEPTED, Json(Grab::of(grab, lang))))
}

async fn find(state: &WebState, id: GrabId) -> Result<grab::Grab, Problem> {
    let found = state.store().grab(id).await?;
    found.ok_or(Problem::new(Code::NotFound))
}
