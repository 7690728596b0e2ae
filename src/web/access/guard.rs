//! Who may use a route, and who asks.
//!
//! Owns: the guard that stands before every handler of the table. It lets a request pass, or answers, before anything
//! else looks at it, so a wrong key learns nothing. Must not know: what handlers do.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use secrecy::ExposeSecret;
use tracing::{info, warn};

use crate::auth::authorization::Credentials;
use crate::auth::scope::{Scope, ScopeSet};
use crate::auth::token::{Token, TokenKind};
use crate::domain::ids::{KeyId, SessionId};
use crate::ops::metrics::AuthMethod;
use crate::web::WebState;
use crate::web::access::cross_site;
use crate::web::access::proxy::Vouched;
use crate::web::access::session;
use crate::web::access::throttle;
use crate::web::api::setup;
use crate::web::middleware::caller::Caller;
use crate::web::problem::{Code, Problem};

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

/// For the log: the one person.
pub const ADMINISTRATOR: &str = "administrator";
/// For the log: whoever shows nothing that is right.
pub const NOBODY: &str = "anonymous";

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
            Self::Administrator { .. } => ADMINISTRATOR,
        }
    }

    /// For the log: by what it is known.
    pub const fn method(&self) -> &'static str {
        match self {
            Self::Key { .. } => AuthMethod::ApiKey.as_str(),
            Self::Administrator { session: Some(_) } => AuthMethod::Session.as_str(),
            Self::Administrator { session: None } => "proxy",
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
    caller: Caller,
    mut request: Request,
    next: Next,
) -> Response {
    let vouched = request.extensions().get::<Vouched>().is_some();
    let asked = Asked { caller: &caller, method: request.method(), headers: request.headers(), vouched };
    let found = match access {
        Access::Public | Access::FeedSecret | Access::WebhookSecret => Ok(None),
        Access::SetupToken => while_needed(&state).await.map(|()| None),
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

/// The set-up is there until there is an account.
async fn while_needed(state: &WebState) -> Result<(), Problem> {
    if setup::is_needed(state).await? { Ok(()) } else { Err(Problem::new(Code::NotFound)) }
}

/// What the guard looks at.
#[derive(Clone, Copy)]
struct Asked<'a> {
    caller: &'a Caller,
    method: &'a Method,
    headers: &'a HeaderMap,
    /// Whether a trusted proxy vouches for the administrator.
    vouched: bool,
}

/// Whoever shows a key is judged by it alone, whatever cookie comes along.
async fn with_scope(state: &WebState, asked: Asked<'_>, scope: Scope) -> Result<Identity, Problem> {
    let basic = takes_basic(scope);
    if !shows_key(asked.headers, basic) {
        let signed_in = administrator(state, asked).await;
        return signed_in.map_err(|problem| match problem.code() {
            Code::Unauthorized if basic => problem.asking_for_basic(),
            _ => problem,
        });
    }
    let found = key_identity(state, asked, scope, basic).await;
    match found {
        Err(problem) if problem.code() == Code::Unauthorized => {
            state.metrics().auth_failed(AuthMethod::ApiKey);
            Err(throttle::wrong_secret(state, asked.caller, AuthMethod::ApiKey, problem).await)
        }
        found => found,
    }
}

/// Feed readers and Prometheus can send Basic and no other header; browsers would ask the person with a dialog.
const fn takes_basic(scope: Scope) -> bool {
    matches!(scope, Scope::Feed | Scope::Metrics | Scope::Webhook)
}

async fn administrator(state: &WebState, asked: Asked<'_>) -> Result<Identity, Problem> {
    let session = session::of(state, asked.caller, asked.headers).await?.map(|session| session.id);
    if session.is_none() && !asked.vouched {
        return Err(Problem::new(Code::Unauthorized));
    }
    if is_unsafe(asked.method) {
        // A browser sends the cookie by itself, whichever page made it ask; and the proxy adds its word to anything.
        cross_site::check(state, asked.caller, asked.headers, cross_site::Ambient::Cookie)?;
    }
    Ok(Identity::Administrator { session })
}

/// Whether a method may change something.
pub fn is_unsafe(method: &Method) -> bool {
    !matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

/// Basic where it is not taken is somebody else's: a proxy in front may ask for a password of its own.
fn shows_key(headers: &HeaderMap, basic: bool) -> bool {
    let is_basic = |value: &HeaderValue| {
        value.as_bytes().get(..6).is_some_and(|scheme| scheme.eq_ignore_ascii_case(b"basic "))
    };
    headers.contains_key("x-api-key")
        || headers.get(header::AUTHORIZATION).is_some_and(|value| basic || !is_basic(value))
}

async fn key_identity(
    state: &WebState,
    asked: Asked<'_>,
    scope: Scope,
    basic: bool,
) -> Result<Identity, Problem> {
    let refused = Problem::new(Code::Unauthorized);
    let refused = if basic { refused.asking_for_basic() } else { refused };
    let token = shown_key(asked.headers, basic).ok_or_else(|| refused.clone())?;
    identity_of(state, asked.caller, &token, scope).await?.ok_or(refused)
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
    Ok(identity_of(state, caller, &token, Scope::Webhook).await?.is_some())
}

/// Who has this key; `None`: nobody.
async fn identity_of(
    state: &WebState,
    caller: &Caller,
    token: &Token,
    scope: Scope,
) -> Result<Option<Identity>, Problem> {
    let now = state.store().now().await?;
    let key = state.store().key_by_hash(&token.hash(), now).await?;
    let Some(key) = key else { return Ok(None) };
    let Some(scopes) = key.scopes.parse().ok().filter(|scopes: &ScopeSet| scopes.contains(scope)) else {
        state.metrics().auth_failed(AuthMethod::ApiKey);
        let (actor, address, needed) = (&*key.name, caller.address, scope.as_str());
        warn!(event = "auth.forbidden", actor, address = %address, method = AuthMethod::ApiKey.as_str(), needed);
        return Err(Problem::new(Code::Forbidden));
    };
    if key.last_used_at.is_none() {
        info!(event = "key.first-used", name = key.name, address = %caller.address);
    }
    // The use is worth noting, not worth failing for.
    if let Err(failure) = state.store().key_used(key.id, now).await {
        state.go_on_without("key-use", &failure);
    }
    Ok(Some(Identity::Key { id: key.id, name: key.name, scopes }))
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
