//! A feed's identity: the name that its owner gave it, and the identifier that stands in its URLs.
//!
//! Must not know: the feed's secrets, what belongs to it ([`super::feed_filter`]), how its items are listed
//! ([`super::feed_window`]) or written.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The user's name for a feed: 1 to 64 characters without control characters. Two names that differ in case only
/// are the same name; [`FeedName::key`] is what must be unique.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct FeedName(String);

/// The text cannot be the name of a feed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a name for a feed: 1 to 64 characters, no control characters")]
pub struct InvalidFeedName;

impl FeedName {
    /// The longest name, in characters.
    pub const MAX_CHARS: usize = 64;

    /// Parses a name; spaces around it are dropped.
    pub fn parse(text: &str) -> Result<Self, InvalidFeedName> {
        let name = text.trim();
        let fits = !name.is_empty() && name.chars().count() <= Self::MAX_CHARS;
        if fits && !name.chars().any(char::is_control) {
            Ok(Self(name.to_owned()))
        } else {
            Err(InvalidFeedName)
        }
    }

    /// The name as its owner wrote it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name folded for comparing.
    pub fn key(&self) -> String {
        self.0.to_lowercase()
    }
}

impl TryFrom<String> for FeedName {
    type Error = InvalidFeedName;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<FeedName> for String {
    fn from(name: FeedName) -> Self {
        name.0
    }
}

impl fmt::Display for FeedName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What names a feed in the URLs of its torrents: random, no secret, never changed. 8 to 32 of `[A-Za-z0-9]`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct FeedPublicId(String);

/// The text is no public identifier of a feed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not the public identifier of a feed")]
pub struct InvalidFeedPublicId;

impl FeedPublicId {
    /// How many characters a new one has.
    pub const NEW_CHARS: usize = 12;

    /// Parses an identifier.
    pub fn parse(text: &str) -> Result<Self, InvalidFeedPublicId> {
        if (8..=32).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidFeedPublicId)
        }
    }

    /// The identifier as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for FeedPublicId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_feed_name_is_for_people_and_compares_without_case() {
        assert_eq!(
            FeedName::parse(" Séries HD ").unwrap().key(),
            FeedName::parse("séries hd").unwrap().key()
        );
        for text in ["", "  ", "a\nb", &"é".repeat(65)] {
            assert_eq!(FeedName::parse(text), Err(InvalidFeedName), "{text:?}");
        }
    }

    #[test]
    fn a_public_identifier_cannot_change_the_path_it_stands_in() {
        assert!(FeedPublicId::parse("Ab3dEf6hIj9l").is_ok());
        for text in ["", "short", "aaaa/aaaa", "aaaa..aaaa", &"a".repeat(33)] {
            assert_eq!(FeedPublicId::parse(text), Err(InvalidFeedPublicId), "{text:?}");
        }
    }
}
