//! What is told of each request: an id for the person, counts for the metrics, one line for the log.

use std::time::Instant;

use axum::body::Body;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;
use tracing::{Instrument, debug, info_span, warn};

use super::WebState;
use super::problem::Problem;
use crate::ops::text::Lang;

/// The label of requests that match no route, so that strangers cannot make series.
const UNMATCHED: &str = "unmatched";

/// Goes around every request.
pub async fn request(State(state): State<WebState>, mut request: Request, next: Next) -> Response {
    let started = Instant::now();
    let in_flight = state.metrics().request_begins();
    let id = hex::encode(rand::random::<[u8; 8]>());
    let route = request.extensions().get::<MatchedPath>().map_or(UNMATCHED, MatchedPath::as_str).to_owned();
    let method = request.method().clone();
    let lang = language(request.headers(), state.lang);
    request.extensions_mut().insert(AskedLang(lang));
    let span = info_span!("request", request_id = %id);
    let mut response = next.run(request).instrument(span).await;
    if let Some(problem) = response.extensions().get::<Problem>().copied() {
        *response.body_mut() = Body::from(problem.body(lang, &id));
        let json = HeaderValue::from_static("application/problem+json; charset=utf-8");
        response.headers_mut().insert(header::CONTENT_TYPE, json);
        response.headers_mut().remove(header::CONTENT_LENGTH);
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

/// The language that the asker wants, which handlers find in the request.
#[derive(Debug, Clone, Copy)]
pub struct AskedLang(pub Lang);

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
