//! Feeds: subscriptions with a filter and secrets.

use std::fmt;

use super::engine::{Lock, Tx};
use super::{Store, StoreError};
use crate::domain::feed::{FeedName, FeedPublicId};
use crate::domain::feed_begin::FeedBegin;
use crate::domain::feed_filter::FeedFilter;
use crate::domain::ids::FeedId;
use crate::domain::time::Ts;

/// A feed to be made.
pub struct NewFeed {
    /// What its download links show.
    pub public_id: FeedPublicId,
    /// The person's name for it.
    pub name: FeedName,
    /// What it lists.
    pub filter: FeedFilter,
    /// Where it begins.
    pub begins: FeedBegin,
    /// Hash of the path token.
    pub token_hash: [u8; 32],
    /// What may be shown of the token.
    pub token_shown: String,
    /// The secret that signs its download links.
    pub link_secret: [u8; 32],
}

/// A feed.
#[derive(Clone)]
pub struct Feed {
    /// Its row.
    pub id: FeedId,
    /// What its download links show.
    pub public_id: FeedPublicId,
    /// The person's name for it.
    pub name: FeedName,
    /// What it lists.
    pub filter: FeedFilter,
    /// What may be shown of the token.
    pub token_shown: String,
    /// The secret that signs its download links.
    pub link_secret: Vec<u8>,
    /// When it was made.
    pub created_at: Ts,
    /// From when on it takes what was grabbed before it was made; the beginning of time: everything.
    pub begins_at: Ts,
    /// When a client last asked for it.
    pub last_used_at: Option<Ts>,
    /// The `User-Agent` of that client.
    pub last_client: Option<String>,
    /// How often it was asked for.
    pub poll_count: u64,
    /// Raised by everything that can change what it lists.
    pub version: i64,
    /// The name of the API key whose feed it is, behind the predecessor's paths.
    pub key_name: Option<String>,
    /// Until when the token before the last rotation works, or worked.
    pub former_token_until: Option<Ts>,
}

impl fmt::Debug for Feed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Feed").field("id", &self.id).field("name", &self.name).finish_non_exhaustive()
    }
}

/// Polls of a feed since they were last written down.
#[derive(Debug, Clone)]
pub struct Polls {
    /// The feed.
    pub feed: FeedId,
    /// How many.
    pub count: u64,
    /// When the last one was.
    pub last_at: Ts,
    /// Who asked.
    pub client: Option<String>,
}

#[derive(sqlx::FromRow)]
pub(super) struct Row {
    id: i64,
    public_id: String,
    name: String,
    filter: String,
    token_shown: String,
    link_secret: Vec<u8>,
    created_at: i64,
    begins_at: i64,
    last_used_at: Option<i64>,
    last_client: Option<String>,
    poll_count: i64,
    version: i64,
    key_name: Option<String>,
    former_token_until: Option<i64>,
}

macro_rules! select_feed {
    ($rest:literal) => {
        concat!(
            "SELECT id, public_id, name, filter, token_shown, link_secret, created_at, begins_at, last_used_at, last_client, \
             poll_count, version, (SELECT k.name FROM api_key k WHERE k.id = feed.key_id) AS key_name, \
             former_token_until FROM feed ",
            $rest
        )
    };
}
pub(super) use select_feed;

impl Row {
    pub(super) fn into_feed(self) -> Result<Feed, StoreError> {
        let unknown = |what| StoreError::Inconsistent { table: "feed", what, row: self.id };
        Ok(Feed {
            id: FeedId(self.id),
            public_id: FeedPublicId::parse(&self.public_id).map_err(|_| unknown("public_id"))?,
            name: FeedName::parse(&self.name).map_err(|_| unknown("name"))?,
            filter: serde_json::from_str(&self.filter).map_err(|_| unknown("filter"))?,
            token_shown: self.token_shown,
            link_secret: self.link_secret,
            created_at: Ts::from_millis(self.created_at),
            begins_at: Ts::from_millis(self.begins_at),
            last_used_at: self.last_used_at.map(Ts::from_millis),
            last_client: self.last_client,
            poll_count: u64::try_from(self.poll_count).unwrap_or(0),
            version: self.version,
            key_name: self.key_name,
            former_token_until: self.former_token_until.map(Ts::from_millis),
        })
    }
}

impl Store {
    /// The feed with this token, or with this former token while that still works, unless it was revoked.
    pub async fn feed_by_token(&self, token_hash: &[u8; 32], now: Ts) -> Result<Option<Feed>, StoreError> {
        let row: Option<Row> = read!(self, pool => sqlx::query_as(select_feed!(
            "WHERE (token_hash = $1 OR (former_token_hash = $1 AND former_token_until > $2)) \
             AND key_id IS NULL AND revoked_at IS NULL"
        )).bind(token_hash.to_vec()).bind(now.millis()).fetch_optional(pool))?;
        row.map(Row::into_feed).transpose()
    }

    /// The feed with this public id, unless it, or the key that it belongs to, was revoked or has expired.
    pub async fn feed_by_public_id(&self, id: &FeedPublicId, now: Ts) -> Result<Option<Feed>, StoreError> {
        let row: Option<Row> = read!(self, pool => sqlx::query_as(select_feed!(
            "WHERE public_id = $1 AND revoked_at IS NULL AND (key_id IS NULL OR EXISTS (SELECT 1 FROM api_key k \
             WHERE k.id = feed.key_id AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > $2)))"
        )).bind(id.as_str()).bind(now.millis()).fetch_optional(pool))?;
        row.map(Row::into_feed).transpose()
    }

    /// Gives a feed a new token. The one that it had works until `former_until`, so that its clients can be changed
    /// one by one; the one before that no more. Links and items stay as they are. False: there is no such feed.
    pub async fn rotate_feed(
        &self,
        name: &FeedName,
        token_hash: [u8; 32],
        token_shown: String,
        former_until: Ts,
        now: Ts,
    ) -> Result<bool, StoreError> {
        let mut tx = self.begin().await?;
        tx.lock(Lock::Ledger).await?;
        let overlap = (former_until > now).then(|| former_until.millis());
        let rotated = exec!(&mut tx, conn => sqlx::query(
            "UPDATE feed SET former_token_hash = CASE WHEN $4 IS NULL THEN NULL ELSE token_hash END, \
             former_token_until = $4, token_hash = $2, token_shown = $3 \
             WHERE name_key = $1 AND key_id IS NULL AND revoked_at IS NULL",
        ).bind(name.key()).bind(token_hash.to_vec()).bind(token_shown.clone()).bind(overlap).execute(conn))?;
        tx.commit().await?;
        Ok(rotated > 0)
    }

    /// Whether there was a feed of this name that is revoked.
    pub async fn had_feed(&self, name: &FeedName) -> Result<bool, StoreError> {
        let had: i64 = read!(self, pool => sqlx::query_scalar(
            "SELECT COUNT(*) FROM feed WHERE name_key = $1 AND key_id IS NULL AND revoked_at IS NOT NULL",
        ).bind(name.key()).fetch_one(pool))?;
        Ok(had > 0)
    }

    /// How many items a feed has, listed or not.
    pub async fn feed_item_count(&self, feed: FeedId) -> Result<u64, StoreError> {
        let count: i64 = read!(self, pool => sqlx::query_scalar("SELECT COUNT(*) FROM feed_item WHERE feed_id = $1")
            .bind(feed.0).fetch_one(pool))?;
        Ok(u64::try_from(count).unwrap_or(0))
    }

    /// All feeds that are not revoked, by name.
    pub async fn feeds(&self) -> Result<Vec<Feed>, StoreError> {
        let rows: Vec<Row> = read!(self, pool => sqlx::query_as(
            select_feed!("WHERE revoked_at IS NULL"),
        ).fetch_all(pool))?;
        let mut feeds: Vec<Feed> = rows.into_iter().map(Row::into_feed).collect::<Result<_, _>>()?;
        // Here, because each engine has an order of its own for letters.
        feeds.sort_by_cached_key(|feed| feed.name.key());
        Ok(feeds)
    }

    /// Revokes a feed by name: its URL and all its download links die with it. False: there is no such feed.
    pub async fn revoke_feed(&self, name: &FeedName, now: Ts) -> Result<bool, StoreError> {
        let mut tx = self.begin().await?;
        tx.lock(Lock::Ledger).await?;
        let id: Option<i64> = run!(&mut tx, conn => sqlx::query_scalar(
            "UPDATE feed SET revoked_at = $2 WHERE name_key = $1 AND revoked_at IS NULL RETURNING id",
        ).bind(name.key()).bind(now.millis()).fetch_optional(conn))?;
        if let Some(id) = id {
            // Its ledger would keep torrents from being purged.
            exec!(&mut tx, conn => sqlx::query("DELETE FROM feed_item WHERE feed_id = $1").bind(id).execute(conn))?;
        }
        tx.commit().await?;
        Ok(id.is_some())
    }

    /// Writes down polls that were counted in memory.
    pub async fn count_polls(&self, polls: &[Polls]) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        tx.lock(Lock::Ledger).await?;
        for poll in polls {
            exec!(&mut tx, conn => sqlx::query(
                "UPDATE feed SET poll_count = poll_count + $2, last_used_at = $3, last_client = $4 WHERE id = $1",
            ).bind(poll.feed.0).bind(i64::try_from(poll.count).unwrap_or(i64::MAX)).bind(poll.last_at.millis())
             .bind(poll.client.clone()).execute(conn))?;
        }
        tx.commit().await
    }
}

/// All feeds with their filters; the caller holds the ledger's lock.
pub(super) async fn feeds_in(tx: &mut Tx) -> Result<Vec<Feed>, StoreError> {
    let rows: Vec<Row> = run!(tx, conn => sqlx::query_as(select_feed!("WHERE revoked_at IS NULL ORDER BY id"))
        .fetch_all(conn))?;
    rows.into_iter().map(Row::into_feed).collect()
}
