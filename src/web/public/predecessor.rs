//! The predecessor's addresses: `/rss` and its kin, and `/torrents/{infohash}.torrent`.
//!
//! An API key stands for one client here, so each has feeds of its own behind these paths, with a ledger of their own;
//! they are made when it first asks. Their links need no key. An administrator's browser has no ledger, and a look at a
//! feed would count as a poll of one, so it is sent to the feeds that it can make.

use std::sync::Arc;

use axum::Extension;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::Uri;
use axum::response::Response;

use super::downloads;
use super::feeds::respond;
use super::reading::Reader;
use crate::admin;
use crate::domain::infohash::Infohash;
use crate::domain::text::indexer_key;
use crate::publish::format::FeedFormat;
use crate::store::{Feed, KeyFeed};
use crate::web::WebState;
use crate::web::access::identity::Identity;
use crate::web::problem::{Code, Problem};

type Tracker = Result<Path<String>, PathRejection>;

/// `GET /rss`, `/rss.xml`, `/feed`, with `?tracker=` if wanted.
pub async fn rss(
    State(state): State<WebState>,
    Extension(identity): Extension<Identity>,
    uri: Uri,
    reader: Reader,
) -> Response {
    let feed = feed(&state, &identity, queried_tracker(&uri)).await;
    respond(&state, feed, &reader, FeedFormat::Rss).await
}

/// `GET /rss/torrent.json`, with `?tracker=` if wanted.
pub async fn json(
    State(state): State<WebState>,
    Extension(identity): Extension<Identity>,
    uri: Uri,
    reader: Reader,
) -> Response {
    let feed = feed(&state, &identity, queried_tracker(&uri)).await;
    respond(&state, feed, &reader, FeedFormat::PredecessorJson).await
}

/// `GET /rss/tracker/{tracker}`
pub async fn tracker_rss(
    State(state): State<WebState>,
    Extension(identity): Extension<Identity>,
    tracker: Tracker,
    reader: Reader,
) -> Response {
    let feed = feed_of_tracker(&state, &identity, tracker).await;
    respond(&state, feed, &reader, FeedFormat::Rss).await
}

/// `GET /rss/tracker/{tracker}/json`
pub async fn tracker_json(
    State(state): State<WebState>,
    Extension(identity): Extension<Identity>,
    tracker: Tracker,
    reader: Reader,
) -> Response {
    let feed = feed_of_tracker(&state, &identity, tracker).await;
    respond(&state, feed, &reader, FeedFormat::PredecessorJson).await
}

/// `GET /torrents/{infohash}.torrent`, if `torrents.expose_static` is on. Nothing is listed, and nothing is noted as
/// delivered: no feed gave this address out.
pub async fn torrent(State(state): State<WebState>, file: Tracker) -> Result<Response, Problem> {
    let unknown = Code::NotFound;
    let Path(file) = file.map_err(|_| unknown)?;
    let hash: Infohash = file.strip_suffix(".torrent").ok_or(unknown)?.parse().map_err(|_| unknown)?;
    if !state.expose_torrents {
        return Err(unknown.into());
    }
    let torrent = state.store().torrent_by_infohash(&hash).await?.ok_or(unknown)?;
    state.metrics().torrent_served();
    Ok(downloads::as_file(&torrent.name, &hash, torrent.bytes.ok_or(unknown)?))
}

/// The predecessor's filter: a tracker's name, or `all`.
fn queried_tracker(uri: &Uri) -> Option<String> {
    let mut fields = url::form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes());
    let tracker = fields.find_map(|(name, value)| (name == "tracker").then_some(value));
    tracker.filter(|name| name != "all").map(String::from)
}

async fn feed_of_tracker(
    state: &WebState,
    identity: &Identity,
    tracker: Tracker,
) -> Result<Option<Arc<Feed>>, Problem> {
    let Path(tracker) = tracker.map_err(|_| Problem::new(Code::BadRequest))?;
    feed(state, identity, Some(tracker)).await
}

/// The asker's feed of this tracker, or of all; `None`: no such tracker was ever heard of, so nothing is kept of it.
async fn feed(
    state: &WebState,
    identity: &Identity,
    tracker: Option<String>,
) -> Result<Option<Arc<Feed>>, Problem> {
    let Identity::Key(key) = identity else { return Err(Problem::new(Code::KeyNeeded)) };
    let store = state.store();
    let mut which = KeyFeed { key: key.id, indexer_key: tracker.as_deref().map(indexer_key) };
    if let Some(feed) = store.feed_of_key(&which).await? {
        return Ok(Some(Arc::new(feed)));
    }
    if let Some(asked) = &which.indexer_key {
        let known = store.indexer_keys().await?;
        let Some(meant) = meant(&known, asked) else { return Ok(None) };
        which.indexer_key = Some(meant.to_owned());
    }
    let feed = admin::feeds::open_feed_of_key(store, key.id, &key.name, which.indexer_key).await?;
    Ok(feed.map(Arc::new))
}

/// The indexer that a tracker's name means: folded, or as the predecessor wrote it into its addresses.
fn meant<'a>(known: &'a [String], asked: &str) -> Option<&'a str> {
    let slug = slug(asked);
    let short = slug.strip_suffix("-prowlarr").unwrap_or(&slug);
    let exact = known.iter().find(|key| *key == asked);
    let alike = || {
        let is_alike = |key: &&String| [slug.as_str(), short].contains(&self::slug(key).as_str());
        known.iter().find(is_alike).filter(|_| !short.is_empty())
    };
    exact.or_else(alike).map(String::as_str)
}

/// Lower-case letters and digits of ASCII, with one dash in place of anything else.
fn slug(name: &str) -> String {
    let parts = name.split(|c: char| !c.is_ascii_alphanumeric()).filter(|part| !part.is_empty());
    parts.collect::<Vec<_>>().join("-").to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tracker_is_known_by_the_names_that_apps_feeds_and_old_addresses_give_it() {
        let known = ["alpha".to_owned(), "été tracker".to_owned(), "the-box 2".to_owned(), "箱".to_owned()];
        for (asked, found) in [
            ("Alpha", Some("alpha")),
            ("ALPHA (Prowlarr)", Some("alpha")),
            ("alpha-prowlarr", Some("alpha")),
            ("The-Box  2", Some("the-box 2")),
            ("the-box-2", Some("the-box 2")),
            ("t-tracker", Some("été tracker")),
            ("箱", Some("箱")),
            ("beta", None),
            ("", None),
            ("é", None),
        ] {
            assert_eq!(meant(&known, &indexer_key(asked)), found, "{asked}");
        }
    }

    #[test]
    fn all_trackers_are_meant_where_none_is_named() {
        let queried = |text: &str| queried_tracker(&text.parse().unwrap());
        assert_eq!(queried("/rss"), None);
        assert_eq!(queried("/rss?tracker=all&x=1"), None);
        assert_eq!(queried("/rss?tracker=My%20Box+2"), Some("My Box 2".to_owned()));
    }
}
