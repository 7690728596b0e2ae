//! What an API key opens, for a key that somebody shows.
//!
//! Owns: that a key is known by its hash, has the scope, and that its use is noted. Must not know: requests, and which
//! route needs which scope.

use tracing::{error, info, warn};

use super::scope::{Scope, ScopeSet};
use super::source::Source;
use super::token::Token;
use crate::domain::ids::KeyId;
use crate::domain::time::Ts;
use crate::ops::metrics::{AuthMethod, DbError, Metrics};
use crate::store::{Store, StoreError};

/// A key that opens what it was shown for.
#[derive(Debug, Clone)]
pub struct KnownKey {
    /// The key's row.
    pub id: KeyId,
    /// The name that its owner gave it.
    pub name: String,
    /// Everything that it opens.
    pub scopes: ScopeSet,
    /// When it stops working; `None`: never.
    pub expires_at: Option<Ts>,
}

/// What a shown key is.
#[derive(Debug)]
pub enum ShownKey {
    /// It opens what is asked for.
    Opens(KnownKey),
    /// It is a key, and lacks the scope.
    LacksScope,
    /// Nobody has such a key, or it was revoked or has expired.
    Unknown,
}

/// Judges a key that a caller shows for this scope, and notes its use.
pub async fn judge(
    store: &Store,
    metrics: &Metrics,
    source: Source,
    token: &Token,
    scope: Scope,
) -> Result<ShownKey, StoreError> {
    let now = store.now().await?;
    let Some(key) = store.key_by_hash(&token.hash(), now).await? else { return Ok(ShownKey::Unknown) };
    if !key.scopes.contains(scope) {
        metrics.auth_failed(AuthMethod::ApiKey);
        let (actor, method, needed) = (&*key.name, AuthMethod::ApiKey.as_str(), scope.as_str());
        warn!(event = "auth.forbidden", actor, address = %source, method, needed);
        return Ok(ShownKey::LacksScope);
    }
    if key.last_used_at.is_none() {
        info!(event = "key.first-used", name = key.name, address = %source);
    }
    // The use is worth noting, not worth failing for.
    if let Err(failure) = store.key_used(key.id, now).await {
        metrics.db_failed(DbError::from_kind(failure.kind()));
        error!(event = "web.database-failed", during = "key-use", cause = %failure);
    }
    Ok(ShownKey::Opens(KnownKey {
        id: key.id,
        name: key.name,
        scopes: key.scopes,
        expires_at: key.expires_at,
    }))
}
