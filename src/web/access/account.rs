//! Changing the account's password.
//!
//! Owns: that the present one must be known, and that nobody goes on with a session from before. Must not know: whether a
//! page or a program asks.

use axum::http::{HeaderMap, HeaderValue};
use secrecy::SecretString;
use tracing::{info, warn};

use crate::auth::password::Verdict;
use crate::web::WebState;
use crate::web::access::guard::Identity;
use crate::web::access::session;
use crate::web::access::sign_in;
use crate::web::access::throttle::Attempt;
use crate::web::api::setup;
use crate::web::middleware::caller::Caller;
use crate::web::problem::{Code, Problem};

/// Sets another password and ends every session. Who came by one gets a new one, by this header.
pub async fn change_password(
    state: &WebState,
    caller: &Caller,
    headers: &HeaderMap,
    identity: &Identity,
    current: SecretString,
    new: SecretString,
) -> Result<Option<HeaderValue>, Problem> {
    let administrator = sign_in::administrator(state).await?.ok_or(Problem::new(Code::Conflict))?;
    let attempt = Attempt::begin(state, caller, &administrator.name).await?;
    let (actor, address, method) = (identity.actor(), caller.address, identity.method());
    if sign_in::verify(state, Some(&administrator), &current).await? == Verdict::Wrong {
        warn!(event = "auth.password-refused", actor, address = %address, method);
        attempt.failed(state, caller).await;
        return Err(Problem::new(Code::WrongPassword));
    }
    attempt.succeeded(state).await;
    let hash = setup::new_hash(state, caller, &administrator.name, new).await?;
    let now = state.store().now().await?;
    if !state.store().change_password(&hash, None, now).await? {
        return Err(Problem::new(Code::Conflict));
    }
    info!(event = "auth.password-changed", actor, address = %address, method);
    if identity.session().is_none() {
        return Ok(None);
    }
    let (_, cookie) = session::renew(state, caller, headers, sign_in::BY_PASSWORD).await?;
    Ok(Some(cookie))
}
