//! The delivery ledger: what each feed has queued, listed and delivered.
//!
//! Which items are listed now is decided by `domain::feed_window`; here its answer is written down in the transaction
//! that read the rows, so that two requests at once never date an item twice.

use super::engine::Lock;
use super::{Store, StoreError};
use crate::domain::feed_window::{self, Entry, Moment, READINGS_THAT_COUNT};
use crate::domain::ids::{FeedId, TorrentId};
use crate::domain::infohash::Infohash;
use crate::domain::time::Ts;

/// What a feed lists.
#[derive(Debug, Clone, Default)]
pub struct Listing {
    /// The feed's version that this listing belongs to.
    pub version: i64,
    /// The items, newest first.
    pub items: Vec<ListedItem>,
    /// Those of them for which one more reading counts.
    pub to_be_read: Vec<TorrentId>,
}

/// An item of a feed.
#[derive(Debug, Clone)]
pub struct ListedItem {
    /// The torrent.
    pub torrent: TorrentId,
    /// Its hash.
    pub infohash: Infohash,
    /// The title, unique in the feed.
    pub title: String,
    /// The category.
    pub category: String,
    /// Size of the content in bytes.
    pub total_bytes: u64,
    /// The indexer it came from.
    pub indexer: Option<String>,
    /// The magnet link, for an item that has no file.
    pub magnet: Option<String>,
    /// The date under which it is listed.
    pub pub_at: Ts,
}

#[derive(sqlx::FromRow)]
struct ItemRow {
    torrent_id: i64,
    item_id: i64,
    infohash: String,
    title: String,
    category: String,
    indexer: Option<String>,
    magnet: Option<String>,
    total_bytes: i64,
    pub_at: Option<i64>,
    readings: i64,
    delivered_at: Option<i64>,
}

/// One kind of row of a feed's ledger, at most `$2` of it.
macro_rules! select_items {
    ($rest:literal) => {
        concat!(
            "SELECT t.id AS torrent_id, i.id AS item_id, i.infohash, i.title, i.category, t.indexer, t.magnet, \
             t.total_bytes, i.pub_at, i.readings, i.delivered_at \
             FROM feed_item i JOIN torrent t ON t.id = i.torrent_id WHERE i.feed_id = $1 AND ",
            $rest,
            " LIMIT $2"
        )
    };
}

/// A row of a feed's ledger, called `i`, that was never listed.
macro_rules! waits {
    () => {
        "i.readings = 0 AND i.pub_at IS NULL AND i.delivered_at IS NULL"
    };
}

/// The statements below name each number of readings.
const _: () = assert!(READINGS_THAT_COUNT == 2);

/// The kinds of rows that can appear in the next listing, in the order in which `domain::feed_window` gives places; each is
/// bounded by the window, so that the work does not grow with the ledger.
const KINDS: [&str; 5] = [
    select_items!(
        "i.delivered_at IS NULL AND i.readings = 0 AND i.pub_at IS NOT NULL ORDER BY i.pub_at, i.id"
    ),
    select_items!("i.delivered_at IS NULL AND i.readings = 0 AND i.pub_at IS NULL ORDER BY i.id DESC"),
    select_items!("i.delivered_at IS NULL AND i.readings = 1 ORDER BY i.pub_at DESC, i.id DESC"),
    select_items!("i.delivered_at IS NULL AND i.readings = 2 ORDER BY i.pub_at DESC, i.id DESC"),
    select_items!("i.delivered_at IS NOT NULL AND i.pub_at IS NOT NULL ORDER BY i.pub_at DESC"),
];

/// How many items of a feed were never listed; no more than ten thousand are counted.
const COUNT_WAITING: &str = concat!(
    "SELECT COUNT(*) FROM (SELECT 1 FROM feed_item i WHERE i.feed_id = $1 AND ",
    waits!(),
    " LIMIT 10000) waiting"
);

impl ItemRow {
    fn entry(&self) -> Entry {
        Entry {
            id: TorrentId(self.torrent_id),
            queued: self.item_id,
            pub_at: self.pub_at.map(Ts::from_millis),
            readings: u32::try_from(self.readings).unwrap_or(READINGS_THAT_COUNT),
            delivered_at: self.delivered_at.map(Ts::from_millis),
        }
    }

    fn listed(&self, pub_at: Ts) -> Result<ListedItem, StoreError> {
        let unknown =
            |_| StoreError::Inconsistent { table: "feed_item", what: "infohash", row: self.item_id };
        Ok(ListedItem {
            torrent: TorrentId(self.torrent_id),
            infohash: self.infohash.parse().map_err(unknown)?,
            title: self.title.clone(),
            category: self.category.clone(),
            total_bytes: u64::try_from(self.total_bytes).unwrap_or(0),
            indexer: self.indexer.clone(),
            magnet: self.magnet.clone(),
            pub_at,
        })
    }
}

const DAY_MILLIS: i64 = 24 * 60 * 60 * 1000;

impl Store {
    /// Decides what the feed lists now, writes the decision down and returns the listing.
    pub async fn arrange_feed(&self, feed: FeedId, window: usize, now: Ts) -> Result<Listing, StoreError> {
        let mut tx = self.begin().await?;
        tx.lock(Lock::Ledger).await?;
        let (version, last_pub_at): (i64, i64) = run!(&mut tx, conn => sqlx::query_as(
            "SELECT version, last_pub_at FROM feed WHERE id = $1",
        ).bind(feed.0).fetch_one(conn))?;
        let most = i64::try_from(window).unwrap_or(i64::MAX);
        let mut rows: Vec<ItemRow> = Vec::new();
        for kind in KINDS {
            rows.extend(run!(&mut tx, conn => sqlx::query_as::<_, ItemRow>(kind).bind(feed.0).bind(most).fetch_all(conn))?);
        }
        let waiting: i64 =
            run!(&mut tx, conn => sqlx::query_scalar(COUNT_WAITING).bind(feed.0).fetch_one(conn))?;
        let entries: Vec<Entry> = rows.iter().map(ItemRow::entry).collect();
        let moment = Moment {
            now,
            waiting: u64::try_from(waiting).unwrap_or(0),
            last_pub_at: (last_pub_at > 0).then(|| Ts::from_millis(last_pub_at)),
        };
        let decided = feed_window::arrange(&entries, moment, window);
        for item in &decided.first_listed {
            exec!(&mut tx, conn => sqlx::query(
                "UPDATE feed_item SET pub_at = $3, first_listed_at = $4 WHERE feed_id = $1 AND torrent_id = $2",
            ).bind(feed.0).bind(item.id.0).bind(item.pub_at.millis()).bind(now.millis()).execute(conn))?;
        }
        if let Some(latest) = decided.first_listed.iter().map(|item| item.pub_at).max() {
            exec!(&mut tx, conn => sqlx::query("UPDATE feed SET last_pub_at = $2 WHERE id = $1")
                .bind(feed.0).bind(latest.millis()).execute(conn))?;
        }
        tx.commit().await?;
        let mut items = Vec::with_capacity(decided.listing.len());
        for listed in &decided.listing {
            if let Some(row) = rows.iter().find(|row| row.torrent_id == listed.id.0) {
                items.push(row.listed(listed.pub_at)?);
            }
        }
        Ok(Listing { version, items, to_be_read: decided.to_be_read })
    }

    /// Records that a reading of a feed went out whole, with these items among those that it listed. What waits is
    /// listed in the next.
    pub async fn note_reading(&self, feed: FeedId, items: &[TorrentId]) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        tx.lock(Lock::Ledger).await?;
        for item in items {
            exec!(&mut tx, conn => sqlx::query(
                "UPDATE feed_item SET readings = readings + 1 \
                 WHERE feed_id = $1 AND torrent_id = $2 AND delivered_at IS NULL AND readings < $3",
            ).bind(feed.0).bind(item.0).bind(i64::from(READINGS_THAT_COUNT)).execute(conn))?;
        }
        exec!(&mut tx, conn => sqlx::query(
            concat!("UPDATE feed SET version = version + 1 WHERE id = $1 AND EXISTS (SELECT 1 FROM feed_item i \
             WHERE i.feed_id = feed.id AND ", waits!(), ")"),
        ).bind(feed.0).execute(conn))?;
        tx.commit().await
    }

    /// Makes the next request arrange anew each feed in which an item waits: time may have given it a date.
    pub async fn review_feeds(&self) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        tx.lock(Lock::Ledger).await?;
        exec!(&mut tx, conn => sqlx::query(
            concat!("UPDATE feed SET version = version + 1 WHERE revoked_at IS NULL AND EXISTS (SELECT 1 FROM feed_item i \
             WHERE i.feed_id = feed.id AND ", waits!(), ")"),
        ).execute(conn))?;
        tx.commit().await
    }

    /// The torrent that a feed lists, or listed, under this hash.
    pub async fn feed_torrent(&self, feed: FeedId, hash: &Infohash) -> Result<Option<TorrentId>, StoreError> {
        let id: Option<i64> = read!(self, pool => sqlx::query_scalar(
            "SELECT torrent_id FROM feed_item WHERE feed_id = $1 AND infohash = $2",
        ).bind(feed.0).bind(hash.to_string()).fetch_optional(pool))?;
        Ok(id.map(TorrentId))
    }

    /// Records that a client fetched a torrent through a feed. True: for the first time. A torrent that is fetched again and
    /// again has one row a day. Nothing is recorded of an item that was purged, or whose feed was revoked, while it was served.
    pub async fn deliver(
        &self,
        feed: FeedId,
        torrent: TorrentId,
        client: Option<&str>,
        now: Ts,
    ) -> Result<bool, StoreError> {
        let mut tx = self.begin().await?;
        tx.lock(Lock::Ledger).await?;
        let day = now.millis() - now.millis().rem_euclid(DAY_MILLIS);
        let again = exec!(&mut tx, conn => sqlx::query(
            "UPDATE delivery SET at = $3, client = $4 WHERE feed_id = $1 AND torrent_id = $2 AND at >= $5 AND at <= $3",
        ).bind(feed.0).bind(torrent.0).bind(now.millis()).bind(client.map(str::to_owned)).bind(day).execute(conn))?;
        if again == 0 {
            exec!(&mut tx, conn => sqlx::query(
            "INSERT INTO delivery (feed_id, torrent_id, at, client) SELECT $1, $2, $3, $4 \
             WHERE EXISTS (SELECT 1 FROM feed_item WHERE feed_id = $1 AND torrent_id = $2)",
            ).bind(feed.0).bind(torrent.0).bind(now.millis()).bind(client.map(str::to_owned)).execute(conn))?;
        }
        let first: Option<i64> = run!(&mut tx, conn => sqlx::query_scalar(
            "UPDATE feed_item SET delivered_at = $3 WHERE feed_id = $1 AND torrent_id = $2 AND delivered_at IS NULL RETURNING id",
        ).bind(feed.0).bind(torrent.0).bind(now.millis()).fetch_optional(conn))?;
        if first.is_some() {
            exec!(&mut tx, conn => sqlx::query("UPDATE feed SET version = version + 1 WHERE id = $1").bind(feed.0).execute(conn))?;
        }
        tx.commit().await?;
        Ok(first.is_some())
    }

    /// Per feed, how many items wait to be listed, are listed and not fetched, and were fetched.
    pub async fn ledger_counts(&self) -> Result<Vec<FeedCounts>, StoreError> {
        let rows: Vec<(String, i64, i64, i64)> = read!(self, pool => sqlx::query_as(
            "SELECT f.name, CAST(COALESCE(SUM(CASE WHEN i.pub_at IS NULL AND i.delivered_at IS NULL THEN 1 ELSE 0 END), 0) AS BIGINT), \
             CAST(COALESCE(SUM(CASE WHEN i.pub_at IS NOT NULL AND i.delivered_at IS NULL THEN 1 ELSE 0 END), 0) AS BIGINT), \
             CAST(COALESCE(SUM(CASE WHEN i.delivered_at IS NOT NULL THEN 1 ELSE 0 END), 0) AS BIGINT) \
             FROM feed f JOIN feed_item i ON i.feed_id = f.id WHERE f.revoked_at IS NULL GROUP BY f.id, f.name ORDER BY f.name, f.id",
        ).fetch_all(pool))?;
        let count = |number| u64::try_from(number).unwrap_or(0);
        let counts = |(feed, queued, listed, delivered)| FeedCounts {
            feed,
            queued: count(queued),
            listed: count(listed),
            delivered: count(delivered),
        };
        Ok(rows.into_iter().map(counts).collect())
    }
}

/// How many items of one feed stand where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedCounts {
    /// The feed's name.
    pub feed: String,
    /// Not in the document yet.
    pub queued: u64,
    /// In the document, not fetched yet.
    pub listed: u64,
    /// Fetched.
    pub delivered: u64,
}
