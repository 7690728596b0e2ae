//! Rows of an app's history as sightings. One grab may have several rows: one per episode, album or book.

use super::{UNTITLED, text};
use crate::domain::app::{AppKind, AppName};
use crate::domain::sighting::{Origin, Sighting};
use crate::domain::time::Ts;
use crate::upstream::arr::{ArrClient, HistoryEvent, HistoryRow};
use crate::upstream::error::ApiError;

/// What one reading of a history gave.
#[derive(Debug, Default)]
pub struct Reading {
    /// The grabs, oldest first.
    pub sightings: Vec<Sighting>,
    /// The date of the newest row; `None` without rows.
    pub newest: Option<Ts>,
}

/// Reads the grabs of an app from `since` on.
pub async fn read(client: &ArrClient, app: &AppName, since: Ts, now: Ts) -> Result<Reading, ApiError> {
    let rows = client.history_since(since).await?;
    let kind = client.options().kind;
    let sightings = rows.iter().filter_map(|row| sighting(app, kind, row, now)).collect();
    Ok(Reading { sightings, newest: rows.iter().map(|row| row.date).max() })
}

/// The sighting that a row is; `None` for rows of other events.
pub fn sighting(app: &AppName, kind: AppKind, row: &HistoryRow, now: Ts) -> Option<Sighting> {
    if row.event != HistoryEvent::Grabbed {
        return None;
    }
    Some(Sighting {
        app: app.clone(),
        kind,
        origin: Origin::AppHistory,
        // A restored backup gives the same numbers again, to other rows; the date tells them apart.
        origin_key: format!("{}@{}", row.id, row.date.millis()),
        grabbed_at: if row.date > Ts::MIN { row.date } else { now },
        title: text(&row.source_title).unwrap_or_else(|| UNTITLED.to_owned()),
        indexer: row.data.indexer.as_deref().and_then(text),
        prowlarr_indexer_id: None,
        download_id: row.download_id.as_deref().and_then(text),
        infohash: row.data.info_hash,
        protocol: row.data.protocol,
        size_bytes: row.data.size_bytes,
        link: row.data.download_url.clone(),
        requester: None,
    })
}
