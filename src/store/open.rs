//! Opening the database: engine by URL, settings of each connection, the copy before a migration, migrations.

use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use sqlx::migrate::{MigrateError, Migrator};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Connection, PgPool, SqliteConnection, SqlitePool};

use super::engine::Engine;
use super::file::DatabaseFile;
use super::{Store, StoreError};
use crate::ops::clock::Clock;
use crate::ops::private_file;

static SQLITE_MIGRATIONS: Migrator = sqlx::migrate!("migrations/sqlite");
static POSTGRES_MIGRATIONS: Migrator = sqlx::migrate!("migrations/postgres");

/// Readers beside the one SQLite writer. Two cores do not gain from more.
const SQLITE_READERS: u32 = 4;
/// Connections of one replica to PostgreSQL.
const POSTGRES_CONNECTIONS: u32 = 16;
/// How long a statement waits for another's lock.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// How long a caller waits for a free connection before the database counts as unavailable.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(8);

/// Where the database is.
#[derive(Debug, Clone)]
pub enum OpenOptions {
    /// A SQLite file, made if it does not exist.
    File(PathBuf),
    /// A PostgreSQL URL; it may hold a password.
    Postgres(SecretString),
}

/// Why the database could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// It cannot be reached, made or read.
    #[error("the database cannot be opened: {0}")]
    Unreachable(#[source] StoreError),
    /// The URL cannot be read.
    #[error("the database URL cannot be read")]
    BadUrl,
    /// The file is damaged.
    #[error("the database file is damaged")]
    Damaged,
    /// A newer version of grabfeed wrote it.
    #[error("the database was written by a newer version of grabfeed (schema {0})")]
    Newer(i64),
    /// The copy before a migration could not be made.
    #[error("the copy before the migration could not be made: {0}")]
    Backup(#[source] StoreError),
    /// A migration failed; it was rolled back.
    #[error("the migration failed: {0}")]
    Migration(#[source] MigrateError),
}

impl Store {
    /// Opens the database and brings its schema up to date. An existing SQLite file is copied beside itself first,
    /// if a migration is due.
    pub async fn open(options: OpenOptions, clock: Clock) -> Result<Self, OpenError> {
        let engine = match options {
            OpenOptions::File(path) => open_sqlite(&path).await?,
            OpenOptions::Postgres(url) => open_postgres(&url).await?,
        };
        Ok(Self { engine, clock, database_time: Arc::default() })
    }
}

fn unreachable(error: sqlx::Error) -> OpenError {
    OpenError::Unreachable(StoreError::Engine(error))
}

async fn open_sqlite(path: &Path) -> Result<Engine, OpenError> {
    let existed = path.exists();
    make_private(path);
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        // A webhook that was answered must survive a power cut, so each commit is synced.
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(BUSY_TIMEOUT)
        .foreign_keys(true);
    let writer = SqlitePoolOptions::new()
        .max_connections(1)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .after_release(|connection, _| Box::pin(has_ended_its_transaction(connection)))
        .connect_with(options.clone())
        .await
        .map_err(damaged_or_unreachable)?;
    check_integrity(&writer).await?;
    let applied = applied_versions(&writer).await;
    if existed && !applied.is_empty() && SQLITE_MIGRATIONS.iter().any(|m| !applied.contains(&m.version)) {
        back_up(&writer, path, applied.iter().copied().max().unwrap_or(0)).await?;
    }
    SQLITE_MIGRATIONS.run(&writer).await.map_err(migration_failed)?;
    let reader = SqlitePoolOptions::new()
        .max_connections(SQLITE_READERS)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .connect_with(options.read_only(true))
        .await
        .map_err(unreachable)?;
    Ok(Engine::Sqlite { writer, reader, file: Arc::new(DatabaseFile::opened(path)) })
}

/// Whether the writer can be used again. On a full disk SQLite itself ends the transaction; sqlx's own count of open
/// ones then never comes back to zero, and the connection would refuse every further transaction, room or no room.
async fn has_ended_its_transaction(connection: &mut SqliteConnection) -> sqlx::Result<bool> {
    // What the dropped transaction asked for has been done when this is answered.
    connection.ping().await?;
    Ok(!connection.is_in_transaction())
}

async fn check_integrity(writer: &SqlitePool) -> Result<(), OpenError> {
    let verdict: String = sqlx::query_scalar("PRAGMA quick_check(1)")
        .fetch_one(writer)
        .await
        .map_err(damaged_or_unreachable)?;
    if verdict == "ok" { Ok(()) } else { Err(OpenError::Damaged) }
}

/// "The disk image is malformed" and "file is not a database" have codes of their own.
fn damaged_or_unreachable(error: sqlx::Error) -> OpenError {
    let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
    match code.as_deref() {
        Some("11" | "26") => OpenError::Damaged,
        _ => unreachable(error),
    }
}

async fn applied_versions(writer: &SqlitePool) -> Vec<i64> {
    // No such table in a new file: nothing is applied.
    sqlx::query_scalar("SELECT version FROM _sqlx_migrations").fetch_all(writer).await.unwrap_or_default()
}

/// Makes an empty file that only its owner reads, unless there is a file: SQLite fills it, and gives the files beside it
/// the same rights. It holds keys and passkeys, and the folder may be one that others read. Where it cannot be made,
/// SQLite says why.
fn make_private(path: &Path) {
    let _made = private_file::options().write(true).create_new(true).open(path);
}

/// Copies the file before a migration: aside, checked and on the disk before it has its name, so that a copy with that name
/// is a whole one, whatever broke off an earlier try.
async fn back_up(writer: &SqlitePool, path: &Path, version: i64) -> Result<(), OpenError> {
    let beside = |end: &str| {
        let mut name = path.as_os_str().to_owned();
        name.push(format!(".before-migration-{version}{end}"));
        PathBuf::from(name)
    };
    let (copy, part) = (beside(""), beside(".part"));
    if copy.exists() && is_whole(&copy).await {
        return Ok(());
    }
    let failed = |error| OpenError::Backup(StoreError::Engine(error));
    let failed_file = |error| failed(sqlx::Error::Io(error));
    match std::fs::remove_file(&part) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(failed_file(error)),
        _ => {}
    }
    make_private(&part);
    let target = part.to_string_lossy().into_owned();
    sqlx::query("VACUUM INTO $1").bind(target).execute(writer).await.map_err(failed)?;
    if !is_whole(&part).await {
        return Err(failed_file(std::io::Error::other("the copy is damaged")));
    }
    std::fs::File::open(&part).and_then(|file| file.sync_all()).map_err(failed_file)?;
    std::fs::rename(&part, &copy).map_err(failed_file)
}

/// Whether a file is a sound database with our tables.
async fn is_whole(path: &Path) -> bool {
    let options = SqliteConnectOptions::new().filename(path).read_only(true);
    let Ok(mut connection) = SqliteConnection::connect_with(&options).await else { return false };
    let check = sqlx::query_scalar::<_, String>("PRAGMA quick_check(1)").fetch_one(&mut connection).await;
    let count = "SELECT COUNT(*) FROM _sqlx_migrations";
    let migrations = sqlx::query_scalar::<_, i64>(count).fetch_one(&mut connection).await;
    let whole = check.is_ok_and(|verdict| verdict == "ok") && migrations.is_ok_and(|count| count > 0);
    let _closed = connection.close().await;
    whole
}

async fn open_postgres(url: &SecretString) -> Result<Engine, OpenError> {
    let options = PgConnectOptions::from_str(url.expose_secret()).map_err(|_| OpenError::BadUrl)?.options([
        ("statement_timeout", "30000"),
        ("idle_in_transaction_session_timeout", "60000"),
        ("application_name", "grabfeed"),
    ]);
    let pool: PgPool = PgPoolOptions::new()
        .max_connections(POSTGRES_CONNECTIONS)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .connect_with(options)
        .await
        .map_err(unreachable)?;
    // sqlx takes an advisory lock around migrations, so of two replicas one migrates and the other waits.
    POSTGRES_MIGRATIONS.run(&pool).await.map_err(migration_failed)?;
    Ok(Engine::Postgres(pool))
}

fn migration_failed(error: MigrateError) -> OpenError {
    match error {
        MigrateError::VersionMissing(version) => OpenError::Newer(version),
        other => OpenError::Migration(other),
    }
}
