//! Hashing and checking passwords: Argon2id, a few at a time, off the threads that serve requests.
//!
//! Owns: the parameters, and how much of the machine passwords may take. Must not know: whose password it is.

use std::sync::Arc;
use std::time::Duration;

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::password_rules::{PasswordRules, Weakness};
use super::predecessor_password::LegacyHash;

/// What one hash takes, as OWASP's cheat sheet for password storage recommends it: memory in KiB, passes, lanes.
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;
/// A stored hash that asks for more than this is damaged, and must not cost the machine its memory or a minute.
const MOST_MEMORY_KIB: u32 = 4 * MEMORY_KIB;
const MOST_PASSES: u32 = 5 * PASSES;
const MOST_LANES: u32 = 4;
/// How many are computed at one time.
const PARALLEL: usize = 2;
/// How many may wait for their turn; more are turned away.
const WAITING: usize = 8;
/// How long one waits for its turn.
const PATIENCE: Duration = Duration::from_secs(10);

/// What became of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PasswordCheck {
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

/// Why a new password has no hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// It breaks the rules: another one is needed.
    #[error(transparent)]
    Weak(#[from] Weakness),
    /// Not now: the same one may be tried again.
    #[error(transparent)]
    Busy(#[from] Busy),
}

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
    pub async fn verify(&self, stored: &str, password: SecretString) -> Result<PasswordCheck, Busy> {
        let stored = stored.to_owned();
        self.compute(move || judge(&stored, password.expose_secret())).await
    }

    /// A hash that no password has, and that takes as long to check as one made today.
    pub fn nobodys_hash() -> String {
        format!("$argon2id$v=19$m={MEMORY_KIB},t={PASSES},p={LANES}${}${}", "A".repeat(22), "A".repeat(43))
    }

    /// The hash of a new password, if it keeps the rules for the owner of these names: the account's, the host's.
    pub async fn hash_new(
        &self,
        rules: PasswordRules,
        password: SecretString,
        names: Vec<String>,
    ) -> Result<String, Refused> {
        let candidate = password.clone();
        let judgement = self.compute(move || {
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            rules.check(candidate.expose_secret(), &names)
        });
        judgement.await??;
        Ok(self.hash(password).await?)
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

fn judge(stored: &str, password: &str) -> PasswordCheck {
    if let Some(legacy) = LegacyHash::parse(stored) {
        return if legacy.is_of(password) { PasswordCheck::RightButWeak } else { PasswordCheck::Wrong };
    }
    let Ok(hash) = PasswordHash::new(stored) else { return PasswordCheck::Wrong };
    if !is_bearable(&hash) {
        return PasswordCheck::Wrong;
    }
    if Argon2::default().verify_password(password.as_bytes(), &hash).is_err() {
        return PasswordCheck::Wrong;
    }
    if is_weak(&hash) { PasswordCheck::RightButWeak } else { PasswordCheck::Right }
}

fn is_bearable(hash: &PasswordHash) -> bool {
    Params::try_from(hash).is_ok_and(|params| {
        params.m_cost() <= MOST_MEMORY_KIB && params.t_cost() <= MOST_PASSES && params.p_cost() <= MOST_LANES
    })
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
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    fn stored(algorithm: Algorithm, memory_kib: u32, passes: u32, password: &str) -> String {
        let params = Params::new(memory_kib, passes, 1, None).unwrap();
        let hasher = Argon2::new(algorithm, Version::V0x13, params);
        hasher.hash_password(password.as_bytes()).unwrap().to_string()
    }

    #[tokio::test]
    async fn the_hash_of_nobody_is_worked_on_like_any_other_and_is_never_right() {
        let stored = Passwords::nobodys_hash();
        let hash = PasswordHash::new(&stored).unwrap();
        assert!(!is_weak(&hash) && hash.hash.is_some(), "{stored}");
        for password in ["", "A", "test-password"] {
            assert_eq!(Passwords::default().verify(&stored, password.into()).await, Ok(PasswordCheck::Wrong));
        }
    }

    #[tokio::test]
    async fn a_password_is_known_by_its_hash_and_no_other_is() {
        let passwords = Passwords::default();
        let hash = passwords.hash("test-password é 🔑".into()).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert_eq!(passwords.verify(&hash, "test-password é 🔑".into()).await, Ok(PasswordCheck::Right));
        assert_eq!(passwords.verify(&hash, "Test-password é 🔑".into()).await, Ok(PasswordCheck::Wrong));
        assert_eq!(passwords.verify("not a hash", "x".into()).await, Ok(PasswordCheck::Wrong));
    }

    #[tokio::test]
    async fn nothing_of_a_password_is_trimmed_folded_or_cut() {
        let passwords = Passwords::default();
        for password in [" space first".to_owned(), "nul\0inside".into(), "🔑".repeat(50), "a".repeat(1024)]
        {
            let hash = passwords.hash(password.as_str().into()).await.unwrap();
            assert_eq!(passwords.verify(&hash, password.as_str().into()).await, Ok(PasswordCheck::Right));
            let mut others =
                vec![password.to_uppercase(), format!("{password}b"), password.trim().to_owned()];
            others.extend(password.get(..72).map(|beginning| format!("{beginning}another tail")));
            others.push(password.replace('\0', ""));
            for other in others.into_iter().filter(|other| *other != password) {
                assert_eq!(passwords.verify(&hash, other.into()).await, Ok(PasswordCheck::Wrong));
            }
        }
    }

    #[test]
    fn a_weaker_hash_opens_and_asks_to_be_made_anew() {
        for weak in [
            stored(Algorithm::Argon2id, 8192, 2, "test-password"),
            stored(Algorithm::Argon2id, MEMORY_KIB, 1, "test-password"),
            stored(Algorithm::Argon2i, MEMORY_KIB, 3, "test-password"),
            bcrypt::hash("test-password", 4).unwrap(),
        ] {
            assert_eq!(judge(&weak, "test-password"), PasswordCheck::RightButWeak, "{weak}");
            assert_eq!(judge(&weak, "test-passwore"), PasswordCheck::Wrong, "{weak}");
        }
        let strong = stored(Algorithm::Argon2id, MEMORY_KIB + 1, 2, "test-password");
        assert_eq!(judge(&strong, "test-password"), PasswordCheck::Right);
    }

    #[test]
    fn a_damaged_or_costly_hash_is_nobodys_and_takes_no_work() {
        let good = stored(Algorithm::Argon2id, 8, 1, "test-password");
        assert_eq!(judge(&good, "test-password"), PasswordCheck::RightButWeak);
        let began = std::time::Instant::now();
        for damaged in [
            good.replace("m=8,", "m=4194304,"),
            good.replace("t=1,", "t=4294967295,"),
            good.replace("p=1$", "p=16777215$"),
            good.replace("m=8,", "m=99999999999999999999,"),
            good.replace("v=19", "v=é"),
            good.replace("argon2id", "argon2xd"),
            good[..good.len() / 2].to_owned(),
            format!("{good}é"),
            "$argon2id$".to_owned(),
            "$".repeat(5000),
        ] {
            assert_eq!(judge(&damaged, "test-password"), PasswordCheck::Wrong, "{damaged}");
        }
        assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    }

    #[tokio::test]
    async fn of_two_hundred_at_once_a_few_are_computed_and_the_rest_turned_away() {
        let passwords = Passwords::default();
        let running = Arc::new(AtomicUsize::new(0));
        let most = Arc::new(AtomicUsize::new(0));
        let tasks = (0..200).map(|_| {
            let (passwords, running, most) = (passwords.clone(), Arc::clone(&running), Arc::clone(&most));
            tokio::spawn(async move {
                let work = move || {
                    most.fetch_max(running.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                    let hash = argon2id().unwrap().hash_password(b"test-password");
                    running.fetch_sub(1, Ordering::SeqCst);
                    hash.is_ok()
                };
                passwords.compute(work).await
            })
        });
        let tasks: Vec<_> = tasks.collect();
        let (mut done, mut busy) = (0, 0);
        for task in tasks {
            match task.await.unwrap() {
                Ok(hashed) => done += usize::from(hashed),
                Err(Busy) => busy += 1,
            }
        }
        assert_eq!((done, busy), (PARALLEL + WAITING, 200 - PARALLEL - WAITING));
        assert!(most.load(Ordering::SeqCst) <= PARALLEL);
        assert_eq!(passwords.hash("afterwards there is room".into()).await.map(drop), Ok(()));
    }

    #[tokio::test]
    async fn a_new_password_has_a_hash_only_if_it_keeps_the_rules() {
        let passwords = Passwords::default();
        let new = |password: &str| {
            passwords.hash_new(PasswordRules { min_chars: 12 }, password.into(), vec!["Zoe".into()])
        };
        assert!(new("a boat on a green hill").await.unwrap().starts_with("$argon2id$"));
        assert_eq!(new("short").await, Err(Refused::Weak(Weakness::TooShort { min_chars: 12 })));
        assert_eq!(new("Password123456").await, Err(Refused::Weak(Weakness::Known)));
    }
}
