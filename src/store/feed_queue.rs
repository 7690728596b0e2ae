//! Which stored torrents a feed queues: when a torrent is stored, and when a feed is made.
//!
//! Must not know: which of them are listed, which `ledger` writes down.

use super::StoreError;
use super::engine::Tx;
use super::feed::{Feed, feeds_in};
use crate::domain::app::{AppKind, AppName};
use crate::domain::feed_filter::{CompiledFilter, FeedFilter, ItemFacts};
use crate::domain::ids::{FeedId, GrabId, TorrentId};
use crate::domain::time::Ts;

/// What of a grab and its torrent decides in which feeds it belongs.
#[derive(sqlx::FromRow)]
struct Candidate {
    torrent_id: i64,
    infohash: String,
    app: String,
    app_kind: String,
    indexer: Option<String>,
    title: String,
    total_bytes: i64,
    grabbed_at: i64,
    created_at: i64,
}

impl Candidate {
    /// Whether it was grabbed after the feed's beginning. What was heard of since the feed was made was, whatever the
    /// clock of its app says.
    const fn is_after_beginning(&self, feed: &Feed) -> bool {
        self.created_at >= feed.created_at.millis() || self.grabbed_at >= feed.begins_at.millis()
    }
}

/// Queues a torrent in every feed whose filter accepts the grab that it was got for.
pub(super) async fn queue_in_feeds(
    tx: &mut Tx,
    grab: GrabId,
    torrent: TorrentId,
    now: Ts,
) -> Result<(), StoreError> {
    let candidate: Candidate = run!(&mut *tx, conn => sqlx::query_as(
        "SELECT t.id AS torrent_id, t.infohash, g.app, g.app_kind, g.indexer, g.title, t.total_bytes, g.grabbed_at, g.created_at \
         FROM grab g JOIN torrent t ON t.id = $2 WHERE g.id = $1",
    ).bind(grab.0).bind(torrent.0).fetch_one(conn))?;
    for feed in feeds_in(tx).await?.into_iter().filter(|feed| candidate.is_after_beginning(feed)) {
        // A filter that cannot be compiled was refused when it was made; one that is stored all the same lists nothing.
        if let Ok(filter) = feed.filter.compile() {
            queue_if_accepted(tx, feed.id, &filter, &candidate, now).await?;
        }
    }
    Ok(())
}

/// Queues in a new feed every stored torrent that was grabbed from this moment on, oldest first.
pub(super) async fn fill_new_feed(
    tx: &mut Tx,
    feed: FeedId,
    filter: &FeedFilter,
    begins_at: Ts,
    now: Ts,
) -> Result<(), StoreError> {
    let Ok(filter) = filter.compile() else { return Ok(()) };
    let candidates: Vec<Candidate> = run!(&mut *tx, conn => sqlx::query_as(
        "SELECT t.id AS torrent_id, t.infohash, g.app, g.app_kind, g.indexer, g.title, t.total_bytes, g.grabbed_at, g.created_at \
         FROM grab g JOIN torrent t ON t.id = g.torrent_id WHERE g.grabbed_at >= $1 ORDER BY g.finished_at, g.id",
    ).bind(begins_at.millis()).fetch_all(conn))?;
    for candidate in &candidates {
        queue_if_accepted(tx, feed, &filter, candidate, now).await?;
    }
    Ok(())
}

async fn queue_if_accepted(
    tx: &mut Tx,
    feed: FeedId,
    filter: &CompiledFilter,
    candidate: &Candidate,
    now: Ts,
) -> Result<(), StoreError> {
    let app = AppName::parse(&candidate.app).ok();
    let kind: Option<AppKind> = candidate.app_kind.parse().ok();
    let category = kind.unwrap_or(AppKind::Prowlarr).category();
    let facts = ItemFacts {
        app: app.as_ref(),
        kind,
        indexer: candidate.indexer.as_deref(),
        category,
        title: &candidate.title,
        total_bytes: u64::try_from(candidate.total_bytes).unwrap_or(0),
    };
    if filter.accepts(&facts).is_err() {
        return Ok(());
    }
    let title = unique_title(tx, feed, candidate).await?;
    let queued: Option<i64> = run!(&mut *tx, conn => sqlx::query_scalar(
        "INSERT INTO feed_item (feed_id, torrent_id, infohash, title, category, queued_at) VALUES ($1, $2, $3, $4, $5, $6) \
         ON CONFLICT (feed_id, infohash) DO NOTHING RETURNING id",
    ).bind(feed.0).bind(candidate.torrent_id).bind(candidate.infohash.clone()).bind(title).bind(category)
     .bind(now.millis()).fetch_optional(conn))?;
    if queued.is_some() {
        exec!(&mut *tx, conn => sqlx::query("UPDATE feed SET version = version + 1 WHERE id = $1").bind(feed.0).execute(conn))?;
    }
    Ok(())
}

/// The grab's title; if another torrent of the feed has it, with the beginning of the hash, because some clients tell
/// items apart by title alone.
async fn unique_title(tx: &mut Tx, feed: FeedId, candidate: &Candidate) -> Result<String, StoreError> {
    let same: i64 = run!(tx, conn => sqlx::query_scalar(
        "SELECT COUNT(*) FROM feed_item WHERE feed_id = $1 AND title = $2 AND infohash <> $3",
    ).bind(feed.0).bind(candidate.title.clone()).bind(candidate.infohash.clone()).fetch_one(conn))?;
    let short: String = candidate.infohash.chars().take(8).collect();
    Ok(if same == 0 { candidate.title.clone() } else { format!("{} [{short}]", candidate.title) })
}
