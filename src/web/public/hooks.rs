//! `POST /hooks/{app}`: an app tells of a grab.
//!
//! The app waits for the answer inside its own grab, and never sends the event again. So: authenticate, read, write
//! one transaction, answer. What cannot be stored is answered 503, never 2xx.

use std::time::Instant;

use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use serde_json::json;
use tracing::{error, warn};

use crate::domain::app::{AppKind, AppName};
use crate::intake::webhook::{self, Event};
use crate::ops::metrics::{WebhookEvent, WebhookResult};
use crate::pipeline;
use crate::web::WebState;
use crate::web::access::webhook_secret::WebhookSenders;
use crate::web::input::body;
use crate::web::problem::{Code, Problem};

/// The largest webhook: one of 300 albums has 1.4 MB.
pub const MAX_WEBHOOK_BYTES: usize = 8 << 20;

/// What a webhook came to: the answer, and what is counted.
struct Taken {
    kind: Option<AppKind>,
    event: WebhookEvent,
    result: WebhookResult,
    answer: Result<(), Problem>,
}

impl Taken {
    fn refused(kind: Option<AppKind>, code: Code) -> Self {
        let answer = Err(Problem::new(code));
        Self { kind, event: WebhookEvent::Other, result: WebhookResult::Refused, answer }
    }
}

/// Takes a webhook of one of the apps that the guard has found.
pub async fn receive(
    State(state): State<WebState>,
    Extension(WebhookSenders(senders)): Extension<WebhookSenders>,
    request: Request,
) -> Response {
    let started = Instant::now();
    let taken = match body::read_whole(request, MAX_WEBHOOK_BYTES).await {
        Err(code) => {
            if code == Code::TooLarge {
                warn!(event = "webhook.too-large", limit = MAX_WEBHOOK_BYTES);
            }
            Taken::refused(None, code)
        }
        Ok(body) => {
            if let Some((app, kind)) = sender_of(&state, &senders, &body) {
                read(&state, app, kind, &body).await
            } else {
                warn!(event = "webhook.ambiguous");
                Taken::refused(None, Code::Conflict)
            }
        }
    };
    let Taken { kind, event, result, answer } = taken;
    state.metrics().webhook_received(kind, event, result, started.elapsed());
    answer.map_or_else(IntoResponse::into_response, |()| Json(json!({ "status": "ok" })).into_response())
}

/// Of several apps with one secret the one that the body names, or else the only one that sends such bodies.
fn sender_of<'a>(state: &WebState, senders: &'a [AppName], body: &[u8]) -> Option<(&'a AppName, AppKind)> {
    let known: Vec<(&AppName, AppKind)> =
        senders.iter().filter_map(|app| Some((app, state.hooks.get(app)?.kind))).collect();
    if let [only] = known[..] {
        return Some(only);
    }
    let sender = webhook::sender(body);
    let by_name = known.iter().find(|(name, _)| sender.instance.as_ref() == Some(*name));
    let mut by_kind = known.iter().filter(|(_, kind)| sender.kinds.contains(kind));
    let only = by_kind.next().filter(|_| by_kind.next().is_none());
    by_name.or(only).copied()
}

async fn read(state: &WebState, app: &AppName, kind: AppKind, body: &[u8]) -> Taken {
    let event = match webhook::read(app, kind, body, state.clock().now()) {
        Ok(event) => event,
        Err(cause) => {
            warn!(event = "webhook.unreadable", app = app.as_str(), cause = %cause);
            return Taken::refused(Some(kind), Code::BadRequest);
        }
    };
    let label = match &event {
        Event::Grab(_) | Event::LookAtProwlarr => WebhookEvent::Grab,
        Event::Test => WebhookEvent::Test,
        Event::Other(_) => WebhookEvent::Other,
    };
    let (result, answer) = match pipeline::webhook::record(&state.deps, app, event).await {
        Ok(result) => (result, Ok(())),
        Err(failure) => {
            error!(event = "webhook.not-stored", app = app.as_str(), cause = %failure);
            (WebhookResult::Failed, Err(Problem::new(Code::Unavailable)))
        }
    };
    Taken { kind: Some(kind), event: label, result, answer }
}
