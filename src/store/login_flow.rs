//! Sign-ins that were sent to a provider and are not back yet. Each is taken once, by whichever replica it comes back to.

use secrecy::{ExposeSecret, SecretString};

use super::{Store, StoreError};
use crate::domain::time::Ts;

/// More sign-ins than this under way are forgotten, the oldest first: strangers can begin them, some forty from one network
/// in the time that one is kept (`auth::throttle`).
const MOST_FLOWS: i64 = 20_000;

/// A sign-in under way.
#[derive(Debug, Clone)]
pub struct LoginFlow {
    /// Hash of the value that goes to the provider and back.
    pub state_hash: [u8; 32],
    /// Hash of the cookie of the browser that began.
    pub browser_hash: [u8; 32],
    /// What the provider has to repeat in the token.
    pub nonce: SecretString,
    /// What only we can show with the code (PKCE).
    pub pkce_verifier: SecretString,
    /// Where the browser goes afterwards.
    pub return_path: String,
}

#[derive(sqlx::FromRow)]
struct Row {
    browser_hash: Vec<u8>,
    nonce: String,
    pkce_verifier: String,
    return_path: String,
    expires_at: i64,
}

impl Store {
    /// Keeps a sign-in until this moment.
    pub async fn begin_login_flow(&self, flow: LoginFlow, expires_at: Ts) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        exec!(&mut tx, conn => sqlx::query(
            "INSERT INTO login_flow (state_hash, browser_hash, nonce, pkce_verifier, return_path, expires_at) \
             VALUES ($1, $2, $3, $4, $5, $6)",
        ).bind(flow.state_hash.to_vec()).bind(flow.browser_hash.to_vec())
         .bind(flow.nonce.expose_secret().to_owned()).bind(flow.pkce_verifier.expose_secret().to_owned())
         .bind(flow.return_path).bind(expires_at.millis()).execute(conn))?;
        exec!(&mut tx, conn => sqlx::query(
            "DELETE FROM login_flow WHERE state_hash IN (SELECT state_hash FROM login_flow \
             ORDER BY expires_at DESC, state_hash LIMIT 1000000 OFFSET $1)",
        ).bind(MOST_FLOWS).execute(conn))?;
        tx.commit().await
    }

    /// Takes a sign-in out: the second who asks for it finds nothing. `None` as well if it took too long.
    pub async fn take_login_flow(
        &self,
        state_hash: &[u8; 32],
        now: Ts,
    ) -> Result<Option<LoginFlow>, StoreError> {
        let mut tx = self.begin().await?;
        let row: Option<Row> = run!(&mut tx, conn => sqlx::query_as(
            "DELETE FROM login_flow WHERE state_hash = $1 \
             RETURNING browser_hash, nonce, pkce_verifier, return_path, expires_at",
        ).bind(state_hash.to_vec()).fetch_optional(conn))?;
        tx.commit().await?;
        let Some(row) = row.filter(|row| row.expires_at > now.millis()) else { return Ok(None) };
        let unknown = |_| StoreError::Inconsistent { table: "login_flow", what: "browser_hash", row: 0 };
        Ok(Some(LoginFlow {
            state_hash: *state_hash,
            browser_hash: row.browser_hash.try_into().map_err(unknown)?,
            nonce: row.nonce.into(),
            pkce_verifier: row.pkce_verifier.into(),
            return_path: row.return_path,
        }))
    }

    /// Removes sign-ins that took too long.
    pub async fn purge_login_flows(&self, now: Ts) -> Result<u64, StoreError> {
        let mut tx = self.begin().await?;
        let removed = exec!(&mut tx, conn => sqlx::query("DELETE FROM login_flow WHERE expires_at <= $1")
            .bind(now.millis()).execute(conn))?;
        tx.commit().await?;
        Ok(removed)
    }
}
