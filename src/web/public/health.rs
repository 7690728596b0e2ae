//! Whether the process lives, and whether it wants requests. No upstream is asked, and nothing is told of versions.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::ops::health::State as Life;
use crate::web::WebState;
use crate::web::problem::{Code, Problem};

/// `GET /ping`: the answer that the apps give too.
pub async fn ping() -> Json<Value> {
    Json(json!({ "status": "OK" }))
}

/// `GET /health`: the predecessor's probe. Its answer named the version and the time too, which are nobody's business.
pub async fn predecessor() -> Json<Value> {
    Json(json!({ "status": "ok" }))
}

/// `GET /health/live`: the process answers.
pub async fn live() -> Json<Value> {
    Json(json!({ "status": "live" }))
}

/// `GET /health/ready`: the database answers and the process is not about to stop.
pub async fn ready(State(state): State<WebState>) -> Response {
    if state.health.state() != Life::Ready {
        return Problem::new(Code::Unavailable).into_response();
    }
    match state.store().ping().await {
        Ok(()) => Json(json!({ "status": "ready" })).into_response(),
        Err(failure) => Problem::from(failure).into_response(),
    }
}
