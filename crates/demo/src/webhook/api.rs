//! `/api/vN/notification`: a webhook managed through the app's API, as far as a webhook needs it.
//!
//! As in `ProviderControllerBase.cs`: creating runs the test first, so the receiver must answer during the call;
//! passwords come back masked, headers in clear; a mask sent back keeps the stored value.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};

use super::{Notifications, Receiver, Sent, WebhookAuth};
use crate::answers;
use crate::lock::locked;

const MASK: &str = "********";

/// The routes, relative to `/api/vN`.
pub fn routes(notifications: Arc<Notifications>) -> Router {
    Router::new()
        .route("/notification", get(list).post(create))
        .route("/notification/schema", get(schema))
        .route("/notification/test", post(test))
        .route("/notification/{id}", get(show).put(update).delete(remove))
        .with_state(notifications)
}

type Connect = State<Arc<Notifications>>;

async fn list(State(connect): Connect) -> Response {
    let resources: Vec<Value> =
        locked(&connect.receivers).iter().map(|receiver| connect.resource(receiver)).collect();
    answers::api(StatusCode::OK, &resources)
}

async fn schema(State(connect): Connect) -> Response {
    let blank = Receiver { name: String::new(), on_grab: false, ..Receiver::new("", WebhookAuth::None) };
    answers::api(StatusCode::OK, &[connect.resource(&blank)])
}

async fn show(State(connect): Connect, Path(id): Path<i64>) -> Response {
    let found = locked(&connect.receivers).iter().find(|receiver| receiver.id == id).cloned();
    match found {
        Some(receiver) => answers::api(StatusCode::OK, &connect.resource(&receiver)),
        None => answers::api_error(StatusCode::NOT_FOUND, "NotFound"),
    }
}

async fn create(State(connect): Connect, Json(body): Json<Value>) -> Response {
    let mut receiver = connect.receiver(&body);
    if let Some(problem) = connect.problem(&receiver).await {
        return problem;
    }
    let mut receivers = locked(&connect.receivers);
    receiver.id = receivers.iter().map(|receiver| receiver.id).max().unwrap_or(0) + 1;
    receivers.push(receiver.clone());
    answers::api(StatusCode::CREATED, &connect.resource(&receiver))
}

async fn update(State(connect): Connect, Path(id): Path<i64>, Json(body): Json<Value>) -> Response {
    let receiver = Receiver { id, ..connect.receiver(&body) };
    if let Some(problem) = connect.problem(&receiver).await {
        return problem;
    }
    let mut receivers = locked(&connect.receivers);
    match receivers.iter_mut().find(|known| known.id == id) {
        Some(known) => {
            *known = receiver;
            answers::api(StatusCode::ACCEPTED, &connect.resource(known))
        }
        None => answers::api_error(StatusCode::NOT_FOUND, "NotFound"),
    }
}

async fn remove(State(connect): Connect, Path(id): Path<i64>) -> Response {
    locked(&connect.receivers).retain(|receiver| receiver.id != id);
    answers::api(StatusCode::OK, &json!({}))
}

/// A success unblocks the saved receiver.
async fn test(State(connect): Connect, Json(body): Json<Value>) -> Response {
    let receiver = connect.receiver(&body);
    if let Some(problem) = connect.failed_test(&receiver).await {
        return problem;
    }
    connect.note(receiver.id, Sent::Delivered(200));
    answers::api(StatusCode::OK, &json!({}))
}

impl Notifications {
    /// A validation error as an answer, if the receiver cannot be saved.
    async fn problem(&self, receiver: &Receiver) -> Option<Response> {
        let same_name = |known: &Receiver| {
            known.id != receiver.id && known.name.to_lowercase() == receiver.name.to_lowercase()
        };
        if receiver.name.is_empty() || locked(&self.receivers).iter().any(same_name) {
            return Some(invalid("Name", "Should be unique"));
        }
        if !receiver.url.starts_with("http://") && !receiver.url.starts_with("https://") {
            return Some(invalid("Url", "Invalid Url"));
        }
        if receiver.on_grab { self.failed_test(receiver).await } else { None }
    }

    async fn failed_test(&self, receiver: &Receiver) -> Option<Response> {
        match self.send(receiver, &self.sender.test).await {
            Sent::Failed(Some(_)) => Some(invalid("Url", "Unable to send test message")),
            Sent::Failed(None) => {
                Some(answers::api_error(StatusCode::INTERNAL_SERVER_ERROR, "Unable to post to webhook"))
            }
            _ => None,
        }
    }

    /// Reads a resource; what it masks is taken from the saved one.
    fn receiver(&self, body: &Value) -> Receiver {
        let fields = body.get("fields").and_then(Value::as_array).cloned().unwrap_or_default();
        let field = |name: &str| {
            let found = fields.iter().find(|field| field.get("name").and_then(Value::as_str) == Some(name));
            found.and_then(|field| field.get("value")).cloned().unwrap_or(Value::Null)
        };
        let text = |value: Value| value.as_str().unwrap_or_default().to_owned();
        let id = body.get("id").and_then(Value::as_i64).unwrap_or(0);
        let saved = locked(&self.receivers).iter().find(|known| known.id == id).cloned();
        let mut password = text(field("password"));
        if let Some(saved) = saved.as_ref().filter(|_| password == MASK) {
            password.clone_from(&saved.password);
        }
        let header = |header: &Value| {
            let part = |name: &str| header.get(name).and_then(Value::as_str).map(str::to_owned);
            Some((part("key")?, part("value")?))
        };
        Receiver {
            id,
            name: text(body.get("name").cloned().unwrap_or(Value::Null)),
            url: text(field("url")),
            put: field("method").as_i64() == Some(2),
            user: text(field("username")),
            password,
            headers: field("headers").as_array().into_iter().flatten().filter_map(header).collect(),
            on_grab: body.get("onGrab").and_then(Value::as_bool).unwrap_or(false),
            backoff: saved.map_or_else(super::Backoff::receiver, |saved| saved.backoff),
        }
    }

    fn resource(&self, receiver: &Receiver) -> Value {
        let password = if receiver.password.is_empty() { "" } else { MASK };
        let mut fields = vec![
            json!({ "order": 0, "name": "url", "label": "URL", "type": "url", "privacy": "normal", "value": receiver.url }),
            json!({ "order": 1, "name": "method", "label": "Method", "type": "select", "privacy": "normal",
                    "value": if receiver.put { 2 } else { 1 } }),
            json!({ "order": 2, "name": "username", "label": "Username", "type": "textbox", "privacy": "userName",
                    "value": receiver.user }),
            json!({ "order": 3, "name": "password", "label": "Password", "type": "password", "privacy": "password",
                    "value": password }),
        ];
        if self.sender.knows_headers {
            let headers: Vec<Value> =
                receiver.headers.iter().map(|(key, value)| json!({ "key": key, "value": value })).collect();
            fields.push(json!({ "order": 4, "name": "headers", "label": "Headers", "type": "keyValueList",
                                "privacy": "normal", "value": headers }));
        }
        let mut resource = json!({
            "name": receiver.name, "implementation": "Webhook", "implementationName": "Webhook",
            "configContract": "WebhookSettings", "infoLink": "", "onGrab": receiver.on_grab, "supportsOnGrab": true,
            "includeHealthWarnings": false, "tags": [], "fields": fields,
        });
        if receiver.id != 0 {
            resource["id"] = receiver.id.into();
        }
        resource
    }
}

fn invalid(property: &str, message: &str) -> Response {
    let failure =
        json!({ "propertyName": property, "errorMessage": message, "severity": "error", "isWarning": false });
    answers::api(StatusCode::BAD_REQUEST, &[failure])
}
