//! Reading what is known of stored torrents: a page of them, those with one hash. Never their bytes, which hold the
//! announce URL with its passkey.

use super::order::{like, sort_keys};
use super::{Direction, Store, StoreError};
use crate::domain::ids::TorrentId;
use crate::domain::infohash::Infohash;
use crate::domain::text::indexer_key;
use crate::domain::time::Ts;

/// Which torrents to list, and in which order.
#[derive(Debug, Clone, Default)]
pub struct TorrentFilter {
    /// Only those of this indexer.
    pub indexer: Option<String>,
    /// Only those with this text in their name, whatever its case.
    pub name: Option<String>,
    /// What they are sorted by.
    pub sort: TorrentSort,
    /// Upwards or downwards.
    pub direction: Direction,
}

/// A page of torrents.
#[derive(Debug)]
pub struct TorrentPage {
    /// The torrents.
    pub torrents: Vec<TorrentSummary>,
    /// How many there are on all pages.
    pub total: u64,
}

/// What is known of a stored torrent.
#[derive(Debug, Clone)]
pub struct TorrentSummary {
    /// Its row.
    pub id: TorrentId,
    /// The hash under which it is filed, in hexadecimal digits.
    pub infohash: String,
    /// SHA-1 infohash, where it has one.
    pub infohash_v1: Option<String>,
    /// SHA-256 infohash, where it has one.
    pub infohash_v2: Option<String>,
    /// The indexer that it came from.
    pub indexer: Option<String>,
    /// Its name.
    pub name: String,
    /// Size of the content.
    pub total_bytes: u64,
    /// Number of files.
    pub file_count: u64,
    /// Bytes of one piece.
    pub piece_length_bytes: u64,
    /// Whether it is of a private tracker.
    pub private: bool,
    /// Whether only a magnet link is known.
    pub magnet: bool,
    /// When it was stored.
    pub stored_at: Ts,
}

macro_rules! summaries {
    () => {
        "SELECT id, infohash, infohash_v1, infohash_v2, indexer, name, total_bytes, file_count, piece_length_bytes, \
         private, CASE WHEN magnet IS NULL THEN 0 ELSE 1 END AS magnet, stored_at"
    };
}

macro_rules! listed {
    ($select:expr) => {
        concat!(
            $select,
            " FROM torrent WHERE ($1 IS NULL OR indexer_key = $1) AND ($2 IS NULL OR LOWER(name) LIKE $2 ESCAPE '!')"
        )
    };
}

sort_keys! {
    /// What torrents can be sorted by.
    TorrentSort, listed!(summaries!()), "LIMIT $3 OFFSET $4";
    /// When they were stored.
    #[default]
    StoredAt = "storedAt" by "stored_at",
    /// The name, without regard to case.
    Name = "name" by "LOWER(name)",
    /// The indexer's name.
    Indexer = "indexer" by "indexer_key",
    /// Size of the content.
    Size = "totalBytes" by "total_bytes",
    /// Number of files.
    Files = "fileCount" by "file_count",
}

#[derive(sqlx::FromRow)]
struct Row {
    id: i64,
    infohash: String,
    infohash_v1: Option<String>,
    infohash_v2: Option<String>,
    indexer: Option<String>,
    name: String,
    total_bytes: i64,
    file_count: i64,
    piece_length_bytes: i64,
    private: i64,
    magnet: i32,
    stored_at: i64,
}

impl From<Row> for TorrentSummary {
    fn from(row: Row) -> Self {
        let size = |number| u64::try_from(number).unwrap_or(0);
        Self {
            id: TorrentId(row.id),
            infohash: row.infohash,
            infohash_v1: row.infohash_v1,
            infohash_v2: row.infohash_v2,
            indexer: row.indexer,
            name: row.name,
            total_bytes: size(row.total_bytes),
            file_count: size(row.file_count),
            piece_length_bytes: size(row.piece_length_bytes),
            private: row.private != 0,
            magnet: row.magnet != 0,
            stored_at: Ts::from_millis(row.stored_at),
        }
    }
}

impl Store {
    /// A page of torrents.
    pub async fn torrents(
        &self,
        filter: &TorrentFilter,
        limit: u32,
        offset: u64,
    ) -> Result<TorrentPage, StoreError> {
        let indexer = filter.indexer.as_deref().map(indexer_key);
        let name = filter.name.as_deref().map(|text| like(&text.to_lowercase()));
        let offset = i64::try_from(offset).unwrap_or(i64::MAX);
        let rows: Vec<Row> = read!(self, pool => sqlx::query_as(filter.sort.page(filter.direction))
            .bind(indexer.clone()).bind(name.clone()).bind(i64::from(limit)).bind(offset).fetch_all(pool))?;
        let total: i64 = read!(self, pool => sqlx::query_scalar(listed!("SELECT COUNT(*)"))
            .bind(indexer).bind(name).fetch_one(pool))?;
        let torrents = rows.into_iter().map(TorrentSummary::from).collect();
        Ok(TorrentPage { torrents, total: u64::try_from(total).unwrap_or(0) })
    }

    /// The torrents with this hash, one for each indexer that it came from; a hundred at most.
    pub async fn torrents_with_hash(&self, hash: &Infohash) -> Result<Vec<TorrentSummary>, StoreError> {
        let rows: Vec<Row> = read!(self, pool => sqlx::query_as(concat!(
            summaries!(), " FROM torrent WHERE infohash = $1 OR infohash_v1 = $1 OR infohash_v2 = $1 ORDER BY id LIMIT 100",
        )).bind(hash.to_string()).fetch_all(pool))?;
        Ok(rows.into_iter().map(TorrentSummary::from).collect())
    }
}
