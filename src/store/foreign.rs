//! Programs whose downloads through Prowlarr are no grabs: what only probes, and apps that are not configured.

use super::engine::Tx;
use super::{Store, StoreError};
use crate::domain::time::Ts;

/// Programs that are remembered; a hostile name per row must not fill the database.
const MOST_SOURCES: i64 = 200;

/// Downloads of one such program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForeignSource {
    /// The program, as Prowlarr names it.
    pub source: String,
    /// How many there were.
    pub downloads: u64,
    /// When the last was.
    pub last_at: Ts,
}

impl Store {
    /// These programs, the busiest first.
    pub async fn foreign_sources(&self) -> Result<Vec<ForeignSource>, StoreError> {
        let rows: Vec<(String, i64, i64)> = read!(self, pool => sqlx::query_as(
            "SELECT source, rows_seen, last_at FROM foreign_source ORDER BY rows_seen DESC, source LIMIT 50",
        ).fetch_all(pool))?;
        let read = |(source, downloads, last_at)| ForeignSource {
            source,
            downloads: u64::try_from(downloads).unwrap_or(0),
            last_at: Ts::from_millis(last_at),
        };
        Ok(rows.into_iter().map(read).collect())
    }
}

/// Counts one.
pub(super) async fn count(tx: &mut Tx, source: &str, at: Ts) -> Result<(), StoreError> {
    exec!(&mut *tx, conn => sqlx::query(
        "INSERT INTO foreign_source (source, rows_seen, last_at) \
         SELECT $1, 1, $2 WHERE (SELECT COUNT(*) FROM foreign_source) < $3 OR EXISTS (SELECT 1 FROM foreign_source WHERE source = $1) \
         ON CONFLICT (source) DO UPDATE SET rows_seen = foreign_source.rows_seen + 1, \
         last_at = CASE WHEN excluded.last_at > foreign_source.last_at THEN excluded.last_at ELSE foreign_source.last_at END",
    ).bind(source.to_owned()).bind(at.millis()).bind(MOST_SOURCES).execute(conn))?;
    Ok(())
}
