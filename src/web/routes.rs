//! The one table of routes. Each names who may use it; what is not in the table needs credentials that nobody has.

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::handler::Handler;
use axum::http::Method;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{MethodFilter, MethodRouter, on};
use tower_http::catch_panic::CatchPanicLayer;

use super::access::{self, Access};
use super::problem::{Code, Problem};
use super::{WebState, api, arrival, downloads, feeds, health, hooks, metrics, observe};
use crate::auth::scope::Scope;

/// A route: its method and path, who may use it, what answers.
pub struct Route {
    /// The method; `GET` stands for `HEAD` too.
    pub method: Method,
    /// The path, with parameters in braces; also the label of its metrics.
    pub path: &'static str,
    /// Who may use it.
    pub access: Access,
    handler: MethodRouter<WebState>,
}

/// One line of the table.
fn route<H, T>(method: Method, path: &'static str, access: Access, handler: H) -> Route
where
    H: Handler<T, WebState>,
    T: 'static,
{
    let filter = MethodFilter::try_from(method.clone()).unwrap_or(MethodFilter::GET);
    Route { method, path, access, handler: on(filter, handler) }
}

/// Every route, in the order of the product.
pub fn table() -> Vec<Route> {
    use Access::{FeedSecret, Public, Scope as Of, WebhookSecret};
    let (get, post, put, delete) = (Method::GET, Method::POST, Method::PUT, Method::DELETE);
    vec![
        route(get.clone(), "/ping", Public, health::ping),
        route(get.clone(), "/health/live", Public, health::live),
        route(get.clone(), "/health/ready", Public, health::ready),
        route(post.clone(), "/hooks/{app}", WebhookSecret, hooks::receive),
        route(put, "/hooks/{app}", WebhookSecret, hooks::receive),
        route(get.clone(), "/f/{token}/rss.xml", FeedSecret, feeds::rss),
        route(get.clone(), "/f/{token}/torrent.json", FeedSecret, feeds::legacy_json),
        route(get.clone(), "/d/{feed}/{mac}/{file}", FeedSecret, downloads::torrent),
        route(get.clone(), "/api/v1/openapi.json", Public, api::document::show),
        route(get.clone(), "/api/v1/status", Of(Scope::Read), api::status::show),
        route(get.clone(), "/api/v1/grabs", Of(Scope::Read), api::grabs::list),
        route(get.clone(), "/api/v1/grabs/{id}", Of(Scope::Read), api::grabs::show),
        route(post.clone(), "/api/v1/grabs/{id}/retry", Of(Scope::Write), api::grabs::retry),
        route(get.clone(), "/api/v1/torrents", Of(Scope::Read), api::torrents::list),
        route(get.clone(), "/api/v1/torrents/{infohash}", Of(Scope::Read), api::torrents::show),
        route(get.clone(), "/api/v1/feeds", Of(Scope::Read), api::feeds::list),
        route(post.clone(), "/api/v1/feeds", Of(Scope::Write), api::feeds::create),
        route(get.clone(), "/api/v1/feeds/{id}", Of(Scope::Read), api::feeds::show),
        route(delete.clone(), "/api/v1/feeds/{id}", Of(Scope::Write), api::feeds::revoke),
        route(get.clone(), "/api/v1/apps", Of(Scope::Read), api::apps::list),
        route(post.clone(), "/api/v1/apps/{name}/test", Of(Scope::Write), api::apps::test),
        route(get.clone(), "/api/v1/sync", Of(Scope::Read), api::sync::show),
        route(post.clone(), "/api/v1/sync", Of(Scope::Write), api::sync::start),
        route(get.clone(), "/api/v1/keys", Of(Scope::Admin), api::keys::list),
        route(post, "/api/v1/keys", Of(Scope::Admin), api::keys::create),
        route(get.clone(), "/api/v1/keys/{id}", Of(Scope::Admin), api::keys::show),
        route(delete, "/api/v1/keys/{id}", Of(Scope::Admin), api::keys::revoke),
        route(get.clone(), "/api/v1/settings", Of(Scope::Admin), api::settings::list),
        route(get, "/metrics", Of(Scope::Metrics), metrics::show),
    ]
}

/// The largest body of any request, in bytes.
pub const MAX_BODY_BYTES: usize = 1024 * 1024;

/// The routes with what stands around them, below the URL base.
pub fn router(state: WebState, url_base: &str) -> Router {
    let mut routes = Router::new();
    for Route { path, access, handler, .. } in table() {
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
        .layer(from_fn_with_state(state.clone(), arrival::look))
        .layer(CatchPanicLayer::custom(super::problem::after_panic))
        .layer(from_fn(super::answer::common_headers))
        .layer(from_fn_with_state(state, observe::request))
}
