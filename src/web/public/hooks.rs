//! `POST /hooks/{app}`: an app tells of a grab.
//!
//! The app waits for the answer inside its own grab, and never sends the event again. So: authenticate, read, write
//! one transaction, answer. What cannot be stored is answered 503, never 2xx.

use std::time::{Duration, Instant};

use axum::Json;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use tracing::{debug, error, info, warn};

use crate::auth::authorization::Credentials;
use crate::auth::token::secret_eq;
use crate::config::section::sync::SyncMode;
use crate::domain::app::AppName;
use crate::domain::sighting::Sighting;
use crate::intake::webhook::{self, Event};
use crate::ops::metrics::{AuthMethod, WebhookEvent, WebhookResult};
use crate::pipeline::deps::Deps;
use crate::store::{Batch, Recorded, StoreError};
use crate::web::WebState;
use crate::web::access::guard;
use crate::web::access::throttle;
use crate::web::input::body;
use crate::web::middleware::caller::Caller;
use crate::web::problem::{Code, Problem};
use crate::web::routes::MAX_BODY_BYTES;
use crate::web::state::Hook;

/// How soon the history is read for the row that a webhook announces; the app writes it after the webhook.
const LOOK_AFTER: Duration = Duration::from_secs(2);

/// What a webhook came to, for the metrics.
type Told = (WebhookEvent, WebhookResult);

/// Whose webhook it may be: an app and what is known of it.
type Owner<'a> = (&'a AppName, &'a Hook);

/// Takes a webhook.
pub async fn receive(
    State(state): State<WebState>,
    Path(app): Path<String>,
    caller: Caller,
    request: Request,
) -> Response {
    let name = AppName::parse(&app).ok();
    let hook = name.as_ref().and_then(|name| Some((name, state.hooks.get(name)?)));
    let shown = shown_secret(request.headers());
    let proved = hook.filter(|(_, hook)| shown.as_ref().is_some_and(|shown| is_of(shown, hook)));
    let owner = match proved {
        Some(owner) => Some(owner),
        None => match guard::may_send_webhooks(&state, &caller, request.headers()).await {
            Ok(may) => hook.filter(|_| may),
            Err(problem) => return problem.into_response(),
        },
    };
    take(&state, owner.as_slice(), &caller, request).await
}

/// `POST /api/webhook/grab`, where the predecessor took the webhooks of all apps: the secret tells whose it is. Every
/// app's is compared, so that the time tells of none. Apps may share one, as they had to there; a key with the scope
/// `webhook` is one that all apps share.
pub async fn receive_old(State(state): State<WebState>, caller: Caller, request: Request) -> Response {
    let shown = shown_secret(request.headers());
    let mut owners: Vec<Owner<'_>> = match &shown {
        Some(shown) => state.hooks.iter().filter(|(_, hook)| is_of(shown, hook)).collect(),
        None => Vec::new(),
    };
    if owners.is_empty() {
        match guard::may_send_webhooks(&state, &caller, request.headers()).await {
            Ok(true) => owners.extend(&state.hooks),
            Ok(false) => {}
            Err(problem) => return problem.into_response(),
        }
    }
    take(&state, &owners, &caller, request).await
}

/// Takes a webhook of one of these, whom it has been proved to come from.
async fn take(state: &WebState, owners: &[Owner<'_>], caller: &Caller, request: Request) -> Response {
    let started = Instant::now();
    if owners.is_empty() {
        // An unknown app and a wrong secret are one answer: neither tells which apps there are.
        state.metrics().auth_failed(AuthMethod::Webhook);
        let refusal = Problem::new(Code::Unauthorized);
        return throttle::wrong_secret(state, caller, AuthMethod::Webhook, refusal).await.into_response();
    }
    let refused = (WebhookEvent::Other, WebhookResult::Refused);
    let (kind, answer, (event, result)) = match body::whole(request, MAX_BODY_BYTES).await {
        Err(code) => (None, Err(Problem::new(code)), refused),
        Ok(body) => {
            if let Some((app, hook)) = owner_of(owners, &body) {
                let (answer, told) = read(state, app, hook, &body).await;
                (Some(hook.kind), answer, told)
            } else {
                warn!(event = "webhook.ambiguous");
                (None, Err(Problem::new(Code::Conflict)), refused)
            }
        }
    };
    state.metrics().webhook_received(kind, event, result, started.elapsed());
    answer.map_or_else(IntoResponse::into_response, |()| Json(json!({ "status": "ok" })).into_response())
}

/// The secret in the header of the apps that can send one, else as a Basic password under any user name, or a token.
fn shown_secret(headers: &HeaderMap) -> Option<SecretString> {
    if let Some(token) = headers.get("x-webhook-token") {
        return token.to_str().ok().map(|token| token.trim().into());
    }
    match Credentials::parse(headers.get(header::AUTHORIZATION)?.as_bytes())? {
        Credentials::Basic { password: secret, .. } | Credentials::Bearer(secret) => Some(secret),
    }
}

fn is_of(shown: &SecretString, hook: &Hook) -> bool {
    secret_eq(shown.expose_secret(), hook.secret.expose_secret())
}

/// Of several apps with one secret the one that the body names, or else the only one that sends such bodies.
fn owner_of<'a>(owners: &[Owner<'a>], body: &[u8]) -> Option<Owner<'a>> {
    if let [owner] = owners {
        return Some(*owner);
    }
    let sender = webhook::sender(body);
    let by_name = owners.iter().find(|(name, _)| sender.instance.as_ref() == Some(*name));
    let mut by_kind = owners.iter().filter(|(_, hook)| sender.kinds.contains(&hook.kind));
    let only = by_kind.next().filter(|_| by_kind.next().is_none());
    by_name.or(only).copied()
}

async fn read(state: &WebState, app: &AppName, hook: &Hook, body: &[u8]) -> (Result<(), Problem>, Told) {
    let event = match webhook::read(app, hook.kind, body, state.clock().now()) {
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
