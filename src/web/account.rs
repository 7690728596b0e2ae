//! Changing the account's password.
//!
//! Owns: that the present one must be known, and that nobody goes on with a session from before. Must not know: whether a
//! page or a program asks.

use axum::http::{HeaderMap, HeaderValue};
use secrecy::SecretString;
use tracing::{info, warn};

use super::access::Identity;
use super::arrival::Client;
use super::attempt::Attempt;
use super::problem::{Code, Problem};
use super::{WebState, session, setup, sign_in};
use crate::auth::password::Verdict;
use crate::store::StoreError;

/// Sets another password and ends every session. Who came by one gets a new one, by this header.
pub async fn change_password(
    state: &WebState,
    client: &Client,
    headers: &HeaderMap,
    identity: &Identity,
    current: SecretString,
    new: SecretString,
) -> Result<Option<HeaderValue>, Problem> {
    let failed = |failure: StoreError| state.database_failed("password", &failure);
    let administrator = sign_in::administrator(state).await?.ok_or(Problem::new(Code::Conflict))?;
    let attempt = Attempt::begin(state, client, &administrator.name).await?;
    let (actor, address, method) = (identity.actor(), client.address, identity.method());
    if sign_in::verify(state, Some(&administrator), &current).await? == Verdict::Wrong {
        warn!(event = "auth.password-refused", actor, address = %address, method);
        attempt.failed(state, client).await;
        return Err(Problem::new(Code::WrongPassword));
    }
    attempt.succeeded(state).await;
    let hash = setup::new_hash(state, client, &administrator.name, new).await?;
    let now = state.store().now().await.map_err(failed)?;
    if !state.store().change_password(&hash, None, now).await.map_err(failed)? {
        return Err(Problem::new(Code::Conflict));
    }
    info!(event = "auth.password-changed", actor, address = %address, method);
    if identity.session().is_none() {
        return Ok(None);
    }
    let (_, cookie) = session::renew(state, client, headers, sign_in::BY_PASSWORD).await?;
    Ok(Some(cookie))
}
