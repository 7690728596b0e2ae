//! The one table of routes. Each names who may use it; what is not in the table needs credentials that nobody has.

use axum::Extension;
use std::ops::Deref;

use axum::Router;
use axum::extract::{DefaultBodyLimit, State};
use axum::handler::Handler;
use axum::http::Method;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{MethodFilter, MethodRouter, on};
use tower::ServiceExt;
use tower_http::catch_panic::CatchPanicLayer;

use crate::auth::scope::Scope;
use crate::publish::format::FeedFormat;
use crate::web::WebState;
use crate::web::access::feed_secret::OpenedFeed;
use crate::web::access::{Access, RouteAccess, guard, oidc, proxy};
use crate::web::api;
use crate::web::api::document::ApiDocument;
use crate::web::middleware::{caller, cors, headers, observe, slashes};
use crate::web::problem::{self, Code, Problem};
use crate::web::public::reading::Reader;
use crate::web::public::{downloads, feeds, health, hooks, metrics, predecessor};
use crate::web::state::MAX_BODY_BYTES;
use crate::web::ui;

/// A route: its method and path, who may use it, what answers.
pub struct Route {
    /// What documents describe of it.
    pub described: RouteAccess,
    handler: MethodRouter<WebState>,
    shows_form_again: bool,
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
    let described = RouteAccess { method, path, access };
    Route { described, handler: on(filter, handler), shows_form_again: false }
}

impl Deref for Route {
    type Target = RouteAccess;

    fn deref(&self) -> &RouteAccess {
        &self.described
    }
}

impl Route {
    /// The set-up's form is shown again where what it held was refused.
    fn showing_form_again(self) -> Self {
        Self { shows_form_again: true, ..self }
    }
}

/// Every route, in the order of the product.
pub fn table() -> Vec<Route> {
    pages().into_iter().chain(for_programs()).chain(feed_formats()).chain(api()).collect()
}

/// Every route, as documents describe it.
pub fn described() -> Vec<RouteAccess> {
    table().into_iter().map(|route| route.described).collect()
}

/// What people see.
fn pages() -> Vec<Route> {
    use Access::{BeforeSetup, Page, Public, SetupToken};
    vec![
        route(GET, "/", Page, ui::home::show),
        route(GET, "/login", Public, ui::login::show),
        route(POST, "/login", Public, ui::login::enter),
        route(POST, "/logout", Page, ui::login::leave),
        route(GET, "/setup", BeforeSetup, ui::setup::show),
        route(POST, "/setup", SetupToken, ui::setup::create).showing_form_again(),
        route(GET, "/account", Page, ui::account::show),
        route(POST, "/account/password", Page, ui::account::change_password),
        route(POST, "/account/sessions/{id}/end", Page, ui::account::end_session),
        route(POST, "/account/sessions/end-others", Page, ui::account::end_others),
        route(GET, "/static/app.css", Public, ui::assets::style),
        route(GET, "/static/icon.svg", Public, ui::assets::icon),
        route(GET, "/login/oidc", Public, oidc::start),
        route(GET, "/login/oidc/callback", Public, oidc::callback),
    ]
}

/// What programs without an account use: probes, apps, clients, scripts of the predecessor's users, Prometheus.
fn for_programs() -> Vec<Route> {
    use Access::{DownloadLink, Public, Scope as Of, WebhookSecret};
    vec![
        route(GET, "/ping", Public, health::ping),
        route(GET, "/health", Public, health::predecessor),
        route(GET, "/health/live", Public, health::live),
        route(GET, "/health/ready", Public, health::ready),
        route(POST, "/hooks/{app}", WebhookSecret, hooks::receive),
        route(PUT, "/hooks/{app}", WebhookSecret, hooks::receive),
        route(POST, "/api/webhook/grab", WebhookSecret, hooks::receive),
        route(PUT, "/api/webhook/grab", WebhookSecret, hooks::receive),
        route(GET, "/d/{feed}/{mac}/{file}", DownloadLink, downloads::torrent),
        route(GET, "/rss", Of(Scope::Feed), predecessor::rss),
        route(GET, "/rss.xml", Of(Scope::Feed), predecessor::rss),
        route(GET, "/feed", Of(Scope::Feed), predecessor::rss),
        route(GET, "/rss/torrent.json", Of(Scope::Feed), predecessor::json),
        route(GET, "/rss/tracker/{tracker}", Of(Scope::Feed), predecessor::tracker_rss),
        route(GET, "/rss/tracker/{tracker}/json", Of(Scope::Feed), predecessor::tracker_json),
        route(GET, "/torrents/{file}", Of(Scope::Feed), predecessor::torrent),
        route(GET, "/metrics", Of(Scope::Metrics), metrics::show),
    ]
}

/// Feeds, one route for each format.
fn feed_formats() -> Vec<Route> {
    let show = |format: FeedFormat| {
        move |State(state): State<WebState>, feed: Extension<OpenedFeed>, reader: Reader| {
            feeds::show(state, feed, reader, format)
        }
    };
    let of_format = |format: FeedFormat| route(GET, format.route(), Access::FeedToken, show(format));
    FeedFormat::ALL.map(of_format).into()
}

/// The API.
fn api() -> Vec<Route> {
    use Access::{Administrator, Public, Scope as Of, SetupToken};
    vec![
        route(GET, "/api/v1/openapi.json", Public, api::document::show),
        route(GET, "/api/v1/status", Of(Scope::Read), api::status::show),
        route(GET, "/api/v1/setup", Public, api::setup::show),
        route(POST, "/api/v1/setup", SetupToken, api::setup::create),
        route(GET, "/api/v1/grabs", Of(Scope::Read), api::grabs::list),
        route(GET, "/api/v1/grabs/{id}", Of(Scope::Read), api::grabs::show),
        route(POST, "/api/v1/grabs/{id}/retry", Of(Scope::Write), api::grabs::retry),
        route(GET, "/api/v1/torrents", Of(Scope::Read), api::torrents::list),
        route(GET, "/api/v1/torrents/{infohash}", Of(Scope::Read), api::torrents::show),
        route(GET, "/api/v1/feeds", Of(Scope::Read), api::feeds::list),
        route(POST, "/api/v1/feeds", Of(Scope::Admin), api::feeds::create),
        route(GET, "/api/v1/feeds/{id}", Of(Scope::Read), api::feeds::show),
        route(POST, "/api/v1/feeds/{id}/rotate", Of(Scope::Admin), api::feeds::rotate),
        route(DELETE, "/api/v1/feeds/{id}", Of(Scope::Admin), api::feeds::revoke),
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
    ]
}

/// A route's handler behind its guard.
fn guarded(state: &WebState, route: Route) -> MethodRouter<WebState> {
    let handler =
        route.handler.layer(from_fn_with_state((state.clone(), route.described.access), guard::guard));
    if route.shows_form_again {
        handler.layer(from_fn_with_state(state.clone(), ui::setup::show_again))
    } else {
        handler
    }
}

/// The routes with what stands around them, below the URL base.
pub fn router(state: WebState, url_base: &str) -> Router {
    let (mut routes, mut shared) = (Router::new(), Router::new());
    for route in table() {
        let path = route.described.path;
        if path.starts_with(cors::PREFIX) {
            shared = shared.route(path, guarded(&state, route));
        } else {
            routes = routes.route(path, guarded(&state, route));
        }
    }
    let not_allowed = || async { Problem::new(Code::MethodNotAllowed) };
    let shared = shared.layer(Extension(ApiDocument::new(described)));
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
        let first = table().into_iter().filter(|route| route.described.path == "/");
        let with_slash = first.fold(Router::new(), |router, route| {
            router.route(&format!("{url_base}/"), guarded(&state, route))
        });
        Router::new().nest(url_base, routes).merge(with_slash.with_state(state.clone()))
    };
    let answered = based
        .fallback(|| async { Problem::new(Code::Unauthorized) })
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
        .layer(from_fn_with_state(state.clone(), proxy::take_word))
        .layer(from_fn_with_state(state.clone(), caller::refuse_foreign))
        .layer(CatchPanicLayer::custom(problem::after_panic))
        .layer(from_fn_with_state(state.clone(), ui::problem::write_body))
        .layer(from_fn_with_state(state.clone(), observe::request))
        .layer(from_fn(headers::common_headers))
        .layer(from_fn_with_state(state, caller::identify));
    // Before a route is looked for.
    let base = url_base.to_owned();
    Router::new().fallback_service(answered.map_request(move |request| slashes::tidied(request, &base)))
}
