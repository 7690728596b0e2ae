//! Who may use a route, and who asks.
//!
//! Owns: the guard that stands before every handler of the table. It lets a request pass, or answers, before anything
//! else looks at it, so a wrong key learns nothing. Must not know: what handlers do.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use secrecy::ExposeSecret;
use tracing::info;

use super::WebState;
use super::arrival::Client;
use super::problem::{Code, Problem};
use super::{cross_site, session};
use crate::auth::authorization::Credentials;
use crate::auth::scope::{Scope, ScopeSet};
use crate::auth::token::{Token, TokenKind};
use crate::domain::ids::{KeyId, SessionId};
use crate::ops::metrics::AuthMethod;
use crate::store::StoreError;

/// Who may use a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Everybody.
    Public,
    /// Who shows the set-up token, as long as there is no account; the handler checks it. Afterwards nobody: 404.
    SetupToken,
    /// Who knows the secret that is part of the URL; the handler checks it and answers 404 without.
    FeedSecret,
    /// Who shows an app's webhook secret in a header; the handler checks it.
    WebhookSecret,
    /// Who shows an API key with this scope in a header, and the administrator.
    Scope(Scope),
    /// The administrator, signed in; no key.
    Administrator,
    /// The same, for a page: a browser is led to the sign-in.
    Page,
}

/// Who asks, once the guard has let the request pass; handlers take it as an extension.
#[derive(Debug, Clone)]
pub enum Identity {
    /// A program with an API key.
    Key {
        /// The key's row.
        id: KeyId,
        /// The key's name.
        name: String,
        /// What it opens.
        scopes: ScopeSet,
    },
    /// The administrator.
    Administrator {
        /// The session; `None` where a trusted proxy vouches for every request.
        session: Option<SessionId>,
    },
}

impl Identity {
    /// For the log: who did it.
    pub fn actor(&self) -> &str {
        match self {
            Self::Key { name, .. } => name,
            Self::Administrator { .. } => "administrator",
        }
    }

    /// The session by which it came.
    pub const fn session(&self) -> Option<SessionId> {
        match self {
            Self::Key { .. } => None,
            Self::Administrator { session } => *session,
        }
    }
}

/// Lets a request pass, or not.
pub async fn guard(
    State((state, access)): State<(WebState, Access)>,
    client: Client,
    mut request: Request,
    next: Next,
) -> Response {
    let asked = Asked { client: &client, method: request.method(), headers: request.headers() };
    let found = match access {
        Access::Public | Access::FeedSecret | Access::WebhookSecret | Access::SetupToken => Ok(None),
        Access::Scope(scope) => with_scope(&state, asked, scope).await.map(Some),
        Access::Administrator | Access::Page => administrator(&state, asked).await.map(Some),
    };
    match found {
        Ok(identity) => {
            if let Some(identity) = identity {
                request.extensions_mut().insert(identity);
            }
            next.run(request).await
        }
        Err(problem) if access == Access::Page && problem.code() == Code::Unauthorized => {
            Redirect::to(&session::sign_in_path(&state, &request)).into_response()
        }
        Err(problem) => problem.into_response(),
    }
}

/// What the guard looks at.
#[derive(Clone, Copy)]
struct Asked<'a> {
    client: &'a Client,
    method: &'a Method,
    headers: &'a HeaderMap,
}

/// Whoever shows a key is judged by it alone, whatever cookie comes along.
async fn with_scope(state: &WebState, asked: Asked<'_>, scope: Scope) -> Result<Identity, Problem> {
    let basic = takes_basic(scope);
    if !shows_credentials(asked.headers) {
        let signed_in = administrator(state, asked).await;
        return signed_in.map_err(|problem| match problem.code() {
            Code::Unauthorized if basic => problem.asking_for_basic(),
            _ => problem,
        });
    }
    let found = key_identity(state, asked, scope, basic).await;
    if let Err(problem) = &found
        && matches!(problem.code(), Code::Unauthorized | Code::Forbidden)
    {
        state.metrics().auth_failed(AuthMethod::ApiKey);
    }
    found
}

/// Feed readers and Prometheus can send Basic and no other header; browsers would ask the person with a dialog.
const fn takes_basic(scope: Scope) -> bool {
    matches!(scope, Scope::Feed | Scope::Metrics | Scope::Webhook)
}

async fn administrator(state: &WebState, asked: Asked<'_>) -> Result<Identity, Problem> {
    let session = session::of(state, asked.client, asked.headers).await?;
    let session = session.ok_or(Problem::new(Code::Unauthorized))?;
    if is_unsafe(asked.method) {
        // A browser sends the cookie by itself, whichever page made it ask.
        cross_site::check(state, asked.client, asked.headers, cross_site::Ambient::Cookie)?;
    }
    Ok(Identity::Administrator { session: Some(session.id) })
}

/// Whether a method may change something.
pub fn is_unsafe(method: &Method) -> bool {
    !matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

fn shows_credentials(headers: &HeaderMap) -> bool {
    headers.contains_key("x-api-key") || headers.contains_key(header::AUTHORIZATION)
}

async fn key_identity(
    state: &WebState,
    asked: Asked<'_>,
    scope: Scope,
    basic: bool,
) -> Result<Identity, Problem> {
    let refused = Problem::new(Code::Unauthorized);
    let refused = if basic { refused.asking_for_basic() } else { refused };
    let token = shown_key(asked.headers, basic).ok_or(refused)?;
    let failed = |failure: StoreError| state.database_failed("key", &failure);
    let now = state.store().now().await.map_err(failed)?;
    let key = state.store().key_by_hash(&token.hash(), now).await.map_err(failed)?;
    let key = key.ok_or(refused)?;
    let scopes: ScopeSet = key.scopes.parse().map_err(|_| Problem::new(Code::Forbidden))?;
    if !scopes.contains(scope) {
        return Err(Problem::new(Code::Forbidden));
    }
    if key.last_used_at.is_none() {
        info!(event = "key.first-used", name = key.name, address = %asked.client.address);
    }
    // The use is worth noting, not worth failing for.
    if let Err(failure) = state.store().key_used(key.id, now).await {
        state.database_failed("key-use", &failure);
    }
    Ok(Identity::Key { id: key.id, name: key.name, scopes })
}

/// The API key that the request shows in a header, if it has the form of one.
fn shown_key(headers: &HeaderMap, basic: bool) -> Option<Token> {
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
