//! Rows of an app's history as sightings. One grab may have several rows: one per episode, album or book.

use super::{UNTITLED, link, release_hash, text};
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
    /// The date of the newest row, by the app's clock; `None` without rows.
    pub newest: Option<Ts>,
    /// How far the app's clock is ahead of ours, in milliseconds.
    pub ahead_millis: i64,
}

/// Reads the grabs of an app from `since` on.
pub async fn read(client: &ArrClient, app: &AppName, since: Ts, now: Ts) -> Result<Reading, ApiError> {
    let mut rows = client.history_since(since).await?;
    rows.retain(|row| is_asked_for(row.date, since));
    let (kind, ahead_millis) = (client.options().kind, client.ahead_millis());
    let by_our_clock =
        |sighting: Sighting| Sighting { grabbed_at: sighting.grabbed_at.ahead_by(-ahead_millis), ..sighting };
    let sightings = rows.iter().filter_map(|row| sighting(app, kind, row, now.ahead_by(ahead_millis)));
    let sightings = sightings.map(by_our_clock).collect();
    Ok(Reading { sightings, newest: rows.iter().map(|row| row.date).max(), ahead_millis })
}

/// Whether a row is of the time that was asked for: the question goes a little further back. One whose date cannot be read is.
pub(super) fn is_asked_for(date: Ts, since: Ts) -> bool {
    date == Ts::MIN || date.millis().div_euclid(1000) >= since.millis().div_euclid(1000)
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
        link: link(row.data.download_url.as_ref()),
        requester: None,
        release_hash: row.data.guid.as_ref().map(release_hash),
    })
}
