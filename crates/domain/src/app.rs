//! An app: one configured upstream instance, its kind and its name.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::named::named_enum;

named_enum! {
    /// Which program an app is, in the order in which documents list them.
    #[derive(Serialize, Deserialize)]
    #[serde(rename_all = "lowercase")]
    pub enum AppKind {
        /// Films.
        Radarr = "radarr",
        /// Series.
        Sonarr = "sonarr",
        /// Music.
        Lidarr = "lidarr",
        /// Books.
        Readarr = "readarr",
        /// Adult content.
        Whisparr = "whisparr",
        /// The indexer manager; it makes grabs of its own from its search page.
        Prowlarr = "prowlarr",
    }
}

impl AppKind {
    /// The category that feeds give to what this kind of app grabs.
    pub const fn category(self) -> &'static str {
        match self {
            Self::Radarr => "Movies",
            Self::Sonarr => "TV",
            Self::Lidarr => "Music",
            Self::Readarr => "Books",
            Self::Whisparr => "XXX",
            Self::Prowlarr => "Other",
        }
    }
}

/// The text is not the name of a kind of app.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a kind of app")]
pub struct UnknownAppKind;

impl FromStr for AppKind {
    type Err = UnknownAppKind;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|kind| kind.as_str().eq_ignore_ascii_case(text)).ok_or(UnknownAppKind)
    }
}

/// The name under which Prowlarr's own grabs are listed and its webhook is taken.
pub const PROWLARR: &str = "prowlarr";

/// The name under which Jackett is tested.
pub const JACKETT: &str = "jackett";

/// The user's name for an app. It is part of the webhook's URL, so it is 1 to 64 letters, digits, `-`, `_` or `.`
/// that begin with a letter or digit; two names that differ in case only are the same name.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AppName(String);

/// The text cannot be the name of an app.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a name for an app: 1 to 64 letters, digits, `-`, `_` or `.`")]
pub struct InvalidAppName;

impl AppName {
    /// The longest name, in bytes.
    pub const MAX_BYTES: usize = 64;

    /// Parses a name; letters are kept in lower case, so that comparing is exact.
    pub fn parse(text: &str) -> Result<Self, InvalidAppName> {
        let first_is_alphanumeric = text.bytes().next().is_some_and(|byte| byte.is_ascii_alphanumeric());
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
        if first_is_alphanumeric && text.len() <= Self::MAX_BYTES && text.bytes().all(allowed) {
            Ok(Self(text.to_ascii_lowercase()))
        } else {
            Err(InvalidAppName)
        }
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for AppName {
    type Error = InvalidAppName;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<AppName> for String {
    fn from(name: AppName) -> Self {
        name.0
    }
}

impl fmt::Display for AppName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_kept_in_lower_case() {
        assert_eq!(AppName::parse("Radarr-4K").unwrap().as_str(), "radarr-4k");
    }

    #[test]
    fn a_name_that_would_break_the_webhook_path_is_refused() {
        for text in ["", "-a", ".", "a/b", "a b", "é", "a\n", &"a".repeat(65)] {
            assert_eq!(AppName::parse(text), Err(InvalidAppName), "{text:?}");
        }
    }

    #[test]
    fn every_kind_reads_back_from_its_name() {
        for kind in AppKind::ALL {
            assert_eq!(kind.as_str().to_uppercase().parse(), Ok(kind));
        }
    }
}
