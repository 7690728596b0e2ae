//! Keeping secrets out of what people read.
//!
//! Owns two of the three layers: addresses are written through [`url_for_log`], and every text of a log record
//! passes a [`Redactor`], which masks the shapes of secrets and the very values that the settings hold. (The first
//! layer is the type `SecretString`, which cannot be printed.) Must not know where a secret comes from.

mod address;
mod shapes;

use std::borrow::Cow;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use secrecy::{ExposeSecret, SecretString};

pub use address::{path_for_log, url_for_log};

/// What stands in the place of a secret.
pub const MASK: &str = "***";

/// Masks secrets in texts. Clones share what they know.
#[derive(Clone, Default)]
pub struct Redactor {
    known: Arc<RwLock<Vec<SecretString>>>,
}

impl fmt::Debug for Redactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Redactor")
    }
}

impl Redactor {
    /// The shortest value that is masked by itself, in bytes. Shorter ones would hide ordinary words.
    pub const SHORTEST_BYTES: usize = 8;

    /// Masks this value from now on, wherever it occurs, as it is and as URLs write it.
    pub fn learn(&self, secret: &SecretString) {
        let plain = secret.expose_secret();
        if plain.len() < Self::SHORTEST_BYTES {
            return;
        }
        let in_url: String = url::form_urlencoded::byte_serialize(plain.as_bytes()).collect();
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        for form in [plain.to_owned(), in_url.replace('+', "%20"), in_url] {
            if !known.iter().any(|secret| secret.expose_secret() == form) {
                known.push(form.into());
            }
        }
        // A secret that begins another one must not leave the rest of the longer one in sight.
        known.sort_by_key(|secret| std::cmp::Reverse(secret.expose_secret().len()));
    }

    /// `text` without the secrets that can be recognised in it.
    pub fn redact<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let mut text = Cow::Borrowed(text);
        for secret in self.known.read().unwrap_or_else(PoisonError::into_inner).iter() {
            if text.contains(secret.expose_secret()) {
                text = Cow::Owned(text.replace(secret.expose_secret(), MASK));
            }
        }
        match text {
            Cow::Borrowed(text) => shapes::mask(text),
            Cow::Owned(text) => Cow::Owned(shapes::mask(&text).into_owned()),
        }
    }

    /// The value of a field with this name: masked whole if the name says that it is a secret.
    pub fn redact_field<'t>(&self, name: &str, value: &'t str) -> Cow<'t, str> {
        if shapes::names_a_secret(name) { Cow::Borrowed(MASK) } else { self.redact(value) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_of_the_settings_is_masked_in_every_form_that_it_takes() {
        let redactor = Redactor::default();
        redactor.learn(&SecretString::from("test key/1+2"));
        for text in ["test key/1+2", "test%20key%2F1%2B2", "test+key%2F1%2B2"] {
            assert_eq!(redactor.redact(&format!("a {text} b")), "a *** b");
        }
    }

    #[test]
    fn the_longer_of_two_secrets_is_masked_first() {
        let redactor = Redactor::default();
        redactor.learn(&SecretString::from("canary-one"));
        redactor.learn(&SecretString::from("canary-one-and-more"));
        assert_eq!(redactor.redact("canary-one-and-more"), MASK);
    }

    #[test]
    fn a_short_value_does_not_hide_ordinary_words() {
        let redactor = Redactor::default();
        redactor.learn(&SecretString::from("admin"));
        assert_eq!(redactor.redact("admin signed in"), "admin signed in");
    }

    #[test]
    fn a_field_named_like_a_secret_is_masked_whole() {
        let redactor = Redactor::default();
        assert_eq!(redactor.redact_field("api_key", "anything"), MASK);
        assert_eq!(redactor.redact_field("app", "radarr"), "radarr");
        assert!(!format!("{redactor:?}").contains("known"));
    }
}
