//! `database`: where everything is kept.

use std::path::PathBuf;

use secrecy::SecretString;

use super::section;
use crate::config::key::{Key, Kind};
use crate::config::value::{Value, from_value};

section! {
    /// Where everything is kept.
    Database = "database", Always {
        /// The database; `None`: the file `grabfeed.db` in the data directory.
        url: Option<DatabaseUrl> = Key::new("url", Kind::DatabaseUrl)
            .example("postgres://grabfeed:password@db/grabfeed");
    }
}

/// Which database.
#[derive(Debug, Clone)]
pub enum DatabaseUrl {
    /// A SQLite file, relative to the data directory unless absolute.
    Sqlite(PathBuf),
    /// A PostgreSQL URL, which may hold a password.
    Postgres(SecretString),
}

impl DatabaseUrl {
    /// Reads `sqlite:PATH` (or `sqlite://PATH`) and `postgres://…` (or `postgresql://…`).
    pub fn parse(text: &str) -> Option<Self> {
        if let Some(path) = text.strip_prefix("sqlite:") {
            let path = path.strip_prefix("//").unwrap_or(path);
            return (!path.is_empty() && path != ":memory:" && !path.contains('?'))
                .then(|| Self::Sqlite(PathBuf::from(path)));
        }
        let url = url::Url::parse(text).ok()?;
        let known = matches!(url.scheme(), "postgres" | "postgresql");
        known.then(|| Self::Postgres(SecretString::from(text)))
    }
}

from_value! {
    DatabaseUrl: Some(Value::Secret(text)) => Self::parse(secrecy::ExposeSecret::expose_secret(text));
}
