//! The one table of routes. Each names who may use it; what is not in the table needs credentials that nobody has.

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::handler::Handler;
use axum::http::Method;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{MethodFilter, MethodRouter, on};
use tower_http::catch_panic::CatchPanicLayer;

use crate::auth::scope::Scope;
use crate::web::WebState;
use crate::web::access::guard::{self, Access};
use crate::web::access::oidc;
use crate::web::api;
use crate::web::api::setup;
use crate::web::middleware::caller;
use crate::web::middleware::cors;
use crate::web::middleware::headers;
use crate::web::middleware::observe;
use crate::web::problem::{Code, Problem};
use crate::web::public::downloads;
use crate::web::public::feeds;
use crate::web::public::health;
use crate::web::public::hooks;
use crate::web::public::metrics;
use crate::web::public::predecessor;
use crate::web::ui;

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

const GET: Method = Method::GET;
const POST: Method = Method::POST;
const PUT: Method = Method::PUT;
const DELETE: Method = Method::DELETE;

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
    use Access::{Administrator, FeedSecret, Page, Public, Scope as Of, SetupToken, WebhookSecret};
    vec![
        route(GET, "/", Page, ui::home::show),
        route(GET, "/login", Public, ui::login::show),
        route(POST, "/login", Public, ui::login::enter),
        route(POST, "/logout", Page, ui::login::leave),
        route(GET, "/setup", SetupToken, ui::setup::show),
        route(POST, "/setup", SetupToken, ui::setup::create),
        route(GET, "/account", Page, ui::account::show),
        route(POST, "/account/password", Page, ui::account::change_password),
        route(POST, "/account/sessions/{id}/end", Page, ui::account::end_session),
        route(POST, "/account/sessions/end-others", Page, ui::account::end_others),
        route(GET, "/static/app.css", Public, ui::assets::style),
        route(GET, "/static/icon.svg", Public, ui::assets::icon),
        route(GET, "/login/oidc", Public, oidc::start),
        route(GET, "/login/oidc/callback", Public, oidc::callback),
        route(GET, "/ping", Public, health::ping),
        route(GET, "/health", Public, health::old),
        route(GET, "/health/live", Public, health::live),
        route(GET, "/health/ready", Public, health::ready),
        route(POST, "/hooks/{app}", WebhookSecret, hooks::receive),
        route(PUT, "/hooks/{app}", WebhookSecret, hooks::receive),
        route(POST, "/api/webhook/grab", WebhookSecret, hooks::receive_old),
        route(PUT, "/api/webhook/grab", WebhookSecret, hooks::receive_old),
        route(GET, "/f/{token}/rss.xml", FeedSecret, feeds::rss),
        route(GET, "/f/{token}/torrent.json", FeedSecret, feeds::predecessor_json),
        route(GET, "/d/{feed}/{mac}/{file}", FeedSecret, downloads::torrent),
        route(GET, "/rss", Of(Scope::Feed), predecessor::rss),
        route(GET, "/rss.xml", Of(Scope::Feed), predecessor::rss),
        route(GET, "/feed", Of(Scope::Feed), predecessor::rss),
        route(GET, "/rss/torrent.json", Of(Scope::Feed), predecessor::json),
        route(GET, "/rss/tracker/{tracker}", Of(Scope::Feed), predecessor::tracker_rss),
        route(GET, "/rss/tracker/{tracker}/json", Of(Scope::Feed), predecessor::tracker_json),
        route(GET, "/torrents/{file}", Of(Scope::Feed), predecessor::torrent),
        route(GET, "/api/v1/openapi.json", Public, api::document::show),
        route(GET, "/api/v1/status", Of(Scope::Read), api::status::show),
        route(GET, "/api/v1/setup", Public, setup::show),
        route(POST, "/api/v1/setup", SetupToken, setup::create),
        route(GET, "/api/v1/grabs", Of(Scope::Read), api::grabs::list),
        route(GET, "/api/v1/grabs/{id}", Of(Scope::Read), api::grabs::show),
        route(POST, "/api/v1/grabs/{id}/retry", Of(Scope::Write), api::grabs::retry),
        route(GET, "/api/v1/torrents", Of(Scope::Read), api::torrents::list),
        route(GET, "/api/v1/torrents/{infohash}", Of(Scope::Read), api::torrents::show),
        route(GET, "/api/v1/feeds", Of(Scope::Read), api::feeds::list),
        route(POST, "/api/v1/feeds", Of(Scope::Write), api::feeds::create),
        route(GET, "/api/v1/feeds/{id}", Of(Scope::Read), api::feeds::show),
        route(POST, "/api/v1/feeds/{id}/rotate", Of(Scope::Write), api::feeds::rotate),
        route(DELETE, "/api/v1/feeds/{id}", Of(Scope::Write), api::feeds::revoke),
        route(GET, "/api/v1/apps", Of(Scope::Read), api::apps::list),
        route(POST, "/api/v1/apps/{name}/test", Of(Scope::Write), api::apps::test),
        route(GET, "/api/v1/sync", Of(Scope::Read), api::sync::show),
        route(POST, "/api/v1/sync", Of(Scope::Write), api::sync::start),
        route(GET, "/api/v1/keys", Of(Scope::Admin), api::keys::list),
        route(POST, "/api/v1/keys", Of(Scope::Admin), api::keys::create),
        route(GET, "/api/v1/keys/{id}", Of(Scope::Admin), api::keys::show),
        route(DELETE, "/api/v1/keys/{id}", Of(Scope::Admin), api::keys::revoke),
        route(GET, "/api/v1/settings", Of(Scope::Admin), api::settings::list),
        route(POST, "/api/v1/session", Public, api::session::begin),
        route(GET, "/api/v1/session", Administrator, api::session::show),
        route(DELETE, "/api/v1/session", Administrator, api::session::end),
        route(GET, "/api/v1/sessions", Of(Scope::Admin), api::sessions::list),
        route(DELETE, "/api/v1/sessions", Of(Scope::Admin), api::sessions::end_others),
        route(DELETE, "/api/v1/sessions/{id}", Of(Scope::Admin), api::sessions::end),
        route(PUT, "/api/v1/account/password", Administrator, api::account::change_password),
        route(GET, "/metrics", Of(Scope::Metrics), metrics::show),
    ]
}

/// The largest body of any request, in bytes.
pub const MAX_BODY_BYTES: usize = 1024 * 1024;

/// A route's handler behind its guard.
fn guarded(state: &WebState, route: Route) -> MethodRouter<WebState> {
    route.handler.layer(from_fn_with_state((state.clone(), route.access), guard::guard))
}

/// The routes with what stands around them, below the URL base.
pub fn router(state: WebState, url_base: &str) -> Router {
    let (mut routes, mut shared) = (Router::new(), Router::new());
    for route in table() {
        let path = route.path;
        if path.starts_with(cors::PREFIX) {
            shared = shared.route(path, guarded(&state, route));
        } else {
            routes = routes.route(path, guarded(&state, route));
        }
    }
    let not_allowed = || async { Problem::new(Code::MethodNotAllowed) };
    let shared = cors::around(shared.method_not_allowed_fallback(not_allowed), &state.cors_origins);
    let routes = routes
        .method_not_allowed_fallback(not_allowed)
        .merge(shared)
        .fallback(|| async { Problem::new(Code::Unauthorized) })
        .with_state(state.clone());
    let based = if url_base.is_empty() {
        routes
    } else {
        // The first page lies at the base with a slash too: that is where we lead browsers, and how people write it.
        let first = table().into_iter().filter(|route| route.path == "/");
        let with_slash = first.fold(Router::new(), |router, route| {
            router.route(&format!("{url_base}/"), guarded(&state, route))
        });
        Router::new().nest(url_base, routes).merge(with_slash.with_state(state.clone()))
    };
    based
        .fallback(|| async { Problem::new(Code::Unauthorized) })
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
        .layer(from_fn_with_state(state.clone(), caller::refuse_foreign))
        .layer(CatchPanicLayer::custom(crate::web::problem::after_panic))
        .layer(from_fn_with_state(state.clone(), observe::request))
        .layer(from_fn(headers::common_headers))
        .layer(from_fn_with_state(state, caller::identify))
}
