//! `POST /hooks/{app}`: an app tells of a grab.
//!
//! The app waits for the answer inside its own grab, and never sends the event again. So: authenticate, read, write
//! one transaction, answer. What cannot be stored is answered 503, never 2xx.

use std::time::{Duration, Instant};

use axum::Json;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use secrecy::ExposeSecret;
use serde_json::json;
use tracing::{debug, error, info, warn};

use super::arrival::Client;
use super::problem::{Code, Problem};
use super::routes::MAX_BODY_BYTES;
use super::state::Hook;
use super::{WebState, attempt, body};
use crate::auth::authorization::Credentials;
use crate::auth::token::secret_eq;
use crate::config::section::sync::SyncMode;
use crate::domain::app::AppName;
use crate::domain::sighting::Sighting;
use crate::intake::webhook::{self, Event};
use crate::ops::metrics::{AuthMethod, WebhookEvent, WebhookResult};
use crate::pipeline::deps::Deps;
use crate::store::{Batch, Recorded, StoreError};

/// How soon the history is read for the row that a webhook announces; the app writes it after the webhook.
const LOOK_AFTER: Duration = Duration::from_secs(2);

/// What a webhook came to, for the metrics.
type Told = (WebhookEvent, WebhookResult);

/// Takes a webhook.
pub async fn receive(
    State(state): State<WebState>,
    Path(app): Path<String>,
    client: Client,
    request: Request,
) -> Response {
    let started = Instant::now();
    let name = AppName::parse(&app).ok();
    let hook = name.as_ref().and_then(|name| Some((name, state.hooks.get(name)?)));
    let Some((name, hook)) = hook.filter(|(_, hook)| shows_secret(request.headers(), hook)) else {
        // An unknown app and a wrong secret are one answer: neither tells which apps there are.
        state.metrics().auth_failed(AuthMethod::Webhook);
        let refusal = Problem::new(Code::Unauthorized);
        return attempt::wrong_secret(&state, &client, AuthMethod::Webhook, refusal).await.into_response();
    };
    let (answer, (event, result)) = take(&state, name, hook, request).await;
    state.metrics().webhook_received(Some(hook.kind), event, result, started.elapsed());
    answer.map_or_else(IntoResponse::into_response, |()| Json(json!({ "status": "ok" })).into_response())
}

/// The header of the apps that can send one, else Basic with any user name.
fn shows_secret(headers: &HeaderMap, hook: &Hook) -> bool {
    let expected = hook.secret.expose_secret();
    if let Some(token) = headers.get("x-webhook-token") {
        return token.to_str().is_ok_and(|token| secret_eq(token.trim(), expected));
    }
    match headers.get(header::AUTHORIZATION).and_then(|value| Credentials::parse(value.as_bytes())) {
        Some(Credentials::Basic { password: secret, .. } | Credentials::Bearer(secret)) => {
            secret_eq(secret.expose_secret(), expected)
        }
        None => false,
    }
}

async fn take(state: &WebState, app: &AppName, hook: &Hook, request: Request) -> (Result<(), Problem>, Told) {
    let body = match body::whole(request, MAX_BODY_BYTES).await {
        Ok(body) => body,
        Err(code) => return (Err(Problem::new(code)), (WebhookEvent::Other, WebhookResult::Refused)),
    };
    let event = match webhook::read(app, hook.kind, &body, state.clock().now()) {
        Ok(event) => event,
        Err(cause) => {
            warn!(event = "webhook.unreadable", app = app.as_str(), cause = %cause);
            return (Err(Problem::new(Code::BadRequest)), (WebhookEvent::Other, WebhookResult::Refused));
        }
    };
    let label = match &event {
        Event::Grab(_) | Event::LookAtProwlarr => WebhookEvent::Grab,
        Event::Test => WebhookEvent::Test,
        Event::Other(_) => WebhookEvent::Other,
    };
    match store(state, app, event).await {
        Ok(result) => (Ok(()), (label, result)),
        Err(failure) => {
            error!(event = "webhook.not-stored", app = app.as_str(), cause = %failure);
            (Err(Problem::new(Code::Unavailable)), (label, WebhookResult::Failed))
        }
    }
}

async fn store(state: &WebState, app: &AppName, event: Event) -> Result<WebhookResult, StoreError> {
    let now = state.store().now().await?;
    let mut batch = Batch {
        nudge: Some((Deps::sync_job(app), now.plus(LOOK_AFTER))),
        webhook_of: Some(app.clone()),
        ..Batch::default()
    };
    match event {
        Event::Test => info!(event = "webhook.tested", app = app.as_str()),
        Event::Other(name) => {
            debug!(event = "webhook.ignored", app = app.as_str(), kind = name);
            return Ok(WebhookResult::Ignored);
        }
        Event::Grab(sighting) if state.mode() != SyncMode::HistoryOnly => {
            batch.sightings.push(Sighting { grabbed_at: now, ..*sighting });
        }
        Event::Grab(_) | Event::LookAtProwlarr => {}
    }
    let recorded = state.store().record(batch, now).await?;
    Ok(match recorded.first() {
        Some(Recorded::New(grab) | Recorded::Merged(grab)) => {
            info!(event = "webhook.grab", app = app.as_str(), grab = grab.0);
            WebhookResult::Stored
        }
        Some(_) => WebhookResult::Duplicate,
        None => WebhookResult::Ignored,
    })
}
