//! What is told of each request: an id for the person, counts for the metrics, one line for the log.

use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;
use tracing::{Instrument, debug, error, info_span, warn};

use crate::ops::metrics::DbError;
use crate::ops::text::Lang;
use crate::web::WebState;
use crate::web::middleware::caller::Caller;
use crate::web::problem::Cause;

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
    request.extensions_mut().insert(RequestLang(lang));
    request.extensions_mut().insert(RequestId(id.clone()));
    let span = info_span!("request", request_id = %id, address = %caller.address);
    let mut response = next.run(request).instrument(span.clone()).await;
    if let Some(cause) = response.extensions().get::<Cause>() {
        let _inside = span.enter();
        log_database_failure(&state, &route, cause);
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

/// The name under which the log tells of this request; an extension of it.
#[derive(Debug, Clone)]
pub struct RequestId(pub String);

/// Logs and counts the failure of the database behind an answer.
fn log_database_failure(state: &WebState, route: &str, cause: &Cause) {
    let failure = cause.failure();
    state.metrics().db_failed(DbError::from_kind(failure.kind()));
    error!(event = "web.database-failed", during = route, cause = %failure);
}

/// The language that the asker wants, which the guard and pages find in the request.
#[derive(Debug, Clone, Copy)]
pub struct RequestLang(pub Lang);

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
