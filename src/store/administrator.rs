//! The one account, and the tokens that let somebody create it.

use std::fmt;

use super::{Store, StoreError};
use crate::domain::ids::SessionId;
use crate::domain::time::Ts;

/// The account to be made.
pub struct NewAdministrator {
    /// The name to sign in with.
    pub name: String,
    /// The password's hash.
    pub password_hash: String,
}

/// The account.
#[derive(Clone)]
pub struct Administrator {
    /// The name to sign in with.
    pub name: String,
    /// The password's hash.
    pub password_hash: String,
    /// When the account was made.
    pub created_at: Ts,
    /// When its password was last changed.
    pub password_changed_at: Ts,
}

impl fmt::Debug for Administrator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Administrator").field("name", &self.name).finish_non_exhaustive()
    }
}

#[derive(sqlx::FromRow)]
struct Row {
    name: String,
    password_hash: String,
    created_at: i64,
    password_changed_at: i64,
}

impl Store {
    /// Makes the account, unless there is one. False: there is one. The tokens of the set-up end with it.
    pub async fn create_administrator(&self, new: NewAdministrator, now: Ts) -> Result<bool, StoreError> {
        let mut tx = self.begin().await?;
        let made = exec!(&mut tx, conn => sqlx::query(
            "INSERT INTO administrator (id, name, password_hash, created_at, password_changed_at) \
             VALUES (1, $1, $2, $3, $3) ON CONFLICT (id) DO NOTHING",
        ).bind(new.name).bind(new.password_hash).bind(now.millis()).execute(conn))?;
        if made == 1 {
            exec!(&mut tx, conn => sqlx::query("DELETE FROM setup_token").execute(conn))?;
        }
        tx.commit().await?;
        Ok(made == 1)
    }

    /// The account, if it was made.
    pub async fn administrator(&self) -> Result<Option<Administrator>, StoreError> {
        let row: Option<Row> = read!(self, pool => sqlx::query_as(
            "SELECT name, password_hash, created_at, password_changed_at FROM administrator WHERE id = 1",
        ).fetch_optional(pool))?;
        Ok(row.map(|row| Administrator {
            name: row.name,
            password_hash: row.password_hash,
            created_at: Ts::from_millis(row.created_at),
            password_changed_at: Ts::from_millis(row.password_changed_at),
        }))
    }

    /// Sets another password and ends every session but `keep`. False: there is no account.
    pub async fn change_password(
        &self,
        password_hash: &str,
        keep: Option<SessionId>,
        now: Ts,
    ) -> Result<bool, StoreError> {
        let mut tx = self.begin().await?;
        let changed = exec!(&mut tx, conn => sqlx::query(
            "UPDATE administrator SET password_hash = $1, password_changed_at = $2 WHERE id = 1",
        ).bind(password_hash.to_owned()).bind(now.millis()).execute(conn))?;
        super::session::end_all_but(&mut tx, keep).await?;
        tx.commit().await?;
        Ok(changed == 1)
    }

    /// Puts a stronger hash of the same password in the place of `old`. Nothing happens if the password was changed
    /// meanwhile.
    pub async fn strengthen_hash(&self, old: &str, new: &str) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        exec!(&mut tx, conn => sqlx::query(
            "UPDATE administrator SET password_hash = $2 WHERE id = 1 AND password_hash = $1",
        ).bind(old.to_owned()).bind(new.to_owned()).execute(conn))?;
        tx.commit().await
    }

    /// Lets the token with this hash create the account, as long as there is none.
    pub async fn add_setup_token(&self, token_hash: &[u8; 32], now: Ts) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        exec!(&mut tx, conn => sqlx::query(
            "INSERT INTO setup_token (token_hash, created_at) SELECT $1, CAST($2 AS BIGINT) \
             WHERE NOT EXISTS (SELECT 1 FROM administrator) ON CONFLICT (token_hash) DO NOTHING",
        ).bind(token_hash.to_vec()).bind(now.millis()).execute(conn))?;
        tx.commit().await
    }

    /// Whether a token with this hash may create the account.
    pub async fn is_setup_token(&self, token_hash: &[u8; 32]) -> Result<bool, StoreError> {
        let found: Option<i64> = read!(self, pool => sqlx::query_scalar(
            "SELECT created_at FROM setup_token WHERE token_hash = $1",
        ).bind(token_hash.to_vec()).fetch_optional(pool))?;
        Ok(found.is_some())
    }
}
