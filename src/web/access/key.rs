//! API keys in requests: `X-API-Key`, a bearer token, or a Basic password where clients can send nothing else.

use axum::http::{HeaderMap, HeaderValue, header};
use secrecy::ExposeSecret;

use crate::auth::authorization::Credentials;
use crate::auth::keys::{self, KnownKey, ShownKey};
use crate::auth::scope::Scope;
use crate::auth::token::{Token, TokenKind};
use crate::ops::metrics::AuthMethod;
use crate::web::WebState;
use crate::web::middleware::caller::Caller;
use crate::web::problem::{Code, Problem};

/// Whether Basic is taken with this scope. Feed readers and Prometheus can send Basic and no other header; browsers would
/// ask the person with a dialog.
pub const fn takes_basic(scope: Scope) -> bool {
    matches!(scope, Scope::Feed | Scope::Metrics | Scope::Webhook)
}

/// Whether the request shows a key. Basic where it is not taken is somebody else's: a proxy in front may ask for a
/// password of its own.
pub fn is_shown(headers: &HeaderMap, basic: bool) -> bool {
    let is_basic = |value: &HeaderValue| {
        value.as_bytes().get(..6).is_some_and(|scheme| scheme.eq_ignore_ascii_case(b"basic "))
    };
    headers.contains_key("x-api-key")
        || headers.get(header::AUTHORIZATION).is_some_and(|value| basic || !is_basic(value))
}

/// The key that the request shows, if it opens this scope.
pub async fn judge(
    state: &WebState,
    caller: &Caller,
    headers: &HeaderMap,
    scope: Scope,
) -> Result<KnownKey, Problem> {
    let basic = takes_basic(scope);
    if let Some(token) = shown_key(headers, basic)
        && let Some(key) = look_up(state, caller, &token, scope).await?
    {
        return Ok(key);
    }
    let refused = Problem::new(Code::Unauthorized);
    let refused = if basic { refused.asking_for_basic() } else { refused };
    state.metrics().auth_failed(AuthMethod::ApiKey);
    Err(wrong_secret(state, caller, AuthMethod::ApiKey, refused).await)
}

/// Whether the request shows a key that may send webhooks.
///
/// # Errors
/// It shows a key without that scope, or the database fails.
pub async fn may_send_webhooks(
    state: &WebState,
    caller: &Caller,
    headers: &HeaderMap,
) -> Result<bool, Problem> {
    let Some(token) = shown_key(headers, true) else { return Ok(false) };
    Ok(look_up(state, caller, &token, Scope::Webhook).await?.is_some())
}

/// The answer to a key, token or secret that was looked up and is wrong: the refusal, or 429 after too many from one
/// network.
pub async fn wrong_secret(
    state: &WebState,
    caller: &Caller,
    method: AuthMethod,
    refusal: Problem,
) -> Problem {
    let wait = state.accounts.attempts().wrong_secret(caller.source(), method).await;
    wait.map_or(refusal, Problem::throttled)
}

async fn look_up(
    state: &WebState,
    caller: &Caller,
    token: &Token,
    scope: Scope,
) -> Result<Option<KnownKey>, Problem> {
    match keys::judge(state.store(), state.metrics(), caller.source(), token, scope).await? {
        ShownKey::Opens(key) => Ok(Some(key)),
        ShownKey::Unknown => Ok(None),
        ShownKey::LacksScope => Err(Problem::new(Code::Forbidden)),
    }
}

/// The API key that the request shows in a header, if it has the form of one.
fn shown_key(headers: &HeaderMap, basic: bool) -> Option<Token> {
    // Two keys in one request: whoever stands between may have added one, and programs differ in which they take.
    let is_twice = |name: &str| headers.get_all(name).iter().count() > 1;
    if is_twice("x-api-key") || is_twice("authorization") {
        return None;
    }
    let text = match headers.get("x-api-key") {
        Some(value) => value.to_str().ok()?.to_owned(),
        None => match Credentials::parse(headers.get(header::AUTHORIZATION)?.as_bytes())? {
            Credentials::Bearer(token) => token.expose_secret().to_owned(),
            Credentials::Basic { password, .. } if basic => password.expose_secret().to_owned(),
            Credentials::Basic { .. } => return None,
        },
    };
    Token::parse(text.trim()).ok().filter(|token| token.kind() == TokenKind::ApiKey)
}
