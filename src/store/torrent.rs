//! Stored torrents.

use std::fmt;

use super::engine::Tx;
use super::{Store, StoreError};
use crate::domain::ids::{GrabId, TorrentId};
use crate::domain::infohash::Infohash;
use crate::domain::text::indexer_key;
use crate::domain::time::Ts;
use crate::domain::torrent::TorrentFacts;

/// What is kept of a torrent.
#[derive(Clone)]
pub enum TorrentBody {
    /// The verified bytes of the file.
    File(Vec<u8>),
    /// A magnet link, where the settings allow those.
    Magnet(String),
}

impl fmt::Debug for TorrentBody {
    /// A torrent holds the announce URL, and that holds the passkey.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::File(_) => "File(..)",
            Self::Magnet(_) => "Magnet(..)",
        })
    }
}

/// A torrent to be stored.
#[derive(Debug, Clone)]
pub struct NewTorrent {
    /// The hash under which it is filed.
    pub infohash: Infohash,
    /// What was verified of it.
    pub facts: TorrentFacts,
    /// The indexer that it came from.
    pub indexer: Option<String>,
    /// The bytes or the link.
    pub body: TorrentBody,
}

/// A stored torrent, as it is served.
#[derive(Debug, Clone)]
pub struct StoredTorrent {
    /// Its row.
    pub id: TorrentId,
    /// Its name.
    pub name: String,
    /// The verified bytes; absent for a magnet.
    pub bytes: Option<Vec<u8>>,
}

impl Store {
    /// The stored torrent of this indexer with this hash, if there is one; for an unknown indexer, any.
    pub async fn find_torrent(
        &self,
        hash: &Infohash,
        indexer: Option<&str>,
    ) -> Result<Option<TorrentId>, StoreError> {
        let id: Option<i64> = read!(self, pool => sqlx::query_scalar(
            "SELECT id FROM torrent WHERE (infohash = $1 OR infohash_v1 = $1 OR infohash_v2 = $1) \
             AND ($2 = '' OR indexer_key = $2) AND bytes IS NOT NULL ORDER BY id LIMIT 1",
        ).bind(hash.to_string()).bind(indexer.map(indexer_key).unwrap_or_default()).fetch_optional(pool))?;
        Ok(id.map(TorrentId))
    }

    /// The bytes of a stored torrent.
    pub async fn torrent(&self, id: TorrentId) -> Result<Option<StoredTorrent>, StoreError> {
        let row: Option<(String, Option<Vec<u8>>)> = read!(self, pool => sqlx::query_as(
            "SELECT name, bytes FROM torrent WHERE id = $1",
        ).bind(id.0).fetch_optional(pool))?;
        Ok(row.map(|(name, bytes)| StoredTorrent { id, name, bytes }))
    }

    /// The file with this infohash, of either version; of several trackers' the one that was stored first.
    pub async fn torrent_by_infohash(&self, hash: &Infohash) -> Result<Option<StoredTorrent>, StoreError> {
        let row: Option<(i64, String, Option<Vec<u8>>)> = read!(self, pool => sqlx::query_as(
            "SELECT id, name, bytes FROM torrent WHERE (infohash = $1 OR infohash_v1 = $1 OR infohash_v2 = $1) \
             AND bytes IS NOT NULL ORDER BY id LIMIT 1",
        ).bind(hash.to_string()).fetch_optional(pool))?;
        Ok(row.map(|(id, name, bytes)| StoredTorrent { id: TorrentId(id), name, bytes }))
    }

    /// The torrent of another grab of the same release: of the same link, or of what the indexer calls by the same name.
    pub async fn torrent_of_same_release(&self, grab: GrabId) -> Result<Option<TorrentId>, StoreError> {
        let id: Option<i64> = read!(self, pool => sqlx::query_scalar(
            "SELECT o.torrent_id FROM grab g JOIN grab o ON o.state = 'ready' AND o.title_key = g.title_key \
             AND o.indexer_key = g.indexer_key AND (o.link = g.link OR o.release_hash = g.release_hash) \
             WHERE g.id = $1 AND g.indexer_key <> '' AND (g.expected_infohash IS NULL OR o.expected_infohash IS NULL \
             OR o.expected_infohash = g.expected_infohash) ORDER BY o.id DESC LIMIT 1",
        ).bind(grab.0).fetch_optional(pool))?;
        Ok(id.map(TorrentId))
    }

    /// How many torrents are stored, and their bytes together.
    pub async fn torrent_totals(&self) -> Result<(u64, u64), StoreError> {
        let (count, bytes): (i64, i64) = read!(self, pool => sqlx::query_as(
            "SELECT COUNT(*), CAST(COALESCE(SUM(LENGTH(bytes)), 0) AS BIGINT) FROM torrent",
        ).fetch_one(pool))?;
        Ok((u64::try_from(count).unwrap_or(0), u64::try_from(bytes).unwrap_or(0)))
    }
}

/// Stores a torrent, or finds the one that is there: the first verified bytes win, also over a magnet.
pub(super) async fn insert_torrent(
    tx: &mut Tx,
    torrent: &NewTorrent,
    now: Ts,
) -> Result<TorrentId, StoreError> {
    let facts = &torrent.facts;
    let signed = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    let (bytes, magnet) = match &torrent.body {
        TorrentBody::File(bytes) => (Some(bytes.clone()), None),
        TorrentBody::Magnet(link) => (None, Some(link.clone())),
    };
    let key = torrent.indexer.as_deref().map(indexer_key).unwrap_or_default();
    let stored: Option<i64> = run!(&mut *tx, conn => sqlx::query_scalar(
        "INSERT INTO torrent (infohash, infohash_v1, infohash_v2, indexer, indexer_key, name, total_bytes, file_count, \
         piece_length_bytes, private, bytes, magnet, stored_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) ON CONFLICT (infohash, indexer_key) DO UPDATE \
         SET infohash_v1 = excluded.infohash_v1, infohash_v2 = excluded.infohash_v2, name = excluded.name, \
         total_bytes = excluded.total_bytes, file_count = excluded.file_count, private = excluded.private, \
         piece_length_bytes = excluded.piece_length_bytes, bytes = excluded.bytes, magnet = NULL \
         WHERE torrent.bytes IS NULL AND excluded.bytes IS NOT NULL RETURNING id",
    ).bind(torrent.infohash.to_string()).bind(facts.v1.map(hex::encode)).bind(facts.v2.map(hex::encode))
     .bind(torrent.indexer.clone()).bind(key.clone()).bind(facts.name.clone()).bind(signed(facts.total_bytes))
     .bind(signed(facts.file_count)).bind(signed(facts.piece_length_bytes)).bind(i64::from(facts.private))
     .bind(bytes).bind(magnet).bind(now.millis()).fetch_optional(conn))?;
    if let Some(id) = stored {
        // If it was a magnet, its feeds show it otherwise now.
        exec!(&mut *tx, conn => sqlx::query(
            "UPDATE feed SET version = version + 1 WHERE id IN (SELECT feed_id FROM feed_item WHERE torrent_id = $1)",
        ).bind(id).execute(conn))?;
        return Ok(TorrentId(id));
    }
    let id: i64 = run!(&mut *tx, conn => sqlx::query_scalar(
        "SELECT id FROM torrent WHERE infohash = $1 AND indexer_key = $2",
    ).bind(torrent.infohash.to_string()).bind(key).fetch_one(conn))?;
    Ok(TorrentId(id))
}
