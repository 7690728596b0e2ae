//! Reading the `Authorization` header: Basic (RFC 7617), as feed readers and webhooks send it, and Bearer (RFC 6750).

use std::fmt;

use base64::Engine;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use secrecy::SecretString;

/// What is read at most, in bytes; more is no credential of ours.
const MAX_HEADER_BYTES: usize = 2048;

/// With or without padding, since clients differ.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// What a request claims; nothing is checked yet.
#[derive(Clone)]
pub enum Credentials {
    /// A user name and a password.
    Basic {
        /// The user name; it may be empty.
        user: String,
        /// The password; everything after the first colon.
        password: SecretString,
    },
    /// A token.
    Bearer(SecretString),
}

impl Credentials {
    /// Reads the header's value; `None` if it is of another scheme, malformed or too long.
    pub fn parse(value: &[u8]) -> Option<Self> {
        if value.len() > MAX_HEADER_BYTES {
            return None;
        }
        let value = std::str::from_utf8(value).ok()?.trim();
        let (scheme, rest) = value.split_once(' ')?;
        let rest = rest.trim_start();
        if scheme.eq_ignore_ascii_case("basic") {
            Self::basic(rest)
        } else if scheme.eq_ignore_ascii_case("bearer") && is_bearer_token(rest) {
            Some(Self::Bearer(rest.into()))
        } else {
            None
        }
    }

    fn basic(encoded: &str) -> Option<Self> {
        let text = decode_text(LENIENT.decode(encoded).ok()?);
        if text.contains(char::is_control) {
            return None;
        }
        let (user, password) = text.split_once(':')?;
        Some(Self::Basic { user: user.to_owned(), password: password.into() })
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Basic { .. } => "Basic(…)",
            Self::Bearer(_) => "Bearer(…)",
        })
    }
}

/// UTF-8, or else Latin-1, in which older clients write accents.
fn decode_text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap_or_else(|error| error.into_bytes().into_iter().map(char::from).collect())
}

/// `b64token` of RFC 6750.
fn is_bearer_token(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~+/=".contains(&byte);
    !text.is_empty() && text.bytes().all(allowed)
}

#[cfg(test)]
mod tests {
    use base64::prelude::BASE64_STANDARD;
    use secrecy::ExposeSecret;

    use super::*;

    fn basic(plain: &[u8]) -> Option<(String, String)> {
        match Credentials::parse(format!("Basic {}", BASE64_STANDARD.encode(plain)).as_bytes())? {
            Credentials::Basic { user, password } => Some((user, password.expose_secret().to_owned())),
            Credentials::Bearer(_) => None,
        }
    }

    fn pair(user: &str, password: &str) -> (String, String) {
        (user.to_owned(), password.to_owned())
    }

    #[test]
    fn basic_is_read_in_both_encodings_and_the_password_may_hold_colons() {
        assert_eq!(basic("zoé:a:b".as_bytes()), Some(pair("zoé", "a:b")));
        assert_eq!(basic(b"zo\xE9:p\xE0"), Some(pair("zoé", "pà")));
        assert_eq!(basic(b":test-key-1"), Some(pair("", "test-key-1")));
    }

    #[test]
    fn the_scheme_has_no_case_and_padding_may_be_missing() {
        assert!(matches!(Credentials::parse(b"bAsIc YTpi"), Some(Credentials::Basic { .. })));
        assert!(Credentials::parse(b"Basic YQ==").is_none(), "no colon");
        assert!(matches!(Credentials::parse(b"Basic YTpiYw"), Some(Credentials::Basic { .. })));
        let Some(Credentials::Bearer(token)) = Credentials::parse(b"BEARER test-key_1") else { panic!() };
        assert_eq!(token.expose_secret(), "test-key_1");
    }

    #[test]
    fn what_is_malformed_too_long_or_of_another_scheme_is_nothing() {
        let long = format!("Bearer {}", "a".repeat(MAX_HEADER_BYTES));
        for value in
            ["", "Basic", "Basic ", "Basic *", "Bearer ", "Bearer a b", "Digest a=b", "Bearer é", &long]
        {
            assert!(Credentials::parse(value.as_bytes()).is_none(), "{value}");
        }
        assert!(Credentials::parse(b"Bearer \xFF").is_none());
        assert_eq!(basic(b"no colon"), None);
        assert_eq!(basic(b"a:b\r\nc"), None);
    }

    #[test]
    fn debug_shows_no_secret() {
        let credentials = Credentials::parse(b"Basic dXNlcjpzZWNyZXQ=").unwrap();
        assert_eq!(format!("{credentials:?}"), "Basic(…)");
    }
}
