//! The session's cookie: its name and flags, and the session that it opens.
//!
//! The cookie's value is a token that the database knows by its hash only. Over HTTPS its name begins with `__Host-`,
//! which browsers let nobody else set; over plain HTTP they drop such a cookie, so there it has another name.

use std::time::Duration;

use axum::extract::{OriginalUri, Request};
use axum::http::{HeaderMap, HeaderValue, Method, header};
use tracing::{info, warn};

use crate::auth::token::{Token, TokenKind};
use crate::config::section::auth::CookieSecure;
use crate::domain::ids::SessionId;
use crate::store::{NewSession, Session};
use crate::web::WebState;
use crate::web::access::guard::ADMINISTRATOR;
use crate::web::input::client_name::client_name;
use crate::web::middleware::caller::Caller;
use crate::web::problem::{Code, Problem};

/// How long sessions last.
#[derive(Debug, Clone, Copy)]
pub struct SessionRules {
    /// `auth.session_idle_hours`
    pub idle: Duration,
    /// `auth.session_days`
    pub lifetime: Duration,
    /// `auth.cookie_secure`
    pub cookie_secure: CookieSecure,
}

impl SessionRules {
    /// Whether this client's cookie is for HTTPS only.
    pub fn secure(&self, caller: &Caller) -> bool {
        match self.cookie_secure {
            CookieSecure::Auto => caller.https,
            CookieSecure::Always => true,
            CookieSecure::Never => false,
        }
    }
}

const fn cookie_name(secure: bool) -> &'static str {
    if secure { "__Host-grabfeed" } else { "grabfeed" }
}

/// The session that the request's cookie opens.
pub async fn of(state: &WebState, caller: &Caller, headers: &HeaderMap) -> Result<Option<Session>, Problem> {
    let name = cookie_name(state.sessions.secure(caller));
    let Some(token) = cookie(headers, name).and_then(|text| Token::parse(text).ok()) else { return Ok(None) };
    if token.kind() != TokenKind::Session {
        return Ok(None);
    }
    let now = state.store().now().await?;
    let session = state.store().session_by_hash(&token.hash(), state.sessions.idle, now).await?;
    if let Some(session) = &session
        && let Err(failure) = state.store().session_seen(session, now).await
    {
        // The use is worth noting, not worth failing for.
        state.go_on_without("session-use", &failure);
    }
    Ok(session)
}

/// Begins a session for who has just proved to be the administrator, and gives the header with its cookie.
pub async fn begin(
    state: &WebState,
    caller: &Caller,
    headers: &HeaderMap,
    method: &'static str,
) -> Result<(SessionId, HeaderValue), Problem> {
    let begun = renew(state, caller, headers, method).await?;
    info!(event = "auth.signed-in", actor = ADMINISTRATOR, address = %caller.address, method);
    if !is_private(caller) {
        state.plain_http_told.call_once(|| warn!(event = "auth.plain-http", address = %caller.address));
    }
    Ok(begun)
}

/// Whether nobody on the way can read what this client sends and gets: it came over HTTPS, or did not leave the machine.
pub fn is_private(caller: &Caller) -> bool {
    caller.https || caller.address.to_canonical().is_loopback()
}

/// Begins a session in the place of the one that the browser came with, if any, which ends: nobody goes on with a cookie
/// that somebody else may have planted.
pub async fn renew(
    state: &WebState,
    caller: &Caller,
    headers: &HeaderMap,
    method: &'static str,
) -> Result<(SessionId, HeaderValue), Problem> {
    if let Some(former) = of(state, caller, headers).await? {
        state.store().end_session(former.id).await?;
    }
    let token = Token::generate(TokenKind::Session, &mut rand::rng());
    let new = NewSession {
        token_hash: token.hash(),
        method,
        network: caller.network(),
        client: client_name(headers),
        lifetime: state.sessions.lifetime,
    };
    let now = state.store().now().await?;
    let id = state.store().begin_session(new, now).await?;
    let cookie = set_cookie(state, caller, &token).ok_or(Problem::new(Code::Internal))?;
    Ok((id, cookie))
}

/// The cookie with this name; `None` if there are two, since one of them is somebody else's.
pub fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let all = headers.get_all(header::COOKIE).into_iter().filter_map(|value| value.to_str().ok());
    let pairs = all.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let mut found = pairs.filter(|(known, _)| *known == name).map(|(_, value)| value);
    let first = found.next()?;
    found.next().is_none().then_some(first)
}

/// The header that gives the cookie to a browser.
fn set_cookie(state: &WebState, caller: &Caller, token: &Token) -> Option<HeaderValue> {
    cookie_header(&state.sessions, caller, token.expose(), state.sessions.lifetime.as_secs())
}

/// The header that takes the cookie back.
pub fn clear_cookie(state: &WebState, caller: &Caller) -> Option<HeaderValue> {
    cookie_header(&state.sessions, caller, "", 0)
}

fn cookie_header(rules: &SessionRules, caller: &Caller, value: &str, seconds: u64) -> Option<HeaderValue> {
    let secure = rules.secure(caller);
    let (name, flag) = (cookie_name(secure), if secure { "; Secure" } else { "" });
    let text = format!("{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{flag}");
    HeaderValue::from_str(&text).ok()
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

#[cfg(test)]
mod tests {
    use super::*;

    fn caller(address: &str, https: bool) -> Caller {
        Caller { address: address.parse().unwrap(), https, host: None, by_trusted_proxy: false }
    }

    #[test]
    fn the_cookie_is_for_https_only_where_the_request_or_the_setting_says_so() {
        let flags = |cookie_secure, https| {
            let rules = SessionRules { idle: Duration::ZERO, lifetime: Duration::ZERO, cookie_secure };
            let value = cookie_header(&rules, &caller("192.0.2.1", https), "x", 60).unwrap();
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
}
