//! Signing in by way of an OpenID Connect provider: the way there, and the way back.
//!
//! A sign-in under way belongs to the browser that began it: a cookie binds it, so that nobody can finish their own
//! sign-in in somebody else's browser, or somebody else's in their own. It is kept in the database, so that another
//! replica may finish it, and is taken out by whoever comes back with it, right or wrong. Must not know: tokens.

use std::time::Duration;

use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use secrecy::{ExposeSecret, SecretString};
use subtle::ConstantTimeEq;
use tracing::warn;

use crate::auth::oidc::{FlowSecrets, OidcError, PATIENCE, Provider, Returned};
use crate::auth::token::token_hash;
use crate::domain::throttle::ThrottleRule;
use crate::domain::time::Ts;
use crate::ops::metrics::AuthMethod;
use crate::store::LoginFlow;
use crate::web::WebState;
use crate::web::access::session;
use crate::web::input::return_path::local_path;
use crate::web::middleware::caller::Caller;
use crate::web::problem::{Code, Problem};

/// How sessions and the log call this way of signing in.
const METHOD: &str = "oidc";

/// How often one network may go there, or come back, without being signed in.
const ATTEMPTS: ThrottleRule = ThrottleRule {
    free: 20,
    first: Duration::from_secs(1),
    longest: Duration::from_mins(1),
    forget_after: Duration::from_mins(10),
};

/// A provider by way of which the administrator may sign in.
pub struct OidcSignIn {
    /// The provider.
    pub provider: Provider,
    /// `oidc.name`
    pub name: String,
}

/// `GET /login/oidc`: sends the browser to the provider.
pub async fn start(
    State(state): State<WebState>,
    caller: Caller,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let oidc = state.oidc.as_ref().ok_or(Problem::new(Code::NotFound))?;
    let now = attempt(&state, there(&caller)).await?;
    let secrets = FlowSecrets::generate(&mut rand::rng());
    let redirect_uri = redirect_uri(&state, &caller)?;
    let address = oidc.provider.begin(&redirect_uri, &secrets).await;
    let address = address.map_err(|error| refused(&state, &caller, error.into()))?;
    let asked = parameter(query.as_deref(), "return").unwrap_or_default();
    let flow = LoginFlow {
        state_hash: token_hash(secrets.state.expose_secret()),
        browser_hash: token_hash(secrets.browser.expose_secret()),
        nonce: secrets.nonce,
        pkce_verifier: secrets.pkce_verifier,
        return_path: local_path(&asked, &state.url_base),
    };
    let begun = state.store().begin_login_flow(flow, now.plus(PATIENCE)).await;
    begun?;
    let cookie = browser_cookie(&state, &caller, secrets.browser.expose_secret(), PATIENCE);
    redirect(address.as_str(), [cookie])
}

/// `GET /login/oidc/callback`: the browser is back from the provider.
pub async fn callback(
    State(state): State<WebState>,
    caller: Caller,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let query = query.as_deref();
    let oidc = state.oidc.as_ref().ok_or(Problem::new(Code::NotFound))?;
    let refused = |refusal| refused(&state, &caller, refusal);
    let now = attempt(&state, back(&caller)).await?;
    let returned = parameter(query, "state").ok_or(Problem::new(Code::BadRequest))?;
    let flow = state.store().take_login_flow(&token_hash(&returned), now).await;
    let flow = flow?.ok_or_else(|| refused(Refusal::UnknownFlow))?;
    let browser = session::cookie(&headers, cookie_name(&state, &caller)).map(token_hash);
    if !browser.is_some_and(|browser| browser.ct_eq(&flow.browser_hash).into()) {
        return Err(refused(Refusal::OtherBrowser));
    }
    if query_names(query, "error") {
        return Err(refused(Refusal::ProviderRefused));
    }
    let code = parameter(query, "code").ok_or(Problem::new(Code::BadRequest))?;
    // Two of them are none that could be right.
    let issuer = query_names(query, "iss").then(|| parameter(query, "iss").unwrap_or_default());
    let returned = Returned { code: SecretString::from(code), issuer };
    let redirect_uri = redirect_uri(&state, &caller)?;
    let finished = oidc.provider.finish(&redirect_uri, returned, &flow.nonce, &flow.pkce_verifier, now).await;
    finished.map_err(|error| refused(error.into()))?;
    let account = state.store().administrator().await?;
    if account.is_none() {
        return Err(refused(Refusal::NotSetUp));
    }
    let forgotten = state.store().forget_attempts(&[there(&caller), back(&caller)]).await;
    forgotten?;
    let (_, cookie) = session::begin(&state, &caller, &headers, METHOD).await?;
    let used_up = browser_cookie(&state, &caller, "", Duration::ZERO);
    redirect(&flow.return_path, [Ok(cookie), used_up])
}

/// Why nobody was signed in.
#[derive(Debug, Clone, Copy)]
enum Refusal {
    /// No such sign-in is under way: it took too long, is finished, or never was.
    UnknownFlow,
    /// Another browser began it.
    OtherBrowser,
    /// The provider did not let the person through, or the person did not let us.
    ProviderRefused,
    /// There is no account yet.
    NotSetUp,
    /// The provider's answer does not do.
    Provider(OidcError),
}

impl From<OidcError> for Refusal {
    fn from(error: OidcError) -> Self {
        Self::Provider(error)
    }
}

impl Refusal {
    const fn reason(self) -> &'static str {
        match self {
            Self::UnknownFlow => "unknown-flow",
            Self::OtherBrowser => "other-browser",
            Self::ProviderRefused => "provider-refused",
            Self::NotSetUp => "not-set-up",
            Self::Provider(error) => error.code(),
        }
    }

    const fn code(self) -> Code {
        match self {
            Self::UnknownFlow | Self::OtherBrowser => Code::SignInOver,
            Self::NotSetUp => Code::NotSetUp,
            Self::Provider(error) if error.is_the_providers() => Code::UpstreamFailed,
            Self::ProviderRefused | Self::Provider(_) => Code::NotAllowedHere,
        }
    }
}

/// Tells the log why; who asks learns less.
fn refused(state: &WebState, caller: &Caller, refusal: Refusal) -> Problem {
    let reason = refusal.reason();
    warn!(event = "auth.sign-in-refused", method = METHOD, reason, address = %caller.address);
    state.metrics().auth_failed(AuthMethod::Oidc);
    Problem::new(refusal.code())
}

/// Counts an attempt, and gives the moment.
async fn attempt(state: &WebState, subject: String) -> Result<Ts, Problem> {
    let now = state.store().now().await?;
    let wait = state.store().begin_attempt(&[(subject, ATTEMPTS)], now).await;
    match wait? {
        Some(wait) => Err(Problem::throttled(wait)),
        None => Ok(now),
    }
}

/// By what ways to the provider are counted.
fn there(caller: &Caller) -> String {
    format!("{METHOD}-there:{}", caller.network())
}

/// By what ways back are counted.
fn back(caller: &Caller) -> String {
    format!("{METHOD}-back:{}", caller.network())
}

fn redirect_uri(state: &WebState, caller: &Caller) -> Result<String, Problem> {
    Ok(state.base.of(caller)?.join(&["login", METHOD, "callback"]))
}

/// The value of a parameter that occurs once.
fn parameter(query: Option<&str>, name: &str) -> Option<String> {
    const LONGEST: usize = 4096;
    let pairs = url::form_urlencoded::parse(query?.as_bytes());
    let mut values = pairs.filter(|(known, _)| known == name).map(|(_, value)| value);
    let first = values.next()?;
    (values.next().is_none() && first.len() <= LONGEST).then(|| first.into_owned())
}

fn query_names(query: Option<&str>, name: &str) -> bool {
    let query = query.unwrap_or_default();
    url::form_urlencoded::parse(query.as_bytes()).any(|(known, _)| known == name)
}

fn redirect(
    to: &str,
    cookies: impl IntoIterator<Item = Result<HeaderValue, Problem>>,
) -> Result<Response, Problem> {
    let mut response = StatusCode::SEE_OTHER.into_response();
    let location = HeaderValue::from_str(to).map_err(|_| Problem::new(Code::Internal))?;
    response.headers_mut().insert(header::LOCATION, location);
    for cookie in cookies {
        response.headers_mut().append(header::SET_COOKIE, cookie?);
    }
    Ok(response)
}

fn cookie_name(state: &WebState, caller: &Caller) -> &'static str {
    if state.sessions.secure(caller) { "__Host-grabfeed-sign-in" } else { "grabfeed-sign-in" }
}

/// The cookie that binds a sign-in to its browser. `Lax`, since the way back begins at another site.
fn browser_cookie(
    state: &WebState,
    caller: &Caller,
    value: &str,
    age: Duration,
) -> Result<HeaderValue, Problem> {
    let flag = if state.sessions.secure(caller) { "; Secure" } else { "" };
    let (name, seconds) = (cookie_name(state, caller), age.as_secs());
    let text = format!("{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{flag}");
    HeaderValue::from_str(&text).map_err(|_| Problem::new(Code::Internal))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_that_occurs_twice_is_none() {
        let query = Some("state=a%20b&code=1&code=2&error");
        assert_eq!(parameter(query, "state").as_deref(), Some("a b"));
        assert_eq!(parameter(query, "code"), None);
        assert_eq!(parameter(query, "iss"), None);
        assert!(query_names(query, "error") && !query_names(None, "error"));
    }
}
