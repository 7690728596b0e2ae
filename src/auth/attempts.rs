//! Attempts that may fail, counted before they are made (ADR 9).
//!
//! Owns: which counters an attempt moves, how long the next one has to wait, and what the log says of both. All replicas
//! count together. Must not know: requests, and what makes an attempt right.

use std::time::Duration;

use tracing::{error, warn};

use super::source::Source;
use super::throttle::{self, Subject};
use super::token::Token;
use crate::domain::time::Ts;
use crate::ops::metrics::{AuthMethod, DbError, Metrics};
use crate::store::{Store, StoreError};

/// For the log: a caller that has proved nothing.
pub const NOBODY: &str = "anonymous";

/// Counts attempts. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Attempts {
    store: Store,
    metrics: Metrics,
}

/// Why an attempt is not made.
#[derive(Debug, thiserror::Error)]
pub enum AttemptError {
    /// Too many have failed: the next one is taken after this time.
    #[error("too many attempts have failed")]
    TooMany(Duration),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// An attempt with the account's password: counted, and not decided yet.
#[must_use]
pub struct PasswordAttempt(Vec<Subject>);

impl Attempts {
    /// Counts in this database and these metrics.
    pub fn new(store: Store, metrics: Metrics) -> Self {
        Self { store, metrics }
    }

    /// Counts an attempt with this name, or refuses it because too many have failed.
    ///
    /// `browser`: its cookie, if it shows one. A browser in which the administrator signed in before counts by itself: neither
    /// strangers who know the name nor those who share its network, as behind a proxy that is not trusted, make it wait.
    pub async fn begin_password(
        &self,
        source: Source,
        browser: Option<&Token>,
        name: &str,
    ) -> Result<PasswordAttempt, AttemptError> {
        let network = source.network();
        let now = self.store.now().await?;
        let known_since = now.minus(throttle::NETWORK_KNOWN_FOR);
        if let Some(browser) = browser.map(|cookie| throttle::known_browser(&cookie.hash()))
            && self.store.knows_network(&browser, known_since).await?
        {
            let subjects = vec![throttle::sign_in_browser(&browser)];
            self.count(&subjects, now).await?;
            return Ok(PasswordAttempt(subjects));
        }
        let mut subjects = vec![throttle::sign_in(&network)];
        if !self.store.knows_network(&network, known_since).await? {
            subjects.push(throttle::account(name));
        }
        self.count(&subjects, now).await?;
        Ok(PasswordAttempt(subjects))
    }

    /// The attempt was right: the failures before it are forgotten.
    pub async fn succeeded(&self, attempt: PasswordAttempt) {
        let subjects: Vec<String> = attempt.0.into_iter().map(|(subject, _)| subject).collect();
        if let Err(failure) = self.store.forget_attempts(&subjects).await {
            self.go_on_without(&failure);
        }
    }

    /// The attempt was wrong.
    pub async fn failed(&self, attempt: PasswordAttempt, source: Source) {
        self.metrics.auth_failed(AuthMethod::Password);
        self.log_wait(source, AuthMethod::Password, &attempt.0).await;
    }

    /// Counts a key, token or secret that was looked up and is wrong. Answers how long the network has to wait if it has
    /// shown too many. Right ones are never refused, so nobody can take a client's feed away by guessing beside it.
    pub async fn wrong_secret(&self, source: Source, method: AuthMethod) -> Option<Duration> {
        let subjects = [throttle::wrong_secrets(&source.network())];
        let counted = match self.store.now().await {
            Ok(now) => self.count(&subjects, now).await,
            Err(failure) => Err(failure.into()),
        };
        match counted {
            Ok(()) => {
                warn!(event = "auth.refused", actor = NOBODY, address = %source, method = method.as_str());
                self.log_wait(source, method, &subjects).await;
                None
            }
            Err(AttemptError::TooMany(wait)) => Some(wait),
            Err(AttemptError::Store(failure)) => {
                self.go_on_without(&failure);
                None
            }
        }
    }

    /// Counts an attempt of another kind. What may be asked many times at once is counted without a look before, so
    /// that a thousand guesses at once are a thousand.
    pub async fn begin(&self, subject: Subject) -> Result<Ts, AttemptError> {
        let now = self.store.now().await?;
        match self.store.begin_attempt(&[subject], now).await? {
            Some(wait) => Err(AttemptError::TooMany(wait)),
            None => Ok(now),
        }
    }

    /// Forgets the failures under these subjects.
    pub async fn forget(&self, subjects: &[Subject]) -> Result<(), StoreError> {
        let names: Vec<String> = subjects.iter().map(|(subject, _)| subject.clone()).collect();
        self.store.forget_attempts(&names).await
    }

    /// Looks before it counts, so that a caller that does not stop makes nothing be written.
    async fn count(&self, subjects: &[Subject], now: Ts) -> Result<(), AttemptError> {
        let wait = match self.longest_wait(subjects, now).await? {
            Duration::ZERO => self.store.begin_attempt(subjects, now).await?,
            wait => Some(wait),
        };
        wait.map_or(Ok(()), |wait| Err(AttemptError::TooMany(wait)))
    }

    /// Logs that a wait begins: once, since attempts during it are not counted.
    async fn log_wait(&self, source: Source, method: AuthMethod, subjects: &[Subject]) {
        let wait = match self.store.now().await {
            Ok(now) => self.longest_wait(subjects, now).await,
            Err(failure) => Err(failure),
        };
        match wait {
            Ok(Duration::ZERO) => {}
            Ok(wait) => {
                let (method, wait_seconds) = (method.as_str(), wait.as_secs() + 1);
                warn!(event = "auth.throttled", actor = NOBODY, address = %source, method, wait_seconds);
            }
            Err(failure) => self.go_on_without(&failure),
        }
    }

    async fn longest_wait(&self, subjects: &[Subject], now: Ts) -> Result<Duration, StoreError> {
        let mut longest = Duration::ZERO;
        for subject in subjects {
            longest = longest.max(self.store.attempt_wait(subject, now).await?.unwrap_or_default());
        }
        Ok(longest)
    }

    /// The answer to the caller is the same whether or not this could be written down.
    fn go_on_without(&self, failure: &StoreError) {
        self.metrics.db_failed(DbError::from_kind(failure.kind()));
        error!(event = "web.database-failed", during = "throttle", cause = %failure);
    }
}
