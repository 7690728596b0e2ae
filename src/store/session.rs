//! Sessions, kept as hashes of their cookies. What idleness is too long is the caller's rule; time is the database's.

use std::time::Duration;

use super::engine::Tx;
use super::{Store, StoreError};
use crate::domain::ids::SessionId;
use crate::domain::time::Ts;

/// More sessions than this are ended, the longest unused first.
const MOST_SESSIONS: i64 = 100;
/// A use is written down no more often: a page makes several requests.
const USE_RESOLUTION: Duration = Duration::from_mins(1);
/// A session that began further in the future than this, since the clock was set back, would not end in its time.
const MOST_AHEAD: Duration = Duration::from_hours(24);
/// More networks than this are forgotten, the longest unused first.
const MOST_NETWORKS: i64 = 1000;

/// A session to be begun.
#[derive(Debug)]
pub struct NewSession {
    /// Hash of the cookie.
    pub token_hash: [u8; 32],
    /// How its owner signed in.
    pub method: &'static str,
    /// The network from which its owner signed in.
    pub network: String,
    /// The browser in which its owner signed in, under the name by which attempts in it are counted; kept as networks are.
    pub browser: Option<String>,
    /// The `User-Agent`, cleaned.
    pub client: Option<String>,
    /// How long it may last at most.
    pub lifetime: Duration,
}

/// A session.
#[derive(Debug, Clone)]
pub struct Session {
    /// Its row.
    pub id: SessionId,
    /// How its owner signed in.
    pub method: String,
    /// The network from which its owner signed in.
    pub network: String,
    /// The `User-Agent` at that time.
    pub client: Option<String>,
    /// When it began.
    pub created_at: Ts,
    /// When it was last used, to the minute.
    pub last_seen_at: Ts,
    /// When it ends, however much it is used.
    pub expires_at: Ts,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: i64,
    method: String,
    network: String,
    client: Option<String>,
    created_at: i64,
    last_seen_at: i64,
    expires_at: i64,
}

impl From<Row> for Session {
    fn from(row: Row) -> Self {
        Self {
            id: SessionId(row.id),
            method: row.method,
            network: row.network,
            client: row.client,
            created_at: Ts::from_millis(row.created_at),
            last_seen_at: Ts::from_millis(row.last_seen_at),
            expires_at: Ts::from_millis(row.expires_at),
        }
    }
}

impl Store {
    /// Begins a session and remembers its network and its browser as known.
    pub async fn begin_session(&self, new: NewSession, now: Ts) -> Result<SessionId, StoreError> {
        let mut tx = self.begin().await?;
        let id: i64 = run!(&mut tx, conn => sqlx::query_scalar(
            "INSERT INTO session (token_hash, method, network, client, created_at, last_seen_at, expires_at) \
             VALUES ($1, $2, $3, $4, $5, $5, $6) RETURNING id",
        ).bind(new.token_hash.to_vec()).bind(new.method).bind(new.network.clone()).bind(new.client)
         .bind(now.millis()).bind(now.plus(new.lifetime).millis()).fetch_one(conn))?;
        for known in [Some(new.network), new.browser].into_iter().flatten() {
            exec!(&mut tx, conn => sqlx::query(
            "INSERT INTO known_network (network, last_signed_in_at) VALUES ($1, $2) ON CONFLICT (network) DO UPDATE \
             SET last_signed_in_at = excluded.last_signed_in_at",
            ).bind(known).bind(now.millis()).execute(conn))?;
        }
        exec!(&mut tx, conn => sqlx::query(
            "DELETE FROM session WHERE id IN (SELECT id FROM session ORDER BY last_seen_at DESC, id DESC \
             LIMIT 1000000 OFFSET $1)",
        ).bind(MOST_SESSIONS).execute(conn))?;
        exec!(&mut tx, conn => sqlx::query(
            "DELETE FROM known_network WHERE network IN (SELECT network FROM known_network \
             ORDER BY last_signed_in_at DESC, network LIMIT 1000000 OFFSET $1)",
        ).bind(MOST_NETWORKS).execute(conn))?;
        tx.commit().await?;
        Ok(SessionId(id))
    }

    /// The session with this cookie, unless it is too old or was unused for longer than `idle`.
    pub async fn session_by_hash(
        &self,
        token_hash: &[u8; 32],
        idle: Duration,
        now: Ts,
    ) -> Result<Option<Session>, StoreError> {
        let row: Option<Row> = read!(self, pool => sqlx::query_as(
            "SELECT id, method, network, client, created_at, last_seen_at, expires_at FROM session \
             WHERE token_hash = $1 AND expires_at > $2 AND last_seen_at > $3 AND created_at <= $4",
        ).bind(token_hash.to_vec()).bind(now.millis()).bind(now.minus(idle).millis())
         .bind(now.plus(MOST_AHEAD).millis()).fetch_optional(pool))?;
        Ok(row.map(Session::from))
    }

    /// Records the use of a session that was just looked up; at most once a minute.
    pub async fn session_seen(&self, session: &Session, now: Ts) -> Result<(), StoreError> {
        let before = now.minus(USE_RESOLUTION);
        if session.last_seen_at >= before {
            return Ok(());
        }
        let mut tx = self.begin().await?;
        exec!(&mut tx, conn => sqlx::query(
            "UPDATE session SET last_seen_at = $2 WHERE id = $1 AND last_seen_at < $3",
        ).bind(session.id.0).bind(now.millis()).bind(before.millis()).execute(conn))?;
        tx.commit().await
    }

    /// All sessions that still count, the latest used first.
    pub async fn sessions(&self, idle: Duration, now: Ts) -> Result<Vec<Session>, StoreError> {
        let rows: Vec<Row> = read!(self, pool => sqlx::query_as(
            "SELECT id, method, network, client, created_at, last_seen_at, expires_at FROM session \
             WHERE expires_at > $1 AND last_seen_at > $2 AND created_at <= $3 ORDER BY last_seen_at DESC, id DESC",
        ).bind(now.millis()).bind(now.minus(idle).millis()).bind(now.plus(MOST_AHEAD).millis()).fetch_all(pool))?;
        Ok(rows.into_iter().map(Session::from).collect())
    }

    /// Ends a session. False: there is no such session.
    pub async fn end_session(&self, session: SessionId) -> Result<bool, StoreError> {
        let mut tx = self.begin().await?;
        let ended = exec!(&mut tx, conn => sqlx::query("DELETE FROM session WHERE id = $1").bind(session.0).execute(conn))?;
        tx.commit().await?;
        Ok(ended > 0)
    }

    /// Ends every session but one, and says how many.
    pub async fn end_other_sessions(&self, keep: Option<SessionId>) -> Result<u64, StoreError> {
        let mut tx = self.begin().await?;
        let ended = end_all_but(&mut tx, keep).await?;
        tx.commit().await?;
        Ok(ended)
    }

    /// Whether the owner has signed in from this network, or in this browser, since a moment.
    pub async fn knows_network(&self, network: &str, since: Ts) -> Result<bool, StoreError> {
        let found: Option<i64> = read!(self, pool => sqlx::query_scalar(
            "SELECT last_signed_in_at FROM known_network WHERE network = $1 AND last_signed_in_at >= $2",
        ).bind(network.to_owned()).bind(since.millis()).fetch_optional(pool))?;
        Ok(found.is_some())
    }

    /// Removes sessions that do not count any more.
    pub async fn purge_sessions(&self, idle: Duration, now: Ts) -> Result<u64, StoreError> {
        let mut tx = self.begin().await?;
        let removed = exec!(&mut tx, conn => sqlx::query(
            "DELETE FROM session WHERE expires_at <= $1 OR last_seen_at <= $2 OR created_at > $3",
        ).bind(now.millis()).bind(now.minus(idle).millis()).bind(now.plus(MOST_AHEAD).millis()).execute(conn))?;
        tx.commit().await?;
        Ok(removed)
    }
}

pub(super) async fn end_all_but(tx: &mut Tx, keep: Option<SessionId>) -> Result<u64, StoreError> {
    Ok(
        exec!(tx, conn => sqlx::query("DELETE FROM session WHERE id <> $1").bind(keep.map_or(0, |id| id.0)).execute(conn))?,
    )
}
