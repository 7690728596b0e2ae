//! What can go wrong in the database, as far as callers decide differently about it.

/// A failure of the database.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The engine failed: disk full, connection lost, lock held for too long. Trying again later may succeed.
    #[error("the database failed: {0}")]
    Engine(#[source] sqlx::Error),
    /// A row holds what this program never writes.
    #[error("the database holds an unknown {what} in table {table}, row {row}")]
    Inconsistent {
        /// The table.
        table: &'static str,
        /// The column or kind of value.
        what: &'static str,
        /// The row's number.
        row: i64,
    },
    /// The database file was moved, replaced or removed while it was open: what is written would be lost.
    #[error("the database file is not where it was opened")]
    Moved,
    /// The name is taken.
    #[error("the name is taken")]
    NameTaken,
}

impl StoreError {
    /// A short stable name for metrics.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Engine(sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed) => "unavailable",
            Self::Engine(sqlx::Error::Io(_)) => "connection",
            Self::Engine(sqlx::Error::Database(_)) => "engine",
            Self::Engine(_) => "other",
            Self::Inconsistent { .. } => "inconsistent",
            Self::Moved => "moved",
            Self::NameTaken => "name_taken",
        }
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        let taken = error.as_database_error().is_some_and(|cause| {
            cause.is_unique_violation()
                && (cause.constraint().is_some_and(|name| name.ends_with("_name"))
                    || cause.message().contains(".name"))
        });
        if taken { Self::NameTaken } else { Self::Engine(error) }
    }
}
