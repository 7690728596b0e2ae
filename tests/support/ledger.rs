//! Looks into a database past the store, for what the product has no question for.

use grabfeed::domain::time::Ts;
use grabfeed::store::OpenOptions;
use secrecy::ExposeSecret;
use sqlx::{Connection, PgConnection, SqliteConnection};
use tokio::sync::Mutex;

use super::database::Home;

/// Grabs that could be worked on now or are, and periodic work that is due or is done.
const IN_WORK: &str = "SELECT (SELECT COUNT(*) FROM job WHERE due_at <= $1 OR lease_until > $1) \
    + (SELECT COUNT(*) FROM grab g WHERE g.state = 'pending' AND (g.lease_until > $1 OR (g.next_attempt_at <= $1 \
       AND ((g.link IS NULL AND g.seen_in_history = 0) OR NOT EXISTS (SELECT 1 FROM indexer_hold h WHERE h.indexer_key = g.indexer_key AND h.held_until > $1)))))";
/// When the next grab can be worked on.
const NEXT_GRAB: &str = "SELECT MIN(CASE WHEN COALESCE(h.held_until, 0) > g.next_attempt_at THEN h.held_until \
    ELSE g.next_attempt_at END) FROM grab g LEFT JOIN indexer_hold h ON h.indexer_key = g.indexer_key \
    WHERE g.state = 'pending'";
/// When the next periodic work is due.
const NEXT_JOB: &str = "SELECT MIN(due_at) FROM job";

/// A connection of the test's own.
pub(crate) struct Ledger(Mutex<Connected>);

enum Connected {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

impl Ledger {
    /// Connects to a database that a store has made.
    pub(crate) async fn open(home: &Home) -> Self {
        let connected = match home.options() {
            OpenOptions::File(path) => {
                Connected::Sqlite(SqliteConnection::connect(path.to_str().unwrap()).await.unwrap())
            }
            OpenOptions::Postgres(url) => {
                Connected::Postgres(PgConnection::connect(url.expose_secret()).await.unwrap())
            }
        };
        Self(Mutex::new(connected))
    }

    /// The number that a statement gives; 0 for none.
    pub(crate) async fn number(&self, sql: &'static str) -> i64 {
        let number: Option<i64> = match &mut *self.0.lock().await {
            Connected::Sqlite(inner) => sqlx::query_scalar(sql).fetch_one(inner).await.unwrap(),
            Connected::Postgres(inner) => sqlx::query_scalar(sql).fetch_one(inner).await.unwrap(),
        };
        number.unwrap_or(0)
    }

    /// How much there is to do at this moment.
    pub(crate) async fn in_work(&self, now: Ts) -> i64 {
        match &mut *self.0.lock().await {
            Connected::Sqlite(inner) => sqlx::query_scalar(IN_WORK).bind(now.millis()).fetch_one(inner).await,
            Connected::Postgres(inner) => {
                sqlx::query_scalar(IN_WORK).bind(now.millis()).fetch_one(inner).await
            }
        }
        .unwrap()
    }

    /// The next moment at which there is something to do.
    pub(crate) async fn next_event(&self) -> Ts {
        let moments = [self.number(NEXT_GRAB).await, self.number(NEXT_JOB).await];
        Ts::from_millis(moments.into_iter().filter(|moment| *moment > 0).min().unwrap())
    }
}
