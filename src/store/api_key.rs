//! API keys, kept as hashes.

use super::engine::Lock;
use super::{Store, StoreError};
use crate::domain::ids::KeyId;
use crate::domain::scope::ScopeSet;
use crate::domain::time::Ts;

/// A key to be made.
#[derive(Debug)]
pub struct NewApiKey {
    /// The person's name for it.
    pub name: String,
    /// Hash of the key.
    pub key_hash: [u8; 32],
    /// What may be shown of the key.
    pub key_shown: String,
    /// What it opens.
    pub scopes: ScopeSet,
    /// When it stops working.
    pub expires_at: Option<Ts>,
}

/// A key, as it is listed.
#[derive(Debug, Clone)]
pub struct ApiKey {
    /// Its row.
    pub id: KeyId,
    /// The person's name for it.
    pub name: String,
    /// What may be shown of the key.
    pub key_shown: String,
    /// What it opens.
    pub scopes: ScopeSet,
    /// When it was made.
    pub created_at: Ts,
    /// When it was last used, to the minute.
    pub last_used_at: Option<Ts>,
    /// When it stops working.
    pub expires_at: Option<Ts>,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: i64,
    name: String,
    key_shown: String,
    scopes: String,
    created_at: i64,
    last_used_at: Option<i64>,
    expires_at: Option<i64>,
}

impl From<Row> for ApiKey {
    fn from(row: Row) -> Self {
        Self {
            id: KeyId(row.id),
            name: row.name,
            key_shown: row.key_shown,
            // Names that this version does not know open nothing.
            scopes: row.scopes.parse().unwrap_or_default(),
            created_at: Ts::from_millis(row.created_at),
            last_used_at: row.last_used_at.map(Ts::from_millis),
            expires_at: row.expires_at.map(Ts::from_millis),
        }
    }
}

impl Store {
    /// Makes a key.
    ///
    /// # Errors
    /// [`StoreError::NameTaken`] if a key that is not revoked has the name.
    pub async fn create_key(&self, key: NewApiKey, now: Ts) -> Result<KeyId, StoreError> {
        let mut tx = self.begin().await?;
        let id: i64 = run!(&mut tx, conn => sqlx::query_scalar(
            "INSERT INTO api_key (name, key_hash, key_shown, scopes, created_at, expires_at) \
             VALUES ($1, $2, $3, $4, $5, $6) RETURNING id",
        ).bind(key.name).bind(key.key_hash.to_vec()).bind(key.key_shown).bind(key.scopes.to_string()).bind(now.millis())
         .bind(key.expires_at.map(Ts::millis)).fetch_one(conn))?;
        tx.commit().await?;
        Ok(KeyId(id))
    }

    /// The key with this hash, if it is neither revoked nor expired.
    pub async fn key_by_hash(&self, hash: &[u8; 32], now: Ts) -> Result<Option<ApiKey>, StoreError> {
        let row: Option<Row> = read!(self, pool => sqlx::query_as(
            "SELECT id, name, key_shown, scopes, created_at, last_used_at, expires_at FROM api_key \
             WHERE key_hash = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $2)",
        ).bind(hash.to_vec()).bind(now.millis()).fetch_optional(pool))?;
        Ok(row.map(ApiKey::from))
    }

    /// Records the use of a key; at most once a minute, since every scrape of the metrics uses one.
    pub async fn key_used(&self, key: KeyId, now: Ts) -> Result<(), StoreError> {
        const RESOLUTION_MILLIS: i64 = 60_000;
        let mut tx = self.begin().await?;
        exec!(&mut tx, conn => sqlx::query(
            "UPDATE api_key SET last_used_at = $2 WHERE id = $1 AND (last_used_at IS NULL OR last_used_at < $3)",
        ).bind(key.0).bind(now.millis()).bind(now.millis() - RESOLUTION_MILLIS).execute(conn))?;
        tx.commit().await
    }

    /// All keys that are not revoked, by name.
    pub async fn keys(&self) -> Result<Vec<ApiKey>, StoreError> {
        let rows: Vec<Row> = read!(self, pool => sqlx::query_as(
            "SELECT id, name, key_shown, scopes, created_at, last_used_at, expires_at FROM api_key \
             WHERE revoked_at IS NULL",
        ).fetch_all(pool))?;
        let mut keys: Vec<ApiKey> = rows.into_iter().map(ApiKey::from).collect();
        // Here, because each engine has an order of its own for letters.
        keys.sort_by_cached_key(|key| key.name.to_lowercase());
        Ok(keys)
    }

    /// Revokes a key and the feeds that it had with it, and gives its name. `None`: there is no such key.
    pub async fn revoke_key(&self, id: KeyId, now: Ts) -> Result<Option<String>, StoreError> {
        let mut tx = self.begin().await?;
        tx.lock(Lock::Ledger).await?;
        let name: Option<String> = run!(&mut tx, conn => sqlx::query_scalar(
            "UPDATE api_key SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL RETURNING name",
        ).bind(id.0).bind(now.millis()).fetch_optional(conn))?;
        super::key_feed::revoke_feeds_of_dead_keys(&mut tx, now).await?;
        tx.commit().await?;
        Ok(name)
    }
}
