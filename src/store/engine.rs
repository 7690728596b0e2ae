//! The two engines behind one type, and the two macros that run one body on either.

use std::sync::Arc;
use std::time::Instant;

use sqlx::{PgPool, Postgres, Sqlite, SqlitePool, Transaction};

use super::StoreError;
use super::database_time::DatabaseTime;
use super::file::DatabaseFile;
use crate::domain::time::Ts;
use crate::ops::clock::Clock;

/// The open database. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Store {
    pub(super) engine: Engine,
    pub(super) clock: Clock,
    pub(super) database_time: Arc<DatabaseTime>,
}

#[derive(Clone, Debug)]
pub(super) enum Engine {
    /// One writer, because SQLite has one; readers beside it, which WAL lets read while it writes.
    Sqlite {
        writer: SqlitePool,
        reader: SqlitePool,
        file: Arc<DatabaseFile>,
    },
    Postgres(PgPool),
}

/// An open transaction.
pub(super) enum Tx {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

/// Runs one reading statement on whichever engine is open: `read!(store, pool => query(SQL).fetch_all(pool))`.
macro_rules! read {
    ($store:expr, $pool:ident => $query:expr) => {
        match &$store.engine {
            $crate::store::engine::Engine::Sqlite { reader: $pool, .. } => $query.await,
            $crate::store::engine::Engine::Postgres($pool) => $query.await,
        }
    };
}

/// Runs one statement in an open transaction: `exec!(tx, conn => query(SQL).execute(conn))`.
macro_rules! run {
    ($tx:expr, $conn:ident => $query:expr) => {
        match $tx {
            $crate::store::engine::Tx::Sqlite(inner) => {
                let $conn = &mut **inner;
                $query.await
            }
            $crate::store::engine::Tx::Postgres(inner) => {
                let $conn = &mut **inner;
                $query.await
            }
        }
    };
}

/// Runs one writing statement in an open transaction and says how many rows it touched.
macro_rules! exec {
    ($tx:expr, $conn:ident => $query:expr) => {
        match $tx {
            $crate::store::engine::Tx::Sqlite(inner) => {
                let $conn = &mut **inner;
                $query.await.map(|done| done.rows_affected())
            }
            $crate::store::engine::Tx::Postgres(inner) => {
                let $conn = &mut **inner;
                $query.await.map(|done| done.rows_affected())
            }
        }
    };
}

impl Store {
    /// The moment by which leases, schedules and expiry are judged: the database's clock on PostgreSQL, where
    /// several replicas must agree, ours on SQLite, where there is one process. The database is asked every few seconds.
    pub async fn now(&self) -> Result<Ts, StoreError> {
        match &self.engine {
            Engine::Sqlite { .. } => Ok(self.clock.now()),
            Engine::Postgres(pool) => {
                if let Some(known) = self.database_time.at(Instant::now()) {
                    return Ok(known.plus(self.clock.ahead()));
                }
                let millis: i64 = sqlx::query_scalar(
                    "SELECT CAST(floor(extract(epoch FROM clock_timestamp()) * 1000) AS BIGINT)",
                )
                .fetch_one(pool)
                .await?;
                let answer = Ts::from_millis(millis);
                self.database_time.answered(answer, Instant::now());
                Ok(answer.plus(self.clock.ahead()))
            }
        }
    }

    /// Begins a transaction that writes. On SQLite it takes the write lock at once: a transaction that read first and
    /// wrote later would fail instead of wait.
    pub(super) async fn begin(&self) -> Result<Tx, StoreError> {
        Ok(match &self.engine {
            Engine::Sqlite { file, .. } if !file.is_there() => return Err(StoreError::Moved),
            Engine::Sqlite { writer, .. } => Tx::Sqlite(writer.begin_with("BEGIN IMMEDIATE").await?),
            Engine::Postgres(pool) => Tx::Postgres(pool.begin().await?),
        })
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<(), StoreError> {
        if let Engine::Sqlite { file, .. } = &self.engine
            && !file.is_there()
        {
            return Err(StoreError::Moved);
        }
        let _one: i64 = read!(self, pool => sqlx::query_scalar("SELECT CAST(1 AS BIGINT)").fetch_one(pool))?;
        Ok(())
    }

    /// Whether the engine is PostgreSQL, on which several replicas may run.
    pub fn is_shared(&self) -> bool {
        matches!(self.engine, Engine::Postgres(_))
    }

    /// Ends all connections; on SQLite the write-ahead log is folded into the file.
    pub async fn close(&self) {
        match &self.engine {
            Engine::Sqlite { writer, reader, .. } => {
                reader.close().await;
                // Best effort: the log is also read back at the next start.
                let _checkpointed = sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(writer).await;
                writer.close().await;
            }
            Engine::Postgres(pool) => pool.close().await,
        }
    }
}

/// Locks that serialise a decision over all replicas. SQLite needs none: its one writer is the lock.
#[derive(Debug, Clone, Copy)]
pub(super) enum Lock {
    /// Sightings of one grab on two replicas must find each other.
    Intake = 0x67_66_01,
    /// Per-indexer limits hold over all replicas.
    Claim = 0x67_66_02,
    /// A new feed and a new torrent must find each other, and those who change several feeds take turns.
    Ledger = 0x67_66_03,
}

impl Tx {
    pub(super) async fn lock(&mut self, lock: Lock) -> Result<(), StoreError> {
        if let Self::Postgres(inner) = self {
            sqlx::query("SELECT pg_advisory_xact_lock($1)").bind(lock as i64).execute(&mut **inner).await?;
        }
        Ok(())
    }

    pub(super) async fn commit(self) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(inner) => inner.commit().await?,
            Self::Postgres(inner) => inner.commit().await?,
        }
        Ok(())
    }
}
