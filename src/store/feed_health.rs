//! How clients treat feeds: what they have not fetched, and what of it was purged.

use super::{Store, StoreError};
use crate::domain::time::Ts;

/// What the clients of one feed have not fetched yet. A feed whose clients fetched everything has none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unfetched {
    /// The feed's name.
    pub feed: String,
    /// When a client last read the feed; else when it was made.
    pub read_at: Ts,
    /// How often it was read.
    pub reads: u64,
    /// When a client last fetched a torrent from it.
    pub fetched_at: Option<Ts>,
    /// How many torrents it still has to deliver.
    pub torrents: u64,
    /// When the first of those was listed, if any was.
    pub listed_since: Option<Ts>,
    /// How many of those were stored before the given moment.
    pub old: u64,
    /// When the oldest of those was stored.
    pub oldest_stored_at: Ts,
}

#[derive(sqlx::FromRow)]
struct Row {
    name: String,
    read_at: i64,
    poll_count: i64,
    fetched_at: Option<i64>,
    torrents: i64,
    listed_since: Option<i64>,
    old: i64,
    oldest_stored_at: i64,
}

impl Store {
    /// What each feed has not delivered; `old`: stored before this moment.
    pub async fn unfetched(&self, old: Ts) -> Result<Vec<Unfetched>, StoreError> {
        let rows: Vec<Row> = read!(self, pool => sqlx::query_as(
            "SELECT f.name, COALESCE(f.last_used_at, f.created_at) AS read_at, f.poll_count, \
             (SELECT MAX(d.at) FROM delivery d WHERE d.feed_id = f.id) AS fetched_at, w.torrents, w.listed_since, w.old, \
             w.oldest_stored_at FROM feed f JOIN (SELECT i.feed_id, COUNT(*) AS torrents, \
             MIN(i.first_listed_at) AS listed_since, COUNT(CASE WHEN t.stored_at < $1 THEN 1 END) AS old, \
             MIN(t.stored_at) AS oldest_stored_at FROM feed_item i JOIN torrent t ON t.id = i.torrent_id \
             WHERE i.delivered_at IS NULL GROUP BY i.feed_id) w ON w.feed_id = f.id \
             WHERE f.revoked_at IS NULL ORDER BY f.id",
        ).bind(old.millis()).fetch_all(pool))?;
        let count = |number: i64| u64::try_from(number).unwrap_or(0);
        let read = |row: Row| Unfetched {
            feed: row.name,
            read_at: Ts::from_millis(row.read_at),
            reads: count(row.poll_count),
            fetched_at: row.fetched_at.map(Ts::from_millis),
            torrents: count(row.torrents),
            listed_since: row.listed_since.map(Ts::from_millis),
            old: count(row.old),
            oldest_stored_at: Ts::from_millis(row.oldest_stored_at),
        };
        Ok(rows.into_iter().map(read).collect())
    }

    /// How many torrents were purged since then that no client had fetched, and when the last was.
    pub async fn unfetched_purged(&self, since: Ts) -> Result<(u64, Option<Ts>), StoreError> {
        let (count, last): (i64, Option<i64>) = read!(self, pool => sqlx::query_as(
            "SELECT COUNT(*), MAX(purged_at) FROM purged_grab WHERE unfetched = 1 AND purged_at >= $1",
        ).bind(since.millis()).fetch_one(pool))?;
        Ok((u64::try_from(count).unwrap_or(0), last.map(Ts::from_millis)))
    }
}
