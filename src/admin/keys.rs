//! API keys: making, finding and revoking them.
//!
//! Owns: what a new key must be. Must not know: how a key is shown in a request.

use std::time::Duration;

use tracing::info;

use super::{Actor, AdminError};
use crate::auth::scope::ScopeSet;
use crate::auth::token::{Token, TokenKind};
use crate::domain::ids::KeyId;
use crate::domain::text::is_plain;
use crate::store::{ApiKey, NewApiKey, Store};

/// The longest name, in characters.
pub const LONGEST_NAME_CHARS: usize = 64;
/// The longest life of a key that has an end, in days.
pub const LONGEST_LIFE_DAYS: u64 = 3650;

/// A key's record with the key itself, which is known only now.
#[derive(Debug)]
pub struct KeyWithToken {
    /// What lists show of it.
    pub record: ApiKey,
    /// The key.
    pub token: Token,
}

/// Makes a key. `days`: after how many it stops working; `None`: never. A program with a key makes none that opens more
/// than its own, or for longer.
pub async fn create(
    store: &Store,
    actor: &Actor,
    name: &str,
    scopes: ScopeSet,
    days: Option<u64>,
) -> Result<KeyWithToken, AdminError> {
    if !is_plain(name, LONGEST_NAME_CHARS) {
        return Err(AdminError::Invalid("name"));
    }
    if scopes.is_empty() {
        return Err(AdminError::Invalid("scopes"));
    }
    if !days.is_none_or(|days| (1..=LONGEST_LIFE_DAYS).contains(&days)) {
        return Err(AdminError::Invalid("expiresInDays"));
    }
    let now = store.now().await?;
    let expires_at = days.map(|days| now.plus(Duration::from_hours(24 * days)));
    if !actor.may_grant(scopes) {
        return Err(AdminError::BeyondOwn("scopes"));
    }
    if !actor.may_grant_until(expires_at) {
        return Err(AdminError::BeyondOwn("expiresInDays"));
    }
    let token = Token::generate(TokenKind::ApiKey, &mut rand::rng());
    let new = NewApiKey {
        name: name.to_owned(),
        key_hash: token.hash(),
        key_shown: token.shown(),
        scopes,
        expires_at,
    };
    let id = store.create_key(new, now).await?;
    let record = find(store, id).await?;
    info!(event = "key.created", name, scopes = %scopes, actor = actor.name(), address = actor.address());
    Ok(KeyWithToken { record, token })
}

/// The record of the key with this number.
pub async fn find(store: &Store, id: KeyId) -> Result<ApiKey, AdminError> {
    store.keys().await?.into_iter().find(|key| key.id == id).ok_or(AdminError::NotFound)
}

/// The record of the key with this name.
pub async fn find_named(store: &Store, name: &str) -> Result<ApiKey, AdminError> {
    store.keys().await?.into_iter().find(|key| key.name == name).ok_or(AdminError::NotFound)
}

/// Revokes a key: it opens nothing any more, and its feeds end with it.
pub async fn revoke(store: &Store, actor: &Actor, id: KeyId) -> Result<(), AdminError> {
    let name = store.revoke_key(id, store.now().await?).await?.ok_or(AdminError::NotFound)?;
    info!(event = "key.revoked", name, actor = actor.name(), address = actor.address());
    Ok(())
}
