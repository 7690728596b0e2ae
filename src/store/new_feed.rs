//! Making a feed: its row, and the items that it begins with.

use super::engine::{Lock, Tx};
use super::feed::{Feed, NewFeed, Row, select_feed};
use super::feed_queue::fill_new_feed;
use super::{Store, StoreError};
use crate::domain::feed_begin::FeedBegin;
use crate::domain::ids::{FeedId, KeyId};
use crate::domain::time::Ts;

impl Store {
    /// Makes a feed and queues in it every stored torrent that its filter accepts, from its beginning on.
    ///
    /// # Errors
    /// [`StoreError::NameTaken`] if a feed that is not revoked has the name.
    pub async fn create_feed(&self, feed: NewFeed, now: Ts) -> Result<Feed, StoreError> {
        let mut tx = self.begin().await?;
        tx.lock(Lock::Ledger).await?;
        let name_key = feed.name.key();
        let made = insert_feed(&mut tx, feed, &name_key, None, now).await?;
        tx.commit().await?;
        Ok(made)
    }
}

/// Makes a feed, of a key or of nobody's, under this name for comparing; the caller holds the ledger's lock.
pub(super) async fn insert_feed(
    tx: &mut Tx,
    feed: NewFeed,
    name_key: &str,
    key: Option<KeyId>,
    now: Ts,
) -> Result<Feed, StoreError> {
    let filter = serde_json::to_string(&feed.filter).map_err(|_| StoreError::Inconsistent {
        table: "feed",
        what: "filter",
        row: 0,
    })?;
    let begins_at = feed.begins.moment(now);
    let id: i64 = run!(&mut *tx, conn => sqlx::query_scalar(
        "INSERT INTO feed (public_id, name, name_key, filter, token_hash, token_shown, link_secret, created_at, key_id, begins_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) RETURNING id",
    ).bind(feed.public_id.as_str()).bind(feed.name.as_str()).bind(name_key).bind(filter).bind(feed.token_hash.to_vec())
     .bind(feed.token_shown).bind(feed.link_secret.to_vec()).bind(now.millis()).bind(key.map(|key| key.0))
     .bind(begins_at.millis()).fetch_one(conn))?;
    // What is dated ahead of now, by an app whose clock is wrong, was grabbed before all the same.
    if feed.begins != FeedBegin::Now {
        fill_new_feed(tx, FeedId(id), &feed.filter, begins_at, now).await?;
    }
    let row: Row =
        run!(&mut *tx, conn => sqlx::query_as(select_feed!("WHERE id = $1")).bind(id).fetch_one(conn))?;
    row.into_feed()
}
