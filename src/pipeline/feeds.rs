//! What feeds list and what clients fetched, written down.

use tracing::info;

use super::deps::Deps;
use super::report;
use crate::domain::ids::TorrentId;
use crate::store::{Feed, Listing, StoreError};

/// Arranges a feed's window anew: what became due since is listed, and gets its date.
pub async fn arrange(deps: &Deps, feed: &Feed) -> Result<Listing, StoreError> {
    deps.store.arrange_feed(feed.id, deps.rules.feed_window, deps.store.now().await?).await
}

/// Notes that a reading of a feed went out whole. False: it could not be written down.
pub async fn was_read(deps: &Deps, feed: &Feed, items: &[TorrentId]) -> bool {
    let noted = deps.store.note_reading(feed.id, items).await;
    if let Err(failure) = &noted {
        report::database(deps, "reading", failure);
    }
    noted.is_ok()
}

/// Notes that a client fetched a torrent through a feed. The client has its torrent whether or not that can be written
/// down.
pub async fn delivered(deps: &Deps, feed: &Feed, torrent: TorrentId, client: Option<&str>) {
    let noted = match deps.store.now().await {
        Ok(now) => deps.store.deliver(feed.id, torrent, client, now).await,
        Err(failure) => Err(failure),
    };
    deps.metrics.torrent_served();
    match noted {
        Ok(true) => info!(event = "feed.delivered", feed = feed.id.0, torrent = torrent.0),
        Ok(false) => {}
        Err(failure) => report::database(deps, "delivery", &failure),
    }
}
