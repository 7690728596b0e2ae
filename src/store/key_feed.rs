//! The feeds behind the predecessor's paths: one per API key and indexer, made when the key first asks, so that each
//! client has a ledger of its own. They live as long as their key.

use super::engine::{Lock, Tx};
use super::feed::{Row, select_feed};
use super::new_feed::insert_feed;
use super::{Feed, NewFeed, Store, StoreError};
use crate::domain::ids::KeyId;
use crate::domain::time::Ts;

/// Which feed of a key is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyFeed {
    /// The key.
    pub key: KeyId,
    /// The indexer whose torrents it lists, folded by `domain::text::indexer_key`; `None`: everybody's.
    pub indexer_key: Option<String>,
}

impl KeyFeed {
    /// The most feeds that one key may have.
    pub const MAX_PER_KEY: i64 = 51;

    /// What takes the place of a name that must be unique. No name of a person's can be the same, since those hold no
    /// control characters.
    fn name_key(&self) -> String {
        match &self.indexer_key {
            None => format!("\u{1}{}", self.key.0),
            Some(indexer) => format!("\u{1}{}/{indexer}", self.key.0),
        }
    }
}

impl Store {
    /// This feed, if it was made already. The caller has seen that the key is valid.
    pub async fn feed_of_key(&self, which: &KeyFeed) -> Result<Option<Feed>, StoreError> {
        let row: Option<Row> = read!(self, pool => sqlx::query_as(
            select_feed!("WHERE name_key = $1 AND revoked_at IS NULL"),
        ).bind(which.name_key()).fetch_optional(pool))?;
        row.map(Row::into_feed).transpose()
    }

    /// This feed; `new` is what it becomes if it was not made yet. `None`: the key has as many as it may have, or does
    /// not open anything any more.
    pub async fn open_feed_of_key(
        &self,
        which: &KeyFeed,
        new: NewFeed,
        now: Ts,
    ) -> Result<Option<Feed>, StoreError> {
        let mut tx = self.begin().await?;
        tx.lock(Lock::Ledger).await?;
        let name_key = which.name_key();
        let there: Option<Row> = run!(&mut tx, conn => sqlx::query_as(
            select_feed!("WHERE name_key = $1 AND revoked_at IS NULL"),
        ).bind(name_key.clone()).fetch_optional(conn))?;
        if let Some(row) = there {
            return row.into_feed().map(Some);
        }
        let room: Option<i64> = run!(&mut tx, conn => sqlx::query_scalar(
            "SELECT k.id FROM api_key k WHERE k.id = $1 AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > $2) \
             AND (SELECT COUNT(*) FROM feed f WHERE f.key_id = k.id AND f.revoked_at IS NULL) < $3",
        ).bind(which.key.0).bind(now.millis()).bind(KeyFeed::MAX_PER_KEY).fetch_optional(conn))?;
        if room.is_none() {
            return Ok(None);
        }
        let feed = insert_feed(&mut tx, new, &name_key, Some(which.key), now).await?;
        tx.commit().await?;
        Ok(Some(feed))
    }

    /// The folded names of all indexers that a grab or a torrent ever had, in order.
    pub async fn indexer_keys(&self) -> Result<Vec<String>, StoreError> {
        let mut keys: Vec<String> = read!(self, pool => sqlx::query_scalar(
            "SELECT indexer_key FROM grab WHERE indexer_key <> '' UNION SELECT indexer_key FROM torrent WHERE indexer_key <> ''",
        ).fetch_all(pool))?;
        // Here, because each engine has an order of its own for letters.
        keys.sort();
        Ok(keys)
    }
}

/// Revokes the feeds whose key was revoked or has expired: their ledgers would keep torrents from being purged. The
/// caller holds the ledger's lock.
pub(super) async fn revoke_feeds_of_dead_keys(tx: &mut Tx, now: Ts) -> Result<(), StoreError> {
    let ids: Vec<i64> = run!(&mut *tx, conn => sqlx::query_scalar(
        "UPDATE feed SET revoked_at = $1 WHERE revoked_at IS NULL AND key_id IN (SELECT k.id FROM api_key k \
         WHERE k.revoked_at IS NOT NULL OR k.expires_at <= $1) RETURNING id",
    ).bind(now.millis()).fetch_all(conn))?;
    for id in ids {
        exec!(&mut *tx, conn => sqlx::query("DELETE FROM feed_item WHERE feed_id = $1").bind(id).execute(conn))?;
    }
    Ok(())
}
