//! The one account: signing in, its password, its sessions, and making it.
//!
//! Owns: the order of the steps of each deed, and what the log says of it. Must not know: cookies, pages, how a token
//! travels.

mod first;
mod password;
mod provider;
mod sessions;
mod sign_in;

use std::fmt;
use std::time::Duration;

use secrecy::SecretString;

pub use self::password::{NamedPassword, set_by_command};
pub use self::provider::{Departure, ReturnFromProvider};
pub use self::sessions::BegunSession;
use crate::auth::attempts::Attempts;
use crate::auth::password::{Busy, PasswordCheck, Passwords};
use crate::auth::password_rules::PasswordRules;
use crate::auth::setup::Setup;
use crate::auth::source::Source;
use crate::auth::token::Token;
use crate::ops::metrics::Metrics;
use crate::store::{Administrator, Store, StoreError};

/// For the log: the one person.
pub const ADMINISTRATOR: &str = "administrator";
/// How a session began that began with the password.
pub const BY_PASSWORD: &str = "password";
/// How a session began that began at the OpenID Connect provider.
pub const BY_PROVIDER: &str = "oidc";

/// How long sessions last.
#[derive(Debug, Clone, Copy)]
pub struct SessionRules {
    /// `auth.session_idle_hours`
    pub idle: Duration,
    /// `auth.session_days`
    pub lifetime: Duration,
}

/// Who comes to sign in, as far as the deeds need it.
#[derive(Debug)]
pub struct Visitor {
    /// From where.
    pub source: Source,
    /// The host that was asked for: no password may be like it.
    pub host: String,
    /// What the browser or program calls itself.
    pub user_agent: Option<String>,
    /// The token of the session that the browser came with. It ends when another one begins: nobody goes on with a
    /// cookie that somebody else may have planted.
    pub former: Option<Token>,
    /// What the browser shows of having been signed in before.
    pub browser: Option<Token>,
}

/// What the deeds of the account work with.
pub struct Accounts {
    store: Store,
    metrics: Metrics,
    attempts: Attempts,
    passwords: Passwords,
    password_rules: PasswordRules,
    setup: Setup,
    session_rules: SessionRules,
}

impl fmt::Debug for Accounts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Accounts").field("setup", &self.setup).finish_non_exhaustive()
    }
}

impl Accounts {
    /// For this database.
    pub fn new(
        store: Store,
        metrics: Metrics,
        passwords: Passwords,
        password_rules: PasswordRules,
        setup: Setup,
        session_rules: SessionRules,
    ) -> Self {
        let attempts = Attempts::new(store.clone(), metrics.clone());
        Self { store, metrics, attempts, passwords, password_rules, setup, session_rules }
    }

    /// The account, if there is one.
    pub async fn administrator(&self) -> Result<Option<Administrator>, StoreError> {
        self.store.administrator().await
    }

    /// Counts attempts of every kind.
    pub const fn attempts(&self) -> &Attempts {
        &self.attempts
    }

    /// How long sessions last.
    pub const fn session_rules(&self) -> SessionRules {
        self.session_rules
    }

    /// Checks a password. Where there is no account, one that nobody has is checked in its place, so that the time is
    /// the same.
    async fn check_password(
        &self,
        administrator: Option<&Administrator>,
        password: &SecretString,
    ) -> Result<PasswordCheck, Busy> {
        let stored = administrator.map_or_else(Passwords::nobodys_hash, |known| known.password_hash.clone());
        self.passwords.verify(&stored, password.clone()).await
    }
}
