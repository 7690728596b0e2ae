//! What is told of each request: an id for the person, counts for the metrics, one line for the log.

use std::time::Instant;

use axum::body::Body;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;
use tracing::{Instrument, debug, error, info_span, warn};

use crate::ops::metrics::DbError;
use crate::ops::text::Lang;
use crate::web::WebState;
use crate::web::middleware::caller::Caller;
use crate::web::problem::{Cause, Problem};
use crate::web::ui::view::{self, Frame, ProblemPage};

/// The label of requests that match no route, so that strangers cannot make series.
const UNMATCHED: &str = "unmatched";

/// Goes around every request.
pub async fn request(
    State(state): State<WebState>,
    caller: Caller,
    mut request: Request,
    next: Next,
) -> Response {
    let started = Instant::now();
    let in_flight = state.metrics().request_begins();
    let id = hex::encode(rand::random::<[u8; 8]>());
    let route = request.extensions().get::<MatchedPath>().map_or(UNMATCHED, MatchedPath::as_str).to_owned();
    let method = request.method().clone();
    let lang = language(request.headers(), state.lang);
    let to_a_person = wants_page(request.headers());
    request.extensions_mut().insert(AskedLang(lang));
    let span = info_span!("request", request_id = %id, address = %caller.address);
    let mut response = next.run(request).instrument(span.clone()).await;
    if let Some(cause) = response.extensions().get::<Cause>() {
        let _inside = span.enter();
        log_database_failure(&state, &route, cause);
    }
    if let Some(problem) = response.extensions().get::<Problem>().cloned() {
        tell(&state, &mut response, &problem, lang, &id, to_a_person);
    }
    if let Ok(id) = HeaderValue::from_str(&id) {
        response.headers_mut().insert("x-request-id", id);
    }
    let (status, took) = (response.status().as_u16(), started.elapsed());
    state.metrics().request_answered(method.as_str(), &route, status, took);
    drop(in_flight);
    let milliseconds = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
    if status >= 500 {
        warn!(event = "web.request-failed", request_id = %id, method = %method, route, status, milliseconds);
    } else {
        debug!(event = "web.request-answered", request_id = %id, method = %method, route, status, milliseconds);
    }
    response
}

/// Logs and counts the failure of the database behind an answer.
fn log_database_failure(state: &WebState, route: &str, cause: &Cause) {
    let failure = cause.failure();
    state.metrics().db_failed(DbError::of(failure.kind()));
    error!(event = "web.database-failed", during = route, cause = %failure);
}

/// The language that the asker wants, which the guard and pages find in the request.
#[derive(Debug, Clone, Copy)]
pub struct AskedLang(pub Lang);

/// Writes the body of a problem: a page for a person, JSON for a program.
fn tell(
    state: &WebState,
    response: &mut Response,
    problem: &Problem,
    lang: Lang,
    id: &str,
    to_a_person: bool,
) {
    let headers = response.headers_mut();
    headers.remove(header::CONTENT_LENGTH);
    if to_a_person {
        let bare = Frame::bare(lang, &state.url_base, "problem");
        let frame = Frame { problem: Some(problem.sentence(lang)), ..bare };
        let shown = view::page(problem.code().status(), &ProblemPage { frame, request_id: id });
        if let Some(kind) = shown.headers().get(header::CONTENT_TYPE) {
            headers.insert(header::CONTENT_TYPE, kind.clone());
        }
        *response.body_mut() = shown.into_body();
    } else {
        let json = HeaderValue::from_static("application/problem+json; charset=utf-8");
        headers.insert(header::CONTENT_TYPE, json);
        *response.body_mut() = Body::from(problem.body(lang, id));
    }
}

/// Whether a browser shows the answer to a person: programs do not ask for HTML.
fn wants_page(headers: &HeaderMap) -> bool {
    let wanted = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    wanted.split(',').any(|kind| kind.split(';').next().is_some_and(|kind| kind.trim() == "text/html"))
}

/// French or English, whichever the asker names first.
fn language(headers: &HeaderMap, default: Lang) -> Lang {
    let wanted =
        headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    wanted
        .split(',')
        .filter_map(|choice| choice.split([';', '-']).next())
        .find_map(|choice| Lang::parse(choice.trim()))
        .unwrap_or(default)
}
