//! Who may use a route.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use secrecy::ExposeSecret;

use super::WebState;
use super::problem::{Code, Problem};
use crate::auth::authorization::Credentials;
use crate::auth::scope::{Scope, ScopeSet};
use crate::auth::token::{Token, TokenKind};
use crate::ops::metrics::AuthMethod;
use crate::store::StoreError;

/// Who may use a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Everybody.
    Public,
    /// Who knows the secret that is part of the URL; the handler checks it and answers 404 without.
    FeedSecret,
    /// Who shows the app's webhook secret in a header; the handler checks it.
    WebhookSecret,
    /// Who shows an API key with this scope in a header.
    Key(Scope),
}

/// Lets a request pass, or not, before anything else looks at it.
pub async fn guard(
    State((state, access)): State<(WebState, Access)>,
    request: Request,
    next: Next,
) -> Response {
    let Access::Key(scope) = access else { return next.run(request).await };
    if key_in_query(request.uri().query().unwrap_or_default()) {
        return Problem::new(Code::KeyInQuery).into_response();
    }
    match check_key(&state, request.headers(), scope).await {
        Ok(()) => next.run(request).await,
        Err(problem) => {
            if matches!(problem.code(), Code::Unauthorized | Code::Forbidden) {
                state.metrics().auth_failed(AuthMethod::ApiKey);
            }
            problem.into_response()
        }
    }
}

/// Keys in URLs end up in logs and histories, so one is refused even if it is right.
fn key_in_query(query: &str) -> bool {
    url::form_urlencoded::parse(query.as_bytes())
        .any(|(name, _)| matches!(name.to_ascii_lowercase().as_str(), "apikey" | "api_key" | "token" | "key"))
}

async fn check_key(state: &WebState, headers: &HeaderMap, scope: Scope) -> Result<(), Problem> {
    let token = shown_key(headers).ok_or(Problem::new(Code::Unauthorized))?;
    let failed = |failure: StoreError| state.database_failed("key", &failure);
    let now = state.store().now().await.map_err(failed)?;
    let key = state.store().key_by_hash(&token.hash(), now).await.map_err(failed)?;
    let key = key.ok_or(Problem::new(Code::Unauthorized))?;
    let scopes: ScopeSet = key.scopes.parse().map_err(|_| Problem::new(Code::Forbidden))?;
    if !scopes.contains(scope) {
        return Err(Problem::new(Code::Forbidden));
    }
    // The use is worth noting, not worth failing for.
    if let Err(failure) = state.store().key_used(key.id, now).await {
        state.database_failed("key-use", &failure);
    }
    Ok(())
}

/// The API key that the request shows in a header, if it has the form of one.
fn shown_key(headers: &HeaderMap) -> Option<Token> {
    let text = match headers.get("x-api-key") {
        Some(value) => value.to_str().ok()?.to_owned(),
        None => match Credentials::parse(headers.get(header::AUTHORIZATION)?.as_bytes())? {
            Credentials::Bearer(token) => token.expose_secret().to_owned(),
            // Prometheus and feed readers can send Basic and no other header.
            Credentials::Basic { password, .. } => password.expose_secret().to_owned(),
        },
    };
    Token::parse(text.trim()).ok().filter(|token| token.kind() == TokenKind::ApiKey)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_in_the_query_is_seen_whatever_its_case() {
        assert!(key_in_query("a=1&ApiKey=test-key"));
        assert!(!key_in_query("page=1"));
    }
}
