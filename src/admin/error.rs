//! Why a deed was not done. Each face maps this type once: `web::problem` to a status, `cli::refusal` to a sentence.

use std::time::Duration;

use crate::auth::attempts::AttemptError;
use crate::auth::oidc::ProviderRefusal;
use crate::auth::password::{Busy, Refused};
use crate::auth::password_rules::Weakness;
use crate::store::StoreError;

/// Why a deed was not done.
#[derive(Debug, thiserror::Error)]
pub enum AdminError {
    /// What it is about is not there, or not any more.
    #[error("nothing of that name or number is there")]
    NotFound,
    /// Another one has the name.
    #[error("the name is taken")]
    NameTaken,
    /// A value cannot be used; the field is named as the API names it.
    #[error("{0} cannot be used")]
    Invalid(&'static str),
    /// A key would grant more than the one that makes it; the field is named as the API names it.
    #[error("{0} goes beyond what the maker has")]
    BeyondOwn(&'static str),
    /// The state of the thing does not allow it.
    #[error("its state does not allow it")]
    Conflict,
    /// Too many attempts have failed: the next one is taken after this time.
    #[error("too many attempts have failed")]
    TooManyAttempts(Duration),
    /// The name or the password is wrong; the caller does not learn which.
    #[error("the name or the password is wrong")]
    SignInFailed,
    /// The present password is wrong.
    #[error("the present password is wrong")]
    WrongPassword,
    /// The new password breaks the rules.
    #[error("{0}")]
    WeakPassword(Weakness),
    /// The set-up token is wrong.
    #[error("the set-up token is wrong")]
    BadSetupToken,
    /// The OpenID Connect provider, or what came back from it, lets nobody in.
    #[error(transparent)]
    ProviderRefused(ProviderRefusal),
    /// What came cannot be read.
    #[error("what came cannot be read")]
    Unreadable,
    /// Not now: too many passwords are checked at this moment.
    #[error("too many passwords are checked at this moment")]
    Busy,
    /// The database failed.
    #[error(transparent)]
    Store(StoreError),
}

impl From<StoreError> for AdminError {
    fn from(failure: StoreError) -> Self {
        match failure {
            StoreError::NameTaken => Self::NameTaken,
            failure => Self::Store(failure),
        }
    }
}

impl From<AttemptError> for AdminError {
    fn from(error: AttemptError) -> Self {
        match error {
            AttemptError::TooMany(wait) => Self::TooManyAttempts(wait),
            AttemptError::Store(failure) => failure.into(),
        }
    }
}

impl From<Busy> for AdminError {
    fn from(_: Busy) -> Self {
        Self::Busy
    }
}

impl From<Refused> for AdminError {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Weak(weakness) => Self::WeakPassword(weakness),
            Refused::Busy(busy) => busy.into(),
        }
    }
}
