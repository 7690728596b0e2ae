//! What stands before every route of a simulated app: URL base, version header, API key, counters, faults.
//!
//! After `UrlBaseMiddleware.cs`, `VersionMiddleware.cs` and `ApiKeyAuthenticationHandler.cs`, the same in every app.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde_json::json;

use super::answers::{self, FromErrorPipeline, Place};
use super::counters::Counters;
use super::faults::{Caller, Target};
use super::query::Query;
use super::shared::Shared;

/// The door of one simulated app.
#[derive(Debug)]
pub(crate) struct Gate {
    /// The app's name in the world.
    pub name: String,
    /// Its API key.
    pub key: String,
    /// Its version.
    pub version: &'static str,
    /// Its URL base: empty, or with a leading slash and no trailing one.
    pub url_base: String,
    /// The current API, such as `v3`.
    pub api: &'static str,
    /// The world.
    pub shared: Arc<Shared>,
}

/// Puts the door before an app's routes. `keyed` need the key; `/ping` never does.
pub(crate) fn routes(gate: &Arc<Gate>, keyed: Router) -> Router {
    let current = gate.api;
    let keyed = keyed
        .route(
            "/api",
            get(async move || answers::api(StatusCode::OK, &json!({ "current": current, "deprecated": [] }))),
        )
        .layer(axum::middleware::from_fn_with_state(Arc::clone(gate), need_key));
    let open = Router::new().route("/ping", get(ping));
    let all = open.merge(keyed).layer(axum::middleware::from_fn_with_state(Arc::clone(gate), version_header));
    if gate.url_base.is_empty() {
        return all;
    }
    let base = gate.url_base.clone();
    Router::new().nest(&gate.url_base, all).fallback(async move |uri: Uri| under_base(&base, &uri))
}

/// Answers without a key, and is kept by caches as Prowlarr's downloads are.
async fn ping() -> Response {
    let kept = [(header::CACHE_CONTROL, "max-age=31536000, public")];
    (kept, answers::api(StatusCode::OK, &json!({ "status": "OK" }))).into_response()
}

/// 307 to the same path and query below the URL base.
fn under_base(base: &str, uri: &Uri) -> Response {
    if uri.path().starts_with(&format!("{base}/")) {
        return StatusCode::NOT_FOUND.into_response();
    }
    let asked = uri.path_and_query().map_or("/", |path| path.as_str());
    let location = HeaderValue::from_str(&format!("{base}{asked}")).unwrap_or(HeaderValue::from_static("/"));
    (StatusCode::TEMPORARY_REDIRECT, [(header::LOCATION, location)]).into_response()
}

async fn version_header(State(gate): State<Arc<Gate>>, request: Request, next: Next) -> Response {
    let below_api = request.uri().path().starts_with("/api");
    // The download proxy refuses it itself, with its own headers.
    let is_download = request.uri().path().ends_with("/download");
    let mut answer = if request.method() == Method::HEAD && !is_download {
        StatusCode::METHOD_NOT_ALLOWED.into_response()
    } else {
        next.run(request).await
    };
    let begins_anew = answer.extensions().get::<FromErrorPipeline>().is_some();
    if below_api && !begins_anew && answer.status() != StatusCode::UNAUTHORIZED {
        answer.headers_mut().insert("X-Application-Version", HeaderValue::from_static(gate.version));
    }
    answer
}

async fn need_key(State(gate): State<Arc<Gate>>, request: Request, next: Next) -> Response {
    let query = Query::parse(request.uri().query().unwrap_or_default());
    if presented_key(&query, request.headers()) != Some(gate.key.as_str()) {
        gate.shared.count(|counters| Counters::bump(&mut counters.refused_keys, &gate.name));
        return StatusCode::UNAUTHORIZED.into_response();
    }
    let path = request.uri().path();
    if !path.starts_with("/api") {
        return next.run(request).await;
    }
    let history = path.contains("/history");
    gate.shared.count(|counters| {
        Counters::bump(&mut counters.api_requests, &gate.name);
        if history {
            Counters::bump(&mut counters.history_requests, &gate.name);
        }
    });
    let mut targets = vec![Target::Api(gate.name.clone())];
    if history {
        targets.push(Target::History(gate.name.clone()));
    }
    let Some(fault) = gate.shared.faults.take(&targets, Caller::Outside) else {
        return next.run(request).await;
    };
    let asked = request.uri().to_string();
    let place = Place { now: gate.shared.clock.now(), below_api: true, asked: &asked, release: None };
    match answers::instead(fault, place) {
        Some(answer) => answer,
        None => answers::spoil(fault, next.run(request).await).await,
    }
}

/// The first credential that is present wins, right or wrong: query, header, `Authorization`.
fn presented_key<'a>(query: &'a Query, headers: &'a HeaderMap) -> Option<&'a str> {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let bare = |value: &'a str| value.strip_prefix("Bearer ").unwrap_or(value);
    query.first("apikey").or_else(|| header("X-Api-Key")).or_else(|| header("Authorization").map(bare))
}
