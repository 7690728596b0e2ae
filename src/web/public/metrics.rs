//! `GET /metrics`: what the process counted. Nothing is asked for it.

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};

use crate::web::WebState;
use crate::web::problem::{Code, Problem};

/// The metrics in Prometheus' text form.
pub async fn show(State(state): State<WebState>) -> Response {
    if !state.metrics_enabled {
        return Problem::new(Code::NotFound).into_response();
    }
    let text_type = "text/plain; version=0.0.4; charset=utf-8";
    ([(header::CONTENT_TYPE, text_type)], state.metrics().encode()).into_response()
}
