//! The session's cookie: its name and flags, and the session that it opens.
//!
//! The cookie's value is a token that the database knows by its hash only. Over HTTPS its name begins with `__Host-`,
//! which browsers let nobody else set; over plain HTTP they drop such a cookie, so there it has another name.

use std::time::Duration;

use axum::extract::{OriginalUri, Request};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use tracing::warn;

use crate::admin::account::{BegunSession, Visitor};
use crate::auth::throttle::NETWORK_KNOWN_FOR;
use crate::auth::token::Token;
use crate::config::section::auth::CookieSecure;
use crate::store::Session;
use crate::web::WebState;
use crate::web::input::client_name::client_name;
use crate::web::middleware::caller::Caller;
use crate::web::problem::{Code, Problem};

const fn cookie_name(secure: bool) -> &'static str {
    if secure { "__Host-grabfeed" } else { "grabfeed" }
}

/// The cookie by which a browser is known in which its person signed in before.
const fn browser_cookie_name(secure: bool) -> &'static str {
    if secure { "__Host-grabfeed-browser" } else { "grabfeed-browser" }
}

/// Whether cookies for this caller are for HTTPS only.
pub fn is_secure(rule: CookieSecure, caller: &Caller) -> bool {
    match rule {
        CookieSecure::Auto => caller.https,
        CookieSecure::Always => true,
        CookieSecure::Never => false,
    }
}

/// The session that the request's cookie opens.
pub async fn current(
    state: &WebState,
    caller: &Caller,
    headers: &HeaderMap,
) -> Result<Option<Session>, Problem> {
    match shown_token(state, caller, headers) {
        Some(token) => Ok(state.accounts.session(&token).await?),
        None => Ok(None),
    }
}

/// The caller as somebody who comes to sign in.
pub fn visitor(state: &WebState, caller: &Caller, headers: &HeaderMap) -> Visitor {
    Visitor {
        source: caller.source(),
        host: caller.host.as_ref().map(ToString::to_string).unwrap_or_default(),
        user_agent: client_name(headers),
        former: shown_token(state, caller, headers),
        browser: cookie(headers, browser_cookie_name(is_secure(state.cookie_secure, caller)))
            .and_then(|text| Token::parse(text).ok()),
    }
}

/// The header that gives a browser the cookie of a session that has just begun.
pub fn set_cookie(state: &WebState, caller: &Caller, begun: &BegunSession) -> Result<HeaderValue, Problem> {
    if !is_private(caller) {
        state.plain_http_told.call_once(|| warn!(event = "auth.plain-http", address = %caller.address));
    }
    let secure = is_secure(state.cookie_secure, caller);
    let lifetime = state.accounts.session_rules().lifetime;
    cookie_header(cookie_name(secure), begun.token.expose(), lifetime, secure)
}

/// The headers of a sign-in with the password: the session's cookie, and the one by which the browser is known afterwards.
pub fn set_cookies(
    state: &WebState,
    caller: &Caller,
    begun: &BegunSession,
) -> Result<Vec<HeaderValue>, Problem> {
    let mut cookies = vec![set_cookie(state, caller, begun)?];
    if let Some(browser) = &begun.browser {
        let secure = is_secure(state.cookie_secure, caller);
        let name = browser_cookie_name(secure);
        cookies.push(cookie_header(name, browser.expose(), NETWORK_KNOWN_FOR, secure)?);
    }
    Ok(cookies)
}

/// The headers that make a browser forget its session. Over plain HTTP it would not listen to the second.
pub fn farewell(state: &WebState, caller: &Caller) -> Result<HeaderMap, Problem> {
    let secure = is_secure(state.cookie_secure, caller);
    let cookie = cookie_header(cookie_name(secure), "", Duration::ZERO, secure)?;
    Ok([(header::SET_COOKIE, cookie)].into_iter().chain(clear_site_data(caller.https)).collect())
}

/// What a browser is asked to forget when its person signs out.
fn clear_site_data(https: bool) -> Option<(HeaderName, HeaderValue)> {
    let header = HeaderName::from_static("clear-site-data");
    https.then_some((header, HeaderValue::from_static("\"cache\", \"cookies\", \"storage\"")))
}

/// Whether nobody on the way can read what this caller sends and gets: it came over HTTPS, or did not leave the machine.
pub fn is_private(caller: &Caller) -> bool {
    caller.https || caller.source().is_this_machine()
}

/// The cookie with this name; `None` if there are two, since one of them is somebody else's.
pub fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let all = headers.get_all(header::COOKIE).into_iter().filter_map(|value| value.to_str().ok());
    let pairs = all.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let mut found = pairs.filter(|(known, _)| *known == name).map(|(_, value)| value);
    let first = found.next()?;
    found.next().is_none().then_some(first)
}

/// A `Set-Cookie` header of ours: for our own pages only, and out of reach of scripts. `Lax`, since the way back from an
/// OpenID Connect provider begins at another site. An age of zero takes the cookie back.
pub fn cookie_header(name: &str, value: &str, age: Duration, secure: bool) -> Result<HeaderValue, Problem> {
    let (flag, seconds) = (if secure { "; Secure" } else { "" }, age.as_secs());
    let text = format!("{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{flag}");
    HeaderValue::from_str(&text).map_err(|_| Problem::new(Code::Internal))
}

/// Where a browser signs in to come back to the page it asked for.
pub fn sign_in_path(state: &WebState, request: &Request) -> String {
    if request.method() != Method::GET {
        // What was to be done cannot be gone on with, and whatever stands in its path is given back to nobody.
        return format!("{}/login", state.url_base);
    }
    let asked = request.extensions().get::<OriginalUri>().map_or_else(|| request.uri(), |uri| &uri.0);
    let back = asked.path_and_query().map_or("/", |path| path.as_str());
    let back: String = url::form_urlencoded::byte_serialize(back.as_bytes()).collect();
    format!("{}/login?return={back}", state.url_base)
}

fn shown_token(state: &WebState, caller: &Caller, headers: &HeaderMap) -> Option<Token> {
    let name = cookie_name(is_secure(state.cookie_secure, caller));
    Token::parse(cookie(headers, name)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn caller(address: &str, https: bool) -> Caller {
        Caller { address: address.parse().unwrap(), https, host: None, by_trusted_proxy: false }
    }

    #[test]
    fn the_cookie_is_for_https_only_where_the_request_or_the_setting_says_so() {
        let flags = |cookie_secure, https| {
            let secure = is_secure(cookie_secure, &caller("192.0.2.1", https));
            let value = cookie_header(cookie_name(secure), "x", Duration::from_mins(1), secure).unwrap();
            value.to_str().unwrap().to_owned()
        };
        let secure = "__Host-grabfeed=x; Path=/; Max-Age=60; HttpOnly; SameSite=Lax; Secure";
        let plain = "grabfeed=x; Path=/; Max-Age=60; HttpOnly; SameSite=Lax";
        for (setting, https, expected) in [
            (CookieSecure::Auto, true, secure),
            (CookieSecure::Auto, false, plain),
            (CookieSecure::Always, false, secure),
            (CookieSecure::Never, true, plain),
        ] {
            assert_eq!(flags(setting, https), expected, "{setting:?} {https}");
        }
    }

    #[test]
    fn only_plain_http_from_elsewhere_can_be_read_on_the_way() {
        for (address, https, private) in [
            ("192.0.2.1", false, false),
            ("192.0.2.1", true, true),
            ("127.0.0.1", false, true),
            ("::1", false, true),
            ("::ffff:127.0.0.1", false, true),
            ("::ffff:192.0.2.1", false, false),
        ] {
            assert_eq!(is_private(&caller(address, https)), private, "{address}");
        }
    }

    #[test]
    fn one_cookie_of_the_name_is_found_and_two_are_none() {
        let mut headers = HeaderMap::new();
        headers.append(header::COOKIE, HeaderValue::from_static("a=1; grabfeed=x"));
        assert_eq!(cookie(&headers, "grabfeed"), Some("x"));
        assert_eq!(cookie(&headers, "__Host-grabfeed"), None);
        headers.append(header::COOKIE, HeaderValue::from_static("grabfeed=y"));
        assert_eq!(cookie(&headers, "grabfeed"), None);
    }

    #[test]
    fn only_a_browser_that_came_over_https_is_asked_to_forget() {
        let (name, value) = clear_site_data(true).unwrap();
        assert_eq!(
            (name.as_str(), value.to_str().unwrap()),
            ("clear-site-data", r#""cache", "cookies", "storage""#)
        );
        assert!(clear_site_data(false).is_none());
    }
}
