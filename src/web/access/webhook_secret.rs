//! The secret of a webhook: which apps a request may come from.
//!
//! `/hooks/{app}` names its app. At the predecessor's path the secret tells whose a webhook is: every app's is compared,
//! so that the time tells of none. Apps may share one, as they had to there; a key with the scope `webhook` is one that
//! all apps share.

use axum::RequestExt;
use axum::extract::{Path, Request};
use axum::http::{HeaderMap, header};
use secrecy::{ExposeSecret, SecretString};

use super::key;
use crate::auth::authorization::Credentials;
use crate::auth::token::secret_eq;
use crate::domain::app::AppName;
use crate::ops::metrics::AuthMethod;
use crate::web::WebState;
use crate::web::middleware::caller::Caller;
use crate::web::problem::{Code, Problem};
use crate::web::state::Hook;

/// The apps that a webhook may come from, of which it was proved; never empty. An extension of the request.
#[derive(Debug, Clone)]
pub struct WebhookSenders(pub Vec<AppName>);

/// Judges the secret that a webhook shows.
pub async fn judge(
    state: &WebState,
    caller: &Caller,
    request: &mut Request,
) -> Result<WebhookSenders, Problem> {
    let named = request.extract_parts::<Path<String>>().await.ok();
    let shown = shown_secret(request.headers());
    let is_shown = |hook: &Hook| shown.as_ref().is_some_and(|shown| is_of(shown, hook));
    let candidates: Vec<(&AppName, &Hook)> = match &named {
        Some(Path(app)) => {
            let app = AppName::parse(app).ok();
            app.and_then(|app| state.hooks.get_key_value(&app)).into_iter().collect()
        }
        None => state.hooks.iter().collect(),
    };
    let mut senders: Vec<AppName> = Vec::new();
    senders.extend(candidates.iter().filter(|(_, hook)| is_shown(hook)).map(|(app, _)| (*app).clone()));
    if senders.is_empty() && key::may_send_webhooks(state, caller, request.headers()).await? {
        senders.extend(candidates.iter().map(|(app, _)| (*app).clone()));
    }
    if senders.is_empty() {
        // An unknown app and a wrong secret are one answer: neither tells which apps there are.
        state.metrics().auth_failed(AuthMethod::Webhook);
        let refusal = Problem::new(Code::WrongWebhookSecret);
        return Err(key::wrong_secret(state, caller, AuthMethod::Webhook, refusal).await);
    }
    Ok(WebhookSenders(senders))
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
