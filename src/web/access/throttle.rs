//! Attempts that may fail, and what they cost whoever makes them.
//!
//! Owns: that an attempt is counted before it is made, on all replicas together, and that too many are answered 429.
//! Must not know: what makes an attempt right.

use std::time::Duration;

use tracing::warn;

use crate::auth::throttle::{self, Subject};
use crate::domain::time::Ts;
use crate::ops::metrics::AuthMethod;
use crate::store::StoreError;
use crate::web::WebState;
use crate::web::access::guard::NOBODY;
use crate::web::middleware::caller::Caller;
use crate::web::problem::Problem;

/// An attempt with the account's password: counted, and not decided yet.
#[must_use]
pub struct Attempt(Vec<Subject>);

impl Attempt {
    /// Counts an attempt with this name, or refuses it because too many have failed.
    pub async fn begin(state: &WebState, caller: &Caller, name: &str) -> Result<Self, Problem> {
        let network = caller.network();
        let now = state.store().now().await?;
        let known_since = now.minus(throttle::NETWORK_KNOWN_FOR);
        let mut subjects = vec![throttle::sign_in(&network)];
        if !state.store().knows_network(&network, known_since).await? {
            subjects.push(throttle::account(name));
        }
        match count(state, &subjects, now).await? {
            None => Ok(Self(subjects)),
            Some(wait) => Err(Problem::throttled(wait)),
        }
    }

    /// It was right: the failures before it are forgotten.
    pub async fn succeeded(self, state: &WebState) {
        let subjects: Vec<String> = self.0.into_iter().map(|(subject, _)| subject).collect();
        if let Err(failure) = state.store().forget_attempts(&subjects).await {
            state.go_on_without("throttle", &failure);
        }
    }

    /// It was wrong.
    pub async fn failed(self, state: &WebState, caller: &Caller) {
        state.metrics().auth_failed(AuthMethod::Password);
        tell_of_wait(state, caller, AuthMethod::Password, &self.0).await;
    }
}

/// The answer to a key, token or secret that was looked up and is wrong: the refusal, or 429 after too many from one
/// network. Right ones are never refused, so nobody can take a client's feed away by guessing beside it.
pub async fn wrong_secret(
    state: &WebState,
    caller: &Caller,
    method: AuthMethod,
    refusal: Problem,
) -> Problem {
    let subjects = [throttle::wrong_secrets(&caller.network())];
    let counted = match state.store().now().await {
        Ok(now) => count(state, &subjects, now).await,
        Err(failure) => Err(failure),
    };
    match counted {
        Ok(Some(wait)) => Problem::throttled(wait),
        Ok(None) => {
            warn!(event = "auth.refused", actor = NOBODY, address = %caller.address, method = method.as_str());
            tell_of_wait(state, caller, method, &subjects).await;
            refusal
        }
        Err(failure) => {
            state.go_on_without("throttle", &failure);
            refusal
        }
    }
}

/// Asks before it counts, so that who does not stop makes nothing be written.
async fn count(state: &WebState, subjects: &[Subject], now: Ts) -> Result<Option<Duration>, StoreError> {
    match longest_wait(state, subjects, now).await? {
        Duration::ZERO => state.store().begin_attempt(subjects, now).await,
        wait => Ok(Some(wait)),
    }
}

/// Tells the log that a wait begins: once, since attempts during it are not counted.
async fn tell_of_wait(state: &WebState, caller: &Caller, method: AuthMethod, subjects: &[Subject]) {
    let wait = match state.store().now().await {
        Ok(now) => longest_wait(state, subjects, now).await,
        Err(failure) => Err(failure),
    };
    match wait {
        Ok(Duration::ZERO) => {}
        Ok(wait) => {
            let (method, wait_seconds) = (method.as_str(), wait.as_secs() + 1);
            warn!(event = "auth.throttled", actor = NOBODY, address = %caller.address, method, wait_seconds);
        }
        Err(failure) => {
            state.go_on_without("throttle", &failure);
        }
    }
}

async fn longest_wait(state: &WebState, subjects: &[Subject], now: Ts) -> Result<Duration, StoreError> {
    let mut longest = Duration::ZERO;
    for subject in subjects {
        longest = longest.max(state.store().attempt_wait(subject, now).await?.unwrap_or_default());
    }
    Ok(longest)
}
