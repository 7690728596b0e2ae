//! Secrets that we hand out, as text: `gfk_` + 30 random characters + 6 of checksum.
//!
//! The prefix tells secret scanners and people what it is, the checksum finds a typing error before the database is
//! asked. Neither proves anything: a token is right if its hash is in the database. 30 characters of base 62 are 178
//! bits, so a plain SHA-256 is enough at rest, and a feed's poll stays cheap.

use std::fmt;

use rand::CryptoRng;
use rand::distr::{Alphanumeric, SampleString};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// What a token is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TokenKind {
    /// The API, in a header.
    ApiKey,
    /// One feed, in its URL.
    Feed,
    /// One app's webhook.
    Webhook,
    /// The first set-up.
    Setup,
    /// One person's session, in a cookie.
    Session,
}

impl TokenKind {
    /// Every kind.
    pub const ALL: [Self; 5] = [Self::ApiKey, Self::Feed, Self::Webhook, Self::Setup, Self::Session];

    /// What its tokens begin with.
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::ApiKey => "gfk_",
            Self::Feed => "gff_",
            Self::Webhook => "gfw_",
            Self::Setup => "gfs_",
            Self::Session => "gfc_",
        }
    }
}

const PREFIX_LEN: usize = 4;
const RANDOM_LEN: usize = 30;
const CHECKSUM_LEN: usize = 6;
const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// A token in clear: just made and shown once, or just received.
#[derive(Clone)]
pub struct Token {
    kind: TokenKind,
    text: SecretString,
}

/// The text has not the form of a token.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a token of this service")]
pub struct InvalidToken;

impl Token {
    /// How long every token is, in bytes.
    pub const LEN: usize = PREFIX_LEN + RANDOM_LEN + CHECKSUM_LEN;

    /// A new one. `rng` is the system's generator, except in tests.
    pub fn generate(kind: TokenKind, rng: &mut impl CryptoRng) -> Self {
        let mut text = kind.prefix().to_owned();
        Alphanumeric.append_string(rng, &mut text, RANDOM_LEN);
        text.push_str(&checksum(&text));
        Self { kind, text: text.into() }
    }

    /// Checks prefix, alphabet, length and checksum. A token that parses is well written, not yet valid.
    pub fn parse(text: &str) -> Result<Self, InvalidToken> {
        let kind =
            TokenKind::ALL.into_iter().find(|kind| text.starts_with(kind.prefix())).ok_or(InvalidToken)?;
        let random = text.bytes().skip(PREFIX_LEN);
        if text.len() != Self::LEN || !random.into_iter().all(|byte| byte.is_ascii_alphanumeric()) {
            return Err(InvalidToken);
        }
        let (signed, sum) = text.split_at(PREFIX_LEN + RANDOM_LEN);
        if checksum(signed) != sum {
            return Err(InvalidToken);
        }
        Ok(Self { kind, text: text.into() })
    }

    /// What it is for.
    pub const fn kind(&self) -> TokenKind {
        self.kind
    }

    /// The token in clear: to show it once, or to put it into a URL that is shown once.
    pub fn expose(&self) -> &str {
        self.text.expose_secret()
    }

    /// What the database keeps.
    pub fn hash(&self) -> [u8; 32] {
        token_hash(self.expose())
    }

    /// What lists show, for recognising it: the prefix and the last four characters, which are of the checksum.
    pub fn shown(&self) -> String {
        format!("{}…{}", self.kind.prefix(), &self.expose()[Self::LEN - 4..])
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Token({}…)", self.kind.prefix())
    }
}

/// The hash under which a token is kept and found.
pub fn token_hash(text: &str) -> [u8; 32] {
    Sha256::digest(text.as_bytes()).into()
}

/// Whether two secrets are the same, in a time that tells nothing of where, or by how much, they differ.
pub fn secret_eq(left: &str, right: &str) -> bool {
    token_hash(left).ct_eq(&token_hash(right)).into()
}

/// Random letters and digits that are no secret, such as a feed's public identifier.
pub fn random_identifier(rng: &mut impl CryptoRng, chars: usize) -> String {
    Alphanumeric.sample_string(rng, chars)
}

/// CRC-32 (IEEE) in base 62, six digits.
fn checksum(text: &str) -> String {
    let mut rest = crc32fast::hash(text.as_bytes()) as usize;
    let mut digits = [b'0'; CHECKSUM_LEN];
    for digit in digits.iter_mut().rev() {
        *digit = BASE62[rest % 62];
        rest /= 62;
    }
    digits.iter().copied().map(char::from).collect()
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand::rngs::StdRng;

    use super::*;

    fn token(kind: TokenKind) -> Token {
        Token::generate(kind, &mut StdRng::seed_from_u64(7))
    }

    #[test]
    fn a_token_of_every_kind_reads_back_and_is_fit_for_a_url() {
        for kind in TokenKind::ALL {
            let token = token(kind);
            let read = Token::parse(token.expose()).unwrap();
            assert_eq!((read.kind(), read.hash()), (kind, token.hash()));
            assert!(token.expose().starts_with(kind.prefix()));
            assert!(token.expose().bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_'));
        }
    }

    #[test]
    fn two_tokens_are_never_the_same() {
        let mut rng = StdRng::seed_from_u64(7);
        let [one, other] = [(); 2].map(|()| Token::generate(TokenKind::Feed, &mut rng));
        assert_ne!(one.hash(), other.hash());
    }

    #[test]
    fn one_wrong_character_is_found_before_the_database_is_asked() {
        let text = token(TokenKind::ApiKey).expose().to_owned();
        for place in 0..text.len() {
            let mut wrong = text.clone().into_bytes();
            wrong[place] = if wrong[place] == b'A' { b'B' } else { b'A' };
            assert!(Token::parse(std::str::from_utf8(&wrong).unwrap()).is_err(), "{place}");
        }
    }

    #[test]
    fn what_is_no_token_does_not_parse() {
        let long = format!("{}A", token(TokenKind::Feed).expose());
        let accented = format!("gff_{}", "é".repeat(18));
        for text in ["", "gff_", "gff_-", &accented, &long, &"gff_".repeat(10)] {
            assert!(Token::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn the_checksum_is_the_one_that_every_release_makes() {
        // CRC-32 of "123456789" is 0xCBF43926 in every catalogue; in base 62 it is 3jZRME.
        assert_eq!(checksum("123456789"), "3jZRME");
    }

    #[test]
    fn neither_debug_nor_lists_show_the_secret_part() {
        let token = token(TokenKind::Webhook);
        let secret = &token.expose()[4..34];
        assert!(!format!("{token:?}").contains(&secret[..4]));
        assert!(token.shown().starts_with("gfw_…") && token.shown().len() == "gfw_…0000".len());
        assert!(token.expose().ends_with(&token.shown()["gfw_…".len()..]));
    }

    #[test]
    fn secrets_are_compared_as_a_whole() {
        assert!(secret_eq("test-key-1", "test-key-1"));
        for other in ["", "test-key-", "test-key-2", "test-key-11"] {
            assert!(!secret_eq("test-key-1", other), "{other}");
        }
    }
}
