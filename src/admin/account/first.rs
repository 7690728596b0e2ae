//! Making the account, once, for a visitor who shows the set-up token.

use secrecy::SecretString;
use tracing::{info, warn};

use super::{Accounts, BY_PASSWORD, BegunSession, Visitor};
use crate::admin::AdminError;
use crate::auth::setup::check_name;
use crate::auth::source::Source;
use crate::auth::throttle;
use crate::store::{NewAdministrator, StoreError};

impl Accounts {
    /// Whether there is no account yet.
    pub async fn is_setup_needed(&self) -> Result<bool, StoreError> {
        self.setup.is_needed(&self.store).await
    }

    /// Judges a set-up token, by its hash. The attempt is counted before the token is looked at, so that a thousand
    /// guesses at once are a thousand.
    pub async fn check_setup_token(&self, source: Source, shown: Option<[u8; 32]>) -> Result<(), AdminError> {
        let subject = throttle::set_up(&source.network());
        // Before the wait of others in the same network: the token has 36 letters and digits, or 20 of the person's own.
        let right = match shown {
            Some(hash) => self.store.is_setup_token(&hash).await?,
            None => false,
        };
        if right {
            return Ok(self.attempts.forget(&[subject]).await?);
        }
        let begun = self.attempts.begin(subject).await.map_err(AdminError::from);
        if let Err(error) = begun {
            if matches!(error, AdminError::TooManyAttempts(_)) {
                warn!(event = "auth.setup-throttled", address = %source);
            }
            return Err(error);
        }
        warn!(event = "auth.setup-refused", address = %source);
        Err(AdminError::BadSetupToken)
    }

    /// Makes the account for a visitor who has shown the token, and begins a session.
    ///
    /// # Errors
    /// [`AdminError::NotFound`]: somebody was faster, and there is nothing to set up any more.
    pub async fn create_first(
        &self,
        visitor: &Visitor,
        name: &str,
        password: SecretString,
    ) -> Result<BegunSession, AdminError> {
        check_name(name).map_err(|_| AdminError::Invalid("name"))?;
        let password_hash = self.new_hash(visitor, name, password).await?;
        let new = NewAdministrator { name: name.to_owned(), password_hash };
        let made = self.store.create_administrator(new, self.store.now().await?).await?;
        self.setup.finish();
        if !made {
            return Err(AdminError::NotFound);
        }
        info!(event = "auth.administrator-made", by = "setup", address = %visitor.source);
        Ok(self.begin_session(visitor, BY_PASSWORD).await?)
    }
}
