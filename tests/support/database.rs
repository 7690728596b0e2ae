//! A store of its own for each test, on either engine, and the macro that tells one story on both.

use grabfeed::ops::clock::Clock;
use grabfeed::store::{OpenOptions, Store};
use tempfile::TempDir;

use super::postgres;

/// An empty database that lives as long as this value.
#[derive(Debug)]
pub(crate) enum Home {
    /// A file in a folder of its own.
    File(TempDir),
    /// A database of the test process's server.
    Postgres(postgres::Database),
}

impl Home {
    /// An empty place for a SQLite file.
    pub(crate) fn file() -> Self {
        Self::File(tempfile::tempdir().expect("a temporary folder"))
    }

    /// An empty PostgreSQL database.
    pub(crate) fn postgres() -> Self {
        Self::Postgres(postgres::Database::fresh())
    }

    /// What opens it.
    pub(crate) fn options(&self) -> OpenOptions {
        match self {
            Self::File(folder) => OpenOptions::File(folder.path().join("grabfeed.db")),
            Self::Postgres(database) => OpenOptions::Postgres(database.url()),
        }
    }

    /// Opens it; on PostgreSQL again and again, as replicas do.
    pub(crate) async fn open(&self, clock: &Clock) -> Store {
        Store::open(self.options(), clock.clone()).await.expect("the database opens")
    }
}

/// A store in a SQLite file.
pub(crate) async fn sqlite_store(clock: &Clock) -> (Store, Home) {
    let home = Home::file();
    (home.open(clock).await, home)
}

/// A store in a PostgreSQL database.
pub(crate) async fn postgres_store(clock: &Clock) -> (Store, Home) {
    let home = Home::postgres();
    (home.open(clock).await, home)
}

/// Tells each story, an `async fn(Home)`, on both engines: `both_engines! { a_thing_is_so, another_is_too }`.
macro_rules! both_engines {
    ($($story:ident),+ $(,)?) => {
        mod on_sqlite {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $story() {
                    super::$story($crate::support::database::Home::file()).await;
                }
            )+
        }
        mod on_postgres {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $story() {
                    super::$story($crate::support::database::Home::postgres()).await;
                }
            )+
        }
    };
}
pub(crate) use both_engines;
