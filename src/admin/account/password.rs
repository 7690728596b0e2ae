//! Changing the account's password: the present one must be known, and nobody goes on with a session from before.

use secrecy::SecretString;
use tracing::{info, warn};

use super::{Accounts, BY_PASSWORD, BegunSession, Visitor};
use crate::admin::{Actor, AdminError};
use crate::auth::password::{PasswordCheck, Passwords};
use crate::auth::password_rules::PasswordRules;
use crate::auth::setup::check_name;
use crate::domain::ids::SessionId;
use crate::store::{NewAdministrator, Store};

impl Accounts {
    /// Sets another password and ends every session. A caller who came by a session gets a new one.
    pub async fn change_password(
        &self,
        actor: &Actor,
        visitor: &Visitor,
        session: Option<SessionId>,
        current: SecretString,
        new: SecretString,
    ) -> Result<Option<BegunSession>, AdminError> {
        let administrator = self.administrator().await?.ok_or(AdminError::Conflict)?;
        let attempt = self
            .attempts
            .begin_password(visitor.source, visitor.browser.as_ref(), &administrator.name)
            .await?;
        let (name, address, method) = (actor.name(), actor.address(), actor.method());
        if self.check_password(Some(&administrator), &current).await? == PasswordCheck::Wrong {
            warn!(event = "auth.password-refused", actor = name, address, method);
            self.attempts.failed(attempt, visitor.source).await;
            return Err(AdminError::WrongPassword);
        }
        self.attempts.succeeded(attempt).await;
        let hash = self.new_hash(visitor, &administrator.name, new).await?;
        if !self.store.change_password(&hash, None, self.store.now().await?).await? {
            return Err(AdminError::Conflict);
        }
        info!(event = "auth.password-changed", actor = name, address, method);
        match session {
            None => Ok(None),
            Some(_) => Ok(Some(self.replace_session(visitor, BY_PASSWORD).await?)),
        }
    }

    /// The hash of a new password for the account of this name, if it keeps the rules.
    pub(super) async fn new_hash(
        &self,
        visitor: &Visitor,
        name: &str,
        password: SecretString,
    ) -> Result<String, AdminError> {
        let names = vec![name.to_owned(), visitor.host.clone()];
        Ok(self.passwords.hash_new(self.password_rules, password, names).await?)
    }
}

/// What became of a password that was set on the command line.
#[derive(Debug, PartialEq, Eq)]
pub enum NamedPassword {
    /// The account is made.
    Created,
    /// The account has the password, and every session has ended.
    Changed,
    /// The account has another name.
    OtherName(String),
}

/// Sets the password of the account of this name, or makes the account, for somebody with a shell on the machine: it
/// works when nobody can sign in. `password` is asked for once the name is right.
pub async fn set_by_command(
    store: &Store,
    rules: PasswordRules,
    name: &str,
    password: impl FnOnce() -> Option<SecretString>,
) -> Result<NamedPassword, AdminError> {
    check_name(name).map_err(|_| AdminError::Invalid("name"))?;
    let known = store.administrator().await?;
    if let Some(other) = known.as_ref().filter(|known| known.name != name) {
        return Ok(NamedPassword::OtherName(other.name.clone()));
    }
    let password = password().ok_or(AdminError::Invalid("password"))?;
    let password_hash = Passwords::default().hash_new(rules, password, vec![name.to_owned()]).await?;
    let now = store.now().await?;
    if known.is_some() {
        store.change_password(&password_hash, None, now).await?;
        return Ok(NamedPassword::Changed);
    }
    let new = NewAdministrator { name: name.to_owned(), password_hash };
    if store.create_administrator(new, now).await? {
        return Ok(NamedPassword::Created);
    }
    // Somebody made the account at this very moment; theirs is not changed unseen.
    let other = store.administrator().await?.ok_or(AdminError::Conflict)?;
    Ok(NamedPassword::OtherName(other.name))
}
