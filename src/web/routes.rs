//! The one table of routes. Each names who may use it; what is not in the table needs credentials that nobody has.

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{MethodRouter, get, post};
use tower_http::catch_panic::CatchPanicLayer;

use super::access::{self, Access};
use super::problem::{Code, Problem};
use super::{WebState, api, downloads, feeds, health, hooks, metrics, observe};
use crate::auth::scope::Scope;

/// A route: its path, who may use it, what answers.
pub struct Route {
    /// The path, with parameters in braces; also the label of its metrics.
    pub path: &'static str,
    /// Who may use it.
    pub access: Access,
    handler: MethodRouter<WebState>,
}

/// Every route, in the order of the product.
pub fn table() -> Vec<Route> {
    use Access::{FeedSecret, Key, Public, WebhookSecret};
    let route = |path, access, handler| Route { path, access, handler };
    vec![
        route("/ping", Public, get(health::ping)),
        route("/health/live", Public, get(health::live)),
        route("/health/ready", Public, get(health::ready)),
        route("/hooks/{app}", WebhookSecret, post(hooks::receive).put(hooks::receive)),
        route("/f/{token}/rss.xml", FeedSecret, get(feeds::rss)),
        route("/f/{token}/torrent.json", FeedSecret, get(feeds::legacy_json)),
        route("/d/{feed}/{mac}/{file}", FeedSecret, get(downloads::torrent)),
        route("/api/v1/grabs", Key(Scope::Read), get(api::grabs::list)),
        route("/metrics", Key(Scope::Metrics), get(metrics::show)),
    ]
}

/// The largest body of any request, in bytes.
pub const MAX_BODY_BYTES: usize = 1024 * 1024;

/// The routes with what stands around them, below the URL base.
pub fn router(state: WebState, url_base: &str) -> Router {
    let mut routes = Router::new();
    for Route { path, access, handler } in table() {
        let guarded = handler.layer(from_fn_with_state((state.clone(), access), access::guard));
        routes = routes.route(path, guarded);
    }
    let routes = routes
        .fallback(|| async { Problem::new(Code::Unauthorized) })
        .method_not_allowed_fallback(|| async { Problem::new(Code::MethodNotAllowed) })
        .with_state(state.clone());
    let based = if url_base.is_empty() { routes } else { Router::new().nest(url_base, routes) };
    based
        .fallback(|| async { Problem::new(Code::Unauthorized) })
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
        .layer(CatchPanicLayer::custom(super::problem::after_panic))
        .layer(from_fn(super::answer::common_headers))
        .layer(from_fn_with_state(state, observe::request))
}
