//! Which other sites' pages may read answers of the API (cross-origin resource sharing, C41).
//!
//! Owns: what `cors.allow_origins` comes to. Nothing is told to anybody while the list is empty. An origin of the list
//! is matched whole, byte by byte, and never lends the person's cookie: such a page shows a key of its own.
//! Must not know: handlers.

use std::time::Duration;

use axum::Router;
use axum::http::{HeaderName, HeaderValue, Method, header};
use tower_http::cors::CorsLayer;

/// The routes that other sites' pages may use.
pub const PREFIX: &str = "/api/v1/";
/// How long a browser may remember what it was told.
const REMEMBERED: Duration = Duration::from_hours(1);

/// Puts the rule around routes, outside their guards: a browser asks what it may do before it shows a key.
pub fn around<S: Clone + Send + Sync + 'static>(routes: Router<S>, allow_origins: &[String]) -> Router<S> {
    // The settings hold origins as browsers write them, which are ASCII.
    let origins: Vec<_> =
        allow_origins.iter().filter_map(|origin| HeaderValue::from_str(origin).ok()).collect();
    if origins.is_empty() {
        return routes;
    }
    let [key, id] = ["x-api-key", "x-request-id"].map(HeaderName::from_static);
    routes.layer(
        CorsLayer::new()
            .allow_origin(origins)
            .allow_methods([Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE])
            .allow_headers([header::AUTHORIZATION, header::CONTENT_TYPE, key])
            .expose_headers([header::RETRY_AFTER, id])
            .max_age(REMEMBERED),
    )
}
