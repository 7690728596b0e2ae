//! `GET /api/v1/openapi.json`: the API described for programs, in OpenAPI 3.1.
//!
//! Owns: the document. Paths, parameters and shapes come from the handlers and their types; who may use an operation
//! comes from the table of routes; which refusals it gives comes from the table of problems. It is public: it tells
//! nothing that the source does not, and a client is generated before there is a key.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use axum::Extension;
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use serde_json::{Value, json};
use utoipa::{OpenApi, ToSchema};

use super::{account, apps, feeds, grabs, keys, session, sessions, settings, status, sync, torrents};
use crate::ops::text::Lang;
use crate::web::WebState;
use crate::web::access::{Access, RouteAccess};
use crate::web::api::setup;
use crate::web::problem::Code;

/// Below which path the API lies.
pub const ROOT: &str = "/api/v1";

/// An error (RFC 9457).
#[derive(ToSchema)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "the shape is written by `Problem::body`; here it is only described")]
struct ProblemDetails {
    /// Always `about:blank`: the code says more.
    r#type: String,
    /// The HTTP status.
    status: u16,
    /// What went wrong; stable.
    code: String,
    /// The sentence, in the language of `Accept-Language`.
    title: String,
    /// The name under which the log tells of this request.
    request_id: String,
    /// The parameter or field whose value cannot be used.
    #[schema(nullable = false)]
    field: Option<String>,
}

#[derive(OpenApi)]
#[openapi(
    info(title = "grabfeed", version = "1", description = "What grabfeed knows and does, for programs."),
    paths(
        show,
        status::show,
        grabs::list,
        grabs::show,
        grabs::retry,
        torrents::list,
        torrents::show,
        feeds::list,
        feeds::create,
        feeds::show,
        feeds::rotate,
        feeds::revoke,
        apps::list,
        apps::test,
        sync::show,
        sync::start,
        keys::list,
        keys::create,
        keys::show,
        keys::revoke,
        settings::list,
        setup::show,
        setup::create,
        session::begin,
        session::show,
        session::end,
        sessions::list,
        sessions::end_others,
        sessions::end,
        account::change_password,
    ),
    components(schemas(ProblemDetails))
)]
struct Described;

/// The document of these routes, made when it is first asked for. An extension of every request for the API.
#[derive(Debug, Clone)]
pub struct ApiDocument {
    routes: fn() -> Vec<RouteAccess>,
    made: Arc<OnceLock<Value>>,
}

impl ApiDocument {
    /// Of these routes.
    pub fn new(routes: fn() -> Vec<RouteAccess>) -> Self {
        Self { routes, made: Arc::default() }
    }

    fn value(&self) -> &Value {
        self.made.get_or_init(|| document(&(self.routes)()))
    }
}

/// Give the document.
#[utoipa::path(get, path = "/api/v1/openapi.json", tag = "status", operation_id = "getDescription",
    responses((status = 200, description = "This document.", body = Object)))]
pub async fn show(
    State(state): State<WebState>,
    Extension(document): Extension<ApiDocument>,
) -> impl IntoResponse {
    let mut document = document.value().clone();
    if !state.url_base.is_empty() {
        document["servers"] = json!([{ "url": state.url_base }]);
    }
    ([(header::CONTENT_TYPE, "application/json")], document.to_string())
}

/// The whole document of these routes.
pub fn document(routes: &[RouteAccess]) -> Value {
    // What the macros make can always be written.
    let mut document = serde_json::to_value(Described::openapi()).unwrap_or_default();
    document["components"]["securitySchemes"] = json!({
        "header": { "type": "apiKey", "in": "header", "name": "X-Api-Key", "description": "An API key." },
        "bearer": { "type": "http", "scheme": "bearer", "description": "An API key." },
        "session": { "type": "apiKey", "in": "cookie", "name": "__Host-grabfeed",
            "description": "The administrator's session, over HTTPS." },
        "plainSession": { "type": "apiKey", "in": "cookie", "name": "grabfeed",
            "description": "The administrator's session, over plain HTTP." },
    });
    for route in routes.iter().filter(|route| route.path.starts_with(ROOT)) {
        let operation = &mut document["paths"][route.path][route.method.as_str().to_lowercase()];
        // Whatever is not described stays so, and a test tells of it.
        if operation.is_object() {
            complete(operation, route);
        }
    }
    document
}

/// Adds who may use the operation, and how it refuses.
fn complete(operation: &mut Value, route: &RouteAccess) {
    let scope = match route.access {
        Access::Scope(scope) => Some(scope.as_str()),
        _ => None,
    };
    operation["security"] = match (route.access, scope) {
        (Access::Public | Access::BeforeSetup | Access::SetupToken, _) => json!([]),
        (_, Some(scope)) => {
            json!([{ "header": [scope] }, { "bearer": [scope] }, { "session": [] }, { "plainSession": [] }])
        }
        _ => json!([{ "session": [] }, { "plainSession": [] }]),
    };
    if let Some(scope) = scope {
        operation["x-required-scope"] = scope.into();
    }
    let own = operation.as_object_mut().and_then(|object| object.remove("x-problems"));
    for (status, codes) in refusals(route, &own.unwrap_or_default(), operation["requestBody"].is_object()) {
        operation["responses"][status.to_string()] = refusal(&codes);
    }
}

/// The problems of an operation, by status.
fn refusals(route: &RouteAccess, own: &Value, takes_body: bool) -> BTreeMap<u16, Vec<Code>> {
    let named = |code: &Code| own.as_array().is_some_and(|own| own.iter().any(|name| name == code.as_str()));
    let mut codes = vec![Code::KeyInQuery, Code::BadHost, Code::Internal, Code::Unavailable];
    if route.access != Access::Public {
        codes.extend([Code::Unauthorized, Code::Throttled]);
        codes.extend([Code::Forbidden, Code::CrossSite]);
    }
    if takes_body {
        codes.extend([Code::BadRequest, Code::TooSlow, Code::TooLarge]);
        codes.extend([Code::ContentType, Code::UnsupportedEncoding]);
    }
    let mut by_status = BTreeMap::<u16, Vec<Code>>::new();
    for code in Code::ALL.iter().filter(|code| codes.contains(code) || named(code)) {
        by_status.entry(code.status().as_u16()).or_default().push(*code);
    }
    by_status
}

fn refusal(codes: &[Code]) -> Value {
    let sentence = |code: &Code| {
        let name = code.as_str();
        format!("`{name}`: {}", Lang::En.text(&format!("problem-{name}"), &[]))
    };
    let mut answer = json!({
        "description": codes.iter().map(sentence).collect::<Vec<_>>().join("\n"),
        "content": { "application/problem+json": { "schema": { "$ref": "#/components/schemas/ProblemDetails" } } },
    });
    if codes.iter().any(|code| matches!(code, Code::Throttled | Code::Unavailable)) {
        answer["headers"] = json!({ "Retry-After": {
            "description": "Seconds to wait.", "schema": { "type": "integer", "minimum": 0 }
        } });
    }
    answer
}
