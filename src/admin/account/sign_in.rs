//! Signing in with the password. The steps are the same for a wrong name and a wrong password, so that neither the
//! answer nor its time tells them apart.

use secrecy::SecretString;
use tracing::{error, warn};

use super::{Accounts, BY_PASSWORD, BegunSession, Visitor};
use crate::admin::AdminError;
use crate::auth::attempts::NOBODY;
use crate::auth::password::PasswordCheck;
use crate::auth::token::secret_eq;
use crate::domain::text::person_key;
use crate::ops::metrics::DbError;
use crate::store::Administrator;

impl Accounts {
    /// Begins a session for a visitor who knows the name and the password.
    pub async fn sign_in(
        &self,
        visitor: &Visitor,
        name: &str,
        password: SecretString,
    ) -> Result<BegunSession, AdminError> {
        let attempt = self.attempts.begin_password(visitor.source, visitor.browser.as_ref(), name).await?;
        let administrator = self.administrator().await?;
        let check = self.check_password(administrator.as_ref(), &password).await?;
        let named = administrator.as_ref().is_some_and(|known| is_named(known, name));
        let Some(administrator) = administrator.filter(|_| named && check != PasswordCheck::Wrong) else {
            let (actor, method) = (NOBODY, BY_PASSWORD);
            warn!(event = "auth.sign-in-failed", actor, address = %visitor.source, method);
            self.attempts.failed(attempt, visitor.source).await;
            return Err(AdminError::SignInFailed);
        };
        self.attempts.succeeded(attempt).await;
        if check == PasswordCheck::RightButWeak {
            self.strengthen(&administrator, password).await;
        }
        let begun = self.begin_session(visitor, BY_PASSWORD).await?;
        // A change of the password ends every session, but this one may have begun just after it, with the former one.
        let now = self.administrator().await?;
        if !now.is_some_and(|now| has_same_password(&now, &administrator, check)) {
            self.store.end_session(begun.id).await?;
            return Err(AdminError::SignInFailed);
        }
        Ok(begun)
    }

    /// Puts today's kind of hash in the place of a weaker one; if that fails, the next sign-in will.
    async fn strengthen(&self, administrator: &Administrator, password: SecretString) {
        let Ok(stronger) = self.passwords.hash(password).await else { return };
        if let Err(failure) = self.store.strengthen_hash(&administrator.password_hash, &stronger).await {
            self.metrics.db_failed(DbError::from_kind(failure.kind()));
            error!(event = "web.database-failed", during = "password-hash", cause = %failure);
        }
    }
}

fn is_named(administrator: &Administrator, name: &str) -> bool {
    secret_eq(&person_key(&administrator.name), &person_key(name))
}

/// Whether the password is the one of before; its hash may have become stronger meanwhile.
fn has_same_password(now: &Administrator, before: &Administrator, check: PasswordCheck) -> bool {
    let strengthened =
        check == PasswordCheck::RightButWeak && now.password_changed_at == before.password_changed_at;
    now.password_hash == before.password_hash || strengthened
}
