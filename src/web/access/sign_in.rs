//! Signing in with the password, and signing out.
//!
//! Owns: the order of the steps, which is the same for a wrong name and a wrong password, so that neither the answer nor
//! its time tells them apart. Must not know: whether a page or a program asks.

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use secrecy::SecretString;
use tracing::{info, warn};

use crate::auth::password::{Busy, Passwords, Verdict};
use crate::auth::token::secret_eq;
use crate::domain::text::person_key;
use crate::store::Administrator;
use crate::web::WebState;
use crate::web::access::cross_site;
use crate::web::access::guard::{Identity, NOBODY};
use crate::web::access::session;
use crate::web::access::throttle::Attempt;
use crate::web::middleware::caller::Caller;
use crate::web::problem::{Code, Problem};

/// How a session began that began with the password.
pub const BY_PASSWORD: &str = "password";

/// Begins a session for who knows the name and the password, and gives the header with its cookie.
pub async fn with_password(
    state: &WebState,
    caller: &Caller,
    headers: &HeaderMap,
    name: &str,
    password: SecretString,
) -> Result<HeaderValue, Problem> {
    cross_site::check(state, caller, headers, cross_site::Ambient::Nothing)?;
    let attempt = Attempt::begin(state, caller, name).await?;
    let administrator = administrator(state).await?;
    let verdict = verify(state, administrator.as_ref(), &password).await?;
    let named = administrator.as_ref().is_some_and(|known| is_named(known, name));
    let Some(administrator) = administrator.filter(|_| named && verdict != Verdict::Wrong) else {
        warn!(event = "auth.sign-in-failed", actor = NOBODY, address = %caller.address, method = BY_PASSWORD);
        attempt.failed(state, caller).await;
        return Err(Problem::new(Code::SignInFailed));
    };
    attempt.succeeded(state).await;
    if verdict == Verdict::RightButWeak {
        strengthen(state, &administrator, password).await;
    }
    let (id, cookie) = session::begin(state, caller, headers, BY_PASSWORD).await?;
    // A change of the password ends every session, but this one may have begun just after it, with the former one.
    let now = self::administrator(state).await?;
    if !now.is_some_and(|now| has_same_password(&now, &administrator, verdict)) {
        state.store().end_session(id).await?;
        return Err(Problem::new(Code::SignInFailed));
    }
    Ok(cookie)
}

/// Ends the session, and gives the headers that make the browser forget it.
pub async fn out(state: &WebState, caller: &Caller, identity: &Identity) -> Result<HeaderMap, Problem> {
    if let Some(id) = identity.session() {
        state.store().end_session(id).await?;
    }
    info!(event = "auth.signed-out", actor = identity.actor(), address = %caller.address, method = "session");
    let cookie = session::clear_cookie(state, caller).map(|value| (header::SET_COOKIE, value));
    Ok(cookie.into_iter().chain(farewell(caller)).collect())
}

/// What a browser is asked to forget when its person signs out; over plain HTTP it would not listen.
fn farewell(caller: &Caller) -> Option<(HeaderName, HeaderValue)> {
    let header = HeaderName::from_static("clear-site-data");
    caller.https.then_some((header, HeaderValue::from_static("\"cache\", \"cookies\", \"storage\"")))
}

/// The account, if there is one.
pub(crate) async fn administrator(state: &WebState) -> Result<Option<Administrator>, Problem> {
    Ok(state.store().administrator().await?)
}

/// Checks a password. Where there is no account, one that nobody has is checked in its place.
pub(crate) async fn verify(
    state: &WebState,
    administrator: Option<&Administrator>,
    password: &SecretString,
) -> Result<Verdict, Problem> {
    let stored = administrator.map_or_else(Passwords::nobodys_hash, |known| known.password_hash.clone());
    state.passwords.verify(&stored, password.clone()).await.map_err(|Busy| Problem::new(Code::Unavailable))
}

fn is_named(administrator: &Administrator, name: &str) -> bool {
    secret_eq(&person_key(&administrator.name), &person_key(name))
}

/// Whether the password is the one of before; its hash may have become stronger meanwhile.
fn has_same_password(now: &Administrator, before: &Administrator, verdict: Verdict) -> bool {
    let strengthened =
        verdict == Verdict::RightButWeak && now.password_changed_at == before.password_changed_at;
    now.password_hash == before.password_hash || strengthened
}

/// Puts today's kind of hash in the place of a weaker one; if that fails, the next sign-in will.
async fn strengthen(state: &WebState, administrator: &Administrator, password: SecretString) {
    let Ok(stronger) = state.passwords.hash(password).await else { return };
    if let Err(failure) = state.store().strengthen_hash(&administrator.password_hash, &stronger).await {
        state.go_on_without("password-hash", &failure);
    }
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr};

    use super::*;

    #[test]
    fn only_a_browser_that_came_over_https_is_asked_to_forget() {
        let address = IpAddr::V4(Ipv4Addr::LOCALHOST);
        let caller = Caller { address, https: true, host: None, by_trusted_proxy: true };
        let (name, value) = farewell(&caller).unwrap();
        assert_eq!(
            (name.as_str(), value.to_str().unwrap()),
            ("clear-site-data", r#""cache", "cookies", "storage""#)
        );
        assert!(farewell(&Caller { https: false, ..caller }).is_none());
    }
}
