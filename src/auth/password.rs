//! Hashing and checking passwords: Argon2id, a few at a time, off the threads that serve requests.
//!
//! Owns: the parameters, and how much of the machine passwords may take. Must not know: whose password it is.

use std::sync::Arc;
use std::time::Duration;

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// What one hash takes, as OWASP's cheat sheet for password storage recommends it: memory in KiB, passes, lanes.
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;
/// How many are computed at one time.
const PARALLEL: usize = 2;
/// How many may wait for their turn; more are turned away.
const WAITING: usize = 8;
/// How long one waits for its turn.
const PATIENCE: Duration = Duration::from_secs(10);

/// What became of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is not the password.
    Wrong,
    /// It is the password.
    Right,
    /// It is the password, and its hash is weaker than what is made today.
    RightButWeak,
}

/// Too many passwords are checked at this moment, or the machine has no memory for one more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too many passwords are checked at this moment")]
pub struct Busy;

/// Computes hashes. Clones share the bound.
#[derive(Debug, Clone)]
pub struct Passwords {
    places: Arc<Semaphore>,
    turns: Arc<Semaphore>,
}

impl Default for Passwords {
    fn default() -> Self {
        Self {
            places: Arc::new(Semaphore::new(PARALLEL + WAITING)),
            turns: Arc::new(Semaphore::new(PARALLEL)),
        }
    }
}

impl Passwords {
    /// The hash of a password, in PHC form.
    pub async fn hash(&self, password: SecretString) -> Result<String, Busy> {
        self.compute(move || {
            let hash = argon2id().ok()?.hash_password(password.expose_secret().as_bytes()).ok()?;
            Some(hash.to_string())
        })
        .await?
        .ok_or(Busy)
    }

    /// Whether a password is the one of this hash. A hash that cannot be read is nobody's.
    pub async fn verify(&self, stored: &str, password: SecretString) -> Result<Verdict, Busy> {
        let stored = stored.to_owned();
        self.compute(move || judge(&stored, password.expose_secret())).await
    }

    /// A hash that no password has, and that takes as long to check as one made today.
    pub fn nobodys_hash() -> String {
        format!("$argon2id$v=19$m={MEMORY_KIB},t={PASSES},p={LANES}${}${}", "A".repeat(22), "A".repeat(43))
    }

    async fn compute<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Busy> {
        let _place: OwnedSemaphorePermit = Arc::clone(&self.places).try_acquire_owned().map_err(|_| Busy)?;
        let turn = tokio::time::timeout(PATIENCE, Arc::clone(&self.turns).acquire_owned()).await;
        let turn = turn.map_err(|_| Busy)?.map_err(|_| Busy)?;
        let done = tokio::task::spawn_blocking(move || {
            let done = work();
            drop(turn);
            done
        });
        done.await.map_err(|_| Busy)
    }
}

fn argon2id() -> Result<Argon2<'static>, argon2::Error> {
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(MEMORY_KIB, PASSES, LANES, None)?))
}

fn judge(stored: &str, password: &str) -> Verdict {
    let Ok(hash) = PasswordHash::new(stored) else { return Verdict::Wrong };
    if Argon2::default().verify_password(password.as_bytes(), &hash).is_err() {
        return Verdict::Wrong;
    }
    if is_weak(&hash) { Verdict::RightButWeak } else { Verdict::Right }
}

fn is_weak(hash: &PasswordHash) -> bool {
    let Ok(params) = Params::try_from(hash) else { return true };
    hash.algorithm.as_str() != "argon2id"
        || params.m_cost() < MEMORY_KIB
        || params.t_cost() < PASSES
        || params.p_cost() < LANES
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_hash_of_nobody_is_worked_on_like_any_other_and_is_never_right() {
        let stored = Passwords::nobodys_hash();
        let hash = PasswordHash::new(&stored).unwrap();
        assert!(!is_weak(&hash) && hash.hash.is_some(), "{stored}");
        for password in ["", "A", "test-password"] {
            assert_eq!(Passwords::default().verify(&stored, password.into()).await, Ok(Verdict::Wrong));
        }
    }

    #[tokio::test]
    async fn a_password_is_known_by_its_hash_and_no_other_is() {
        let passwords = Passwords::default();
        let hash = passwords.hash("test-password é 🔑".into()).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert_eq!(passwords.verify(&hash, "test-password é 🔑".into()).await, Ok(Verdict::Right));
        assert_eq!(passwords.verify(&hash, "Test-password é 🔑".into()).await, Ok(Verdict::Wrong));
        assert_eq!(passwords.verify("not a hash", "x".into()).await, Ok(Verdict::Wrong));
    }
}
