//! Hashes of passwords that the predecessor made: bcrypt, and before that one SHA-256 with a salt.
//!
//! Owns: both formats and their quirks (`src/auth.py` of kesurof/grabb2rss). They are only read: who signs in with one gets a hash of
//! today. Must not know: where hashes come from.

use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// bcrypt reads no more of a password. The predecessor cut there, but never inside a character.
const BCRYPT_BYTES: usize = 72;
/// Each step doubles the work; 12 is what the predecessor used, 15 takes seconds.
const MOST_BCRYPT_COST: u32 = 15;
/// Salt and hash are this many hexadecimal digits each.
const SHA256_DIGITS: usize = 64;

/// A hash of the predecessor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LegacyHash<'a> {
    /// `$2b$12$…`, also with `2a` and `2y`.
    Bcrypt(&'a str),
    /// `salt$hash`, where the hash is of the salt's digits and the password.
    Sha256 {
        /// The salt, as it is written.
        salt: &'a str,
        /// The hash, as it is written.
        hash: &'a str,
    },
}

impl<'a> LegacyHash<'a> {
    /// Recognises a hash by its form; `None` if it has none of these or would take too much work to check.
    pub fn parse(stored: &'a str) -> Option<Self> {
        if !stored.is_ascii() {
            return None;
        }
        if ["$2a$", "$2b$", "$2y$"].iter().any(|version| stored.starts_with(version)) {
            let cost: u32 = stored.get(4..6)?.parse().ok()?;
            return (stored.len() == 60 && cost <= MOST_BCRYPT_COST).then_some(Self::Bcrypt(stored));
        }
        let (salt, hash) = stored.split_once('$')?;
        let is_digits = |text: &str| {
            text.len() == SHA256_DIGITS && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
        };
        (is_digits(salt) && is_digits(hash)).then_some(Self::Sha256 { salt, hash })
    }

    /// Whether this is the password, as typed or, since the predecessor's forms dropped them, without the spaces
    /// around it.
    pub fn is_of(self, password: &str) -> bool {
        let bare = password.trim();
        self.is_exactly(password) || bare != password && self.is_exactly(bare)
    }

    fn is_exactly(self, password: &str) -> bool {
        match self {
            // A hash that cannot be read is nobody's.
            Self::Bcrypt(stored) => bcrypt::verify(cut(password), stored).unwrap_or(false),
            Self::Sha256 { salt, hash } => {
                let digest = Sha256::new().chain_update(salt).chain_update(password).finalize();
                hex::encode(digest).as_bytes().ct_eq(hash.as_bytes()).into()
            }
        }
    }
}

fn cut(password: &str) -> &str {
    &password[..password.floor_char_boundary(BCRYPT_BYTES)]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As Python writes it, or with the version that other programs write for the same thing.
    fn bcrypt_of(password: &str, version: bcrypt::Version) -> String {
        bcrypt::hash_with_salt(cut(password), 4, [7; 16]).unwrap().format_for_version(version)
    }

    fn is_of(stored: &str, password: &str) -> bool {
        LegacyHash::parse(stored).is_some_and(|hash| hash.is_of(password))
    }

    #[test]
    fn bcrypt_of_every_version_opens_with_its_password_only() {
        use bcrypt::Version::{TwoA, TwoB, TwoY};
        for version in [TwoA, TwoB, TwoY] {
            let stored = bcrypt_of("test-password-1", version);
            assert!(is_of(&stored, "test-password-1") && is_of(&stored, " test-password-1 "), "{stored}");
            assert!(!is_of(&stored, "test-password-2") && !is_of(&stored, "Test-password-1"), "{stored}");
        }
        // Made by another program (libxcrypt), so that both cannot be wrong in the same way.
        let foreign = "$2b$06$abcdefghijklmnopqrstuuPEO59.LRJqNB.Nd5cx26XIW1kENF0CO";
        assert!(is_of(foreign, "test-password-1") && !is_of(foreign, "test-password-2"));
    }

    #[test]
    fn a_long_password_is_cut_before_the_character_that_does_not_fit() {
        let long = format!("{}é-and-a-tail", "a".repeat(71));
        let stored = bcrypt_of(&"a".repeat(71), bcrypt::Version::TwoB);
        assert!(is_of(&stored, &long));
        assert!(!is_of(&stored, &"a".repeat(70)));
    }

    #[test]
    fn the_salted_hash_is_of_the_salts_digits_and_the_password() {
        let salt = "5a".repeat(32);
        let hash = hex::encode(Sha256::digest(format!("{salt}pässword")));
        let stored = format!("{salt}${hash}");
        assert!(is_of(&stored, "pässword") && !is_of(&stored, "passwörd") && !is_of(&stored, ""));
    }

    #[test]
    fn a_damaged_or_costly_hash_is_none() {
        let bcrypt = bcrypt_of("test", bcrypt::Version::TwoB);
        let digits = "0".repeat(64);
        for stored in [
            String::new(),
            "$2b$".into(),
            bcrypt[..59].into(),
            format!("{bcrypt}x"),
            bcrypt.replacen("$04$", "$16$", 1),
            bcrypt.replacen("$04$", "$31$", 1),
            bcrypt.replacen("$04$", "$+4$", 1).replacen("$2b", "$2x", 1),
            format!("$2b$04${}", "é".repeat(26)),
            format!("$2b$1é{}", "a".repeat(53)),
            format!("{digits}${}", "0".repeat(63)),
            format!("{digits}${}", "G".repeat(64)),
            format!("{digits}{digits}"),
            format!("{}${digits}", "é".repeat(32)),
        ] {
            assert!(LegacyHash::parse(&stored).is_none(), "{stored}");
        }
        // The form of a hash, and nothing that can be read.
        assert!(!is_of(&format!("$2b$04${}", "!".repeat(53)), "test"));
    }
}
