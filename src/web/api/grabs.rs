//! `GET /api/v1/grabs`: the grabs, newest first, with paging like the apps' own.

use axum::Json;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};

use crate::domain::app::AppName;
use crate::domain::grab::{Grab, GrabState};
use crate::domain::reason::Reason;
use crate::domain::time::Ts;
use crate::store::GrabFilter;
use crate::web::WebState;
use crate::web::problem::{Code, Problem};

/// The largest page.
const MAX_PAGE_SIZE: u32 = 500;

/// What is asked for.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Asked {
    #[serde(default = "first_page")]
    page: u32,
    #[serde(default = "usual_page_size")]
    page_size: u32,
    state: Option<String>,
    app: Option<String>,
}

const fn first_page() -> u32 {
    1
}

const fn usual_page_size() -> u32 {
    50
}

/// A page of grabs.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_field_names, reason = "the names are those of the apps' own paging")]
struct Page {
    page: u32,
    page_size: u32,
    total_records: u64,
    records: Vec<Row>,
}

/// A grab, without its link.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Row {
    id: i64,
    app: String,
    kind: &'static str,
    state: &'static str,
    reason: Option<&'static str>,
    title: String,
    indexer: Option<String>,
    infohash: Option<String>,
    size_bytes: Option<u64>,
    attempts: u32,
    grabbed_at: String,
    next_attempt_at: Option<String>,
    finished_at: Option<String>,
}

impl From<Grab> for Row {
    fn from(grab: Grab) -> Self {
        let date = |moment: Ts| moment.to_string();
        Self {
            id: grab.id.0,
            app: grab.app.to_string(),
            kind: grab.kind.as_str(),
            state: grab.state.as_str(),
            reason: grab.reason.map(Reason::code),
            title: grab.title,
            indexer: grab.indexer,
            infohash: grab.expected_infohash.map(|hash| hash.to_string()),
            size_bytes: grab.size_bytes,
            attempts: grab.attempts,
            grabbed_at: date(grab.grabbed_at),
            next_attempt_at: grab.next_attempt_at.map(date),
            finished_at: grab.finished_at.map(date),
        }
    }
}

/// Lists grabs.
pub async fn list(
    State(state): State<WebState>,
    asked: Result<Query<Asked>, axum::extract::rejection::QueryRejection>,
) -> Response {
    match page(&state, asked).await {
        Ok(page) => Json(page).into_response(),
        Err(problem) => problem.into_response(),
    }
}

async fn page(
    state: &WebState,
    asked: Result<Query<Asked>, axum::extract::rejection::QueryRejection>,
) -> Result<Page, Problem> {
    let bad = Problem::new(Code::BadRequest);
    let Query(asked) = asked.map_err(|_| bad)?;
    if asked.page == 0 || asked.page_size == 0 || asked.page_size > MAX_PAGE_SIZE {
        return Err(bad);
    }
    let filter = GrabFilter {
        state: asked.state.as_deref().map(|name| GrabState::from_name(name).ok_or(bad)).transpose()?,
        app: asked.app.as_deref().map(|name| AppName::parse(name).map_err(|_| bad)).transpose()?,
    };
    let offset = u64::from(asked.page - 1) * u64::from(asked.page_size);
    let found = state.store().grabs(&filter, asked.page_size, offset).await;
    let found = found.map_err(|failure| state.database_failed("grabs", &failure))?;
    Ok(Page {
        page: asked.page,
        page_size: asked.page_size,
        total_records: found.total,
        records: found.grabs.into_iter().map(Row::from).collect(),
    })
}
