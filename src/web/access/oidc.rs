//! `/login/oidc`: signing in by way of an OpenID Connect provider, as far as it is HTTP: the query of the way back, and
//! the cookie that binds a sign-in to its browser. Must not know: tokens.

use std::time::Duration;

use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use secrecy::ExposeSecret;

use super::session::{self, cookie_header};
use crate::admin::account::{BY_PROVIDER, ReturnFromProvider};
use crate::auth::oidc::PATIENCE;
use crate::web::WebState;
use crate::web::input::return_path::local_path;
use crate::web::middleware::caller::Caller;
use crate::web::problem::{Code, Problem};

/// `GET /login/oidc`: sends the browser to the provider.
pub async fn start(
    State(state): State<WebState>,
    caller: Caller,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let oidc = state.oidc.as_ref().ok_or(Code::NotFound)?;
    let redirect_uri = redirect_uri(&state, &caller)?;
    let wanted = parameter(query.as_deref(), "return").unwrap_or_default();
    let return_path = local_path(&wanted, &state.url_base);
    let departure =
        state.accounts.depart_to_provider(&oidc.provider, caller.source(), &redirect_uri, return_path);
    let departure = departure.await?;
    let cookie = browser_cookie(&state, &caller, departure.browser_secret.expose_secret(), PATIENCE)?;
    redirect(departure.address.as_str(), [cookie])
}

/// `GET /login/oidc/callback`: the browser is back from the provider.
pub async fn callback(
    State(state): State<WebState>,
    caller: Caller,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let query = query.as_deref();
    let oidc = state.oidc.as_ref().ok_or(Code::NotFound)?;
    let returned = ReturnFromProvider {
        state: parameter(query, "state").ok_or(Code::BadRequest)?,
        browser_secret: session::cookie(&headers, cookie_name(&state, &caller)).map(str::to_owned),
        is_error: query_names(query, "error"),
        code: parameter(query, "code"),
        // Two of them are none that could be right.
        issuer: query_names(query, "iss").then(|| parameter(query, "iss").unwrap_or_default()),
    };
    let visitor = session::visitor(&state, &caller, &headers);
    let redirect_uri = redirect_uri(&state, &caller)?;
    let begun = state.accounts.return_from_provider(&oidc.provider, &visitor, &redirect_uri, returned).await;
    let (begun, return_path) = begun?;
    let cookie = session::set_cookie(&state, &caller, &begun)?;
    let used_up = browser_cookie(&state, &caller, "", Duration::ZERO)?;
    redirect(&return_path, [cookie, used_up])
}

fn redirect_uri(state: &WebState, caller: &Caller) -> Result<String, Problem> {
    Ok(state.base_for(caller)?.join(&["login", BY_PROVIDER, "callback"]))
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

fn redirect(to: &str, cookies: impl IntoIterator<Item = HeaderValue>) -> Result<Response, Problem> {
    let mut response = StatusCode::SEE_OTHER.into_response();
    let location = HeaderValue::from_str(to).map_err(|_| Code::Internal)?;
    response.headers_mut().insert(header::LOCATION, location);
    for cookie in cookies {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

fn cookie_name(state: &WebState, caller: &Caller) -> &'static str {
    if session::is_secure(state.cookie_secure, caller) {
        "__Host-grabfeed-sign-in"
    } else {
        "grabfeed-sign-in"
    }
}

/// The cookie that binds a sign-in to its browser.
fn browser_cookie(
    state: &WebState,
    caller: &Caller,
    value: &str,
    age: Duration,
) -> Result<HeaderValue, Problem> {
    let secure = session::is_secure(state.cookie_secure, caller);
    cookie_header(cookie_name(state, caller), value, age, secure)
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
