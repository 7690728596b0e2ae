//! The first account: who may make it, and when nobody may any more.
//!
//! Owns: the set-up token, its file, and the account that the settings name. "Set up" means that the account's row is
//! there, and nothing else: no flag can be lost. Must not know: HTTP, the command line, sessions.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::{fmt, fs};

use secrecy::{ExposeSecret, SecretString};
use tracing::{info, warn};

use super::password::{Busy, Passwords, Refused};
use super::password_rules::{PasswordRules, Weakness};
use super::token::{Token, TokenKind, token_hash};
use crate::config::section::auth::Auth;
use crate::domain::text;
use crate::ops::private_file::{self, Ownership};
use crate::ops::text::Lang;
use crate::store::{NewAdministrator, Store, StoreError};

/// The longest name of an account, in characters.
pub const MOST_NAME_CHARS: usize = 64;
/// A token of the person's own with fewer characters could be guessed.
const FEWEST_TOKEN_CHARS: usize = 20;

/// What the settings and the data folder say of the first account.
#[derive(Debug, Clone, Default)]
pub struct SetupOptions {
    /// `auth.setup_token`
    pub token: Option<SecretString>,
    /// Where a generated token is written; `None`: none is generated.
    pub token_file: Option<PathBuf>,
    /// `auth.admin_name`
    pub name: Option<String>,
    /// `auth.admin_password`
    pub password: Option<SecretString>,
}

impl SetupOptions {
    /// Of these settings.
    pub fn from_settings(auth: &Auth, token_file: Option<PathBuf>) -> Self {
        Self {
            token: auth.setup_token.clone(),
            token_file,
            name: auth.admin_name.clone(),
            password: auth.admin_password.clone(),
        }
    }
}

/// Why the first account cannot be prepared.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// Of name and password only one is set.
    #[error("auth.admin_name and auth.admin_password belong together")]
    Incomplete,
    /// The name cannot be one.
    #[error("auth.admin_name cannot be the name of an account")]
    Name,
    /// The password breaks the rules.
    #[error("auth.admin_password: {0}")]
    Password(Weakness),
    /// The token could be guessed.
    #[error("auth.setup_token is too short")]
    Token,
    /// The token's file cannot be read or written.
    #[error("the file of the set-up token cannot be used")]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        cause: io::Error,
    },
    /// No hash could be computed.
    #[error(transparent)]
    Busy(#[from] Busy),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl SetupError {
    /// The sentence for the person: what is wrong and what to do.
    pub fn text(&self, lang: Lang) -> String {
        let (id, name) = match self {
            Self::Incomplete => ("start-admin-incomplete", String::new()),
            Self::Name => ("start-admin-name", String::new()),
            Self::Password(weakness) => ("start-admin-password", weakness.text(lang)),
            Self::Token => ("start-setup-token", String::new()),
            Self::File { path, .. } => ("start-setup-token-file", path.display().to_string()),
            Self::Busy(_) => ("start-process", String::new()),
            Self::Store(_) => ("start-database-unreachable", String::new()),
        };
        lang.text(id, &[("name", name.as_str().into())])
    }
}

/// The account's name is empty, too long, or holds what cannot be seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not the name of an account")]
pub struct InvalidName;

/// Whether the account may have this name. It is kept as it is.
pub fn check_name(name: &str) -> Result<(), InvalidName> {
    let sound = !name.is_empty() && text::clean(name, MOST_NAME_CHARS) == name;
    if sound { Ok(()) } else { Err(InvalidName) }
}

/// Whether there is an account already, as this process knows it.
pub struct Setup {
    /// Never false again once it is true: accounts are not removed.
    is_done: AtomicBool,
    token_file: Option<PathBuf>,
}

impl fmt::Debug for Setup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Setup").field("is_done", &self.is_done).finish_non_exhaustive()
    }
}

impl Setup {
    /// At the start: makes the account that the settings name, or lets a token make one; nothing if there is one.
    pub async fn prepare(
        store: &Store,
        passwords: &Passwords,
        rules: PasswordRules,
        options: SetupOptions,
    ) -> Result<Self, SetupError> {
        let this = Self { is_done: AtomicBool::new(false), token_file: options.token_file };
        let named = match (options.name, options.password) {
            (Some(name), Some(password)) => Some((name, password)),
            (None, None) => None,
            _ => return Err(SetupError::Incomplete),
        };
        if !this.is_needed(store).await? {
            if named.is_some() {
                info!(event = "auth.admin-settings-unused");
            }
            return Ok(this);
        }
        match (named, options.token) {
            (Some((name, password)), _) => this.make_named(store, passwords, rules, name, password).await?,
            (None, Some(token)) if token.expose_secret().chars().count() < FEWEST_TOKEN_CHARS => {
                return Err(SetupError::Token);
            }
            (None, Some(token)) => {
                store.add_setup_token(&token_hash(token.expose_secret()), store.now().await?).await?;
                warn!(event = "auth.no-administrator", shown_by = "auth.setup_token");
            }
            (None, None) => this.offer_token(store).await?,
        }
        Ok(this)
    }

    /// Whether somebody still has to make the account. Asks the database until there is one, and never again.
    pub async fn is_needed(&self, store: &Store) -> Result<bool, StoreError> {
        if self.is_done.load(Ordering::Relaxed) {
            return Ok(false);
        }
        let needed = store.administrator().await?.is_none();
        if !needed {
            self.finish();
        }
        Ok(needed)
    }

    /// There is an account: the token has nothing to open any more.
    pub fn finish(&self) {
        self.is_done.store(true, Ordering::Relaxed);
        if let Some(path) = &self.token_file {
            remove_token_file(path);
        }
    }

    async fn make_named(
        &self,
        store: &Store,
        passwords: &Passwords,
        rules: PasswordRules,
        name: String,
        password: SecretString,
    ) -> Result<(), SetupError> {
        check_name(&name).map_err(|InvalidName| SetupError::Name)?;
        let hashed = passwords.hash_new(rules, password, vec![name.clone()]).await;
        let password_hash = hashed.map_err(|refused| match refused {
            Refused::Weak(weakness) => SetupError::Password(weakness),
            Refused::Busy(busy) => SetupError::Busy(busy),
        })?;
        let new = NewAdministrator { name, password_hash };
        // Another replica may have been first, with the same settings.
        if store.create_administrator(new, store.now().await?).await? {
            info!(event = "auth.administrator-made", by = "settings");
        }
        self.finish();
        Ok(())
    }

    async fn offer_token(&self, store: &Store) -> Result<(), SetupError> {
        let Some(path) = &self.token_file else {
            warn!(event = "auth.no-administrator", shown_by = "auth.setup_token");
            return Ok(());
        };
        let token = kept_token(path).map_err(|cause| SetupError::File { path: path.clone(), cause })?;
        store.add_setup_token(&token.hash(), store.now().await?).await?;
        warn!(event = "auth.no-administrator", shown_by = %path.display());
        Ok(())
    }
}

/// Removes the file of the set-up token, if it is there. The token in it opens nothing any more, so a file that stays
/// does no harm.
pub fn remove_token_file(path: &Path) {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => warn!(event = "auth.setup-token-file-stays"),
        _ => {}
    }
}

/// The token of the file, or a new one that is written there, readable by nobody else.
fn kept_token(path: &Path) -> io::Result<Token> {
    const MOST_BYTES: u64 = 1024;
    // Another user's file would be another user's token, and to open a pipe would wait for ever.
    let kept = match private_file::ownership(path)? {
        Ownership::Private => {
            fs::File::open(path).and_then(|file| io::read_to_string(io::Read::take(file, MOST_BYTES))).ok()
        }
        Ownership::Absent | Ownership::Shared(_) | Ownership::Foreign => None,
    };
    let token = kept.and_then(|text| Token::parse(text.trim()).ok());
    if let Some(token) = token.filter(|token| token.kind() == TokenKind::Setup) {
        return Ok(token);
    }
    // Not written over, since the former file's rights would stay.
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let token = Token::generate(TokenKind::Setup, &mut rand::rng());
    let mut file = private_file::options().write(true).create_new(true).open(path)?;
    writeln!(file, "{}", token.expose())?;
    file.sync_all()?;
    Ok(token)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_visible_line() {
        for name in ["a", "Capucine", "élise.d", "two words", &"x".repeat(64)] {
            assert_eq!(check_name(name), Ok(()), "{name}");
        }
        for name in ["", " ", " a", "a ", "a\nb", "a\0b", "\u{1b}[2J", &"x".repeat(65)] {
            assert_eq!(check_name(name), Err(InvalidName), "{name:?}");
        }
    }

    #[test]
    fn nothing_that_is_printed_for_developers_shows_token_or_password() {
        let options = SetupOptions {
            token: Some("test-setup-token-0123456789".into()),
            password: Some("test-password-0123".into()),
            ..SetupOptions::default()
        };
        let shown = format!("{options:?}");
        assert!(!shown.contains("test-setup-token") && !shown.contains("test-password"), "{shown}");
    }
}
