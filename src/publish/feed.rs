//! What a feed contains: from the items that the store lists to the bytes that a client reads.
//!
//! Owns: the title of a feed, how a listed item becomes an item of a feed, and whose secret signs its links. Must not
//! know: which items are listed, and where the bytes go.

use std::fmt;
use std::sync::atomic::{AtomicU32, Ordering};

use bytes::Bytes;

use super::etag::Etag;
use super::format::FeedFormat;
use super::item::{Channel, Item, Source};
use super::links::{BaseUrl, DownloadLink};
use super::mac::DownloadSecret;
use crate::domain::feed_window::READINGS_THAT_COUNT;
use crate::domain::ids::TorrentId;
use crate::store::{Feed, ListedItem, Listing, StoreError};

/// What feeds say of themselves.
#[derive(Debug, Clone)]
pub struct ChannelText {
    /// `feeds.title`
    pub title: String,
    /// `feeds.description`
    pub description: String,
}

/// A feed in one format, ready to be sent.
pub struct RenderedFeed {
    /// The version of the feed that it was written from.
    pub version: i64,
    /// Its entity tag.
    pub etag: Etag,
    /// Its bytes.
    pub body: Bytes,
    /// Those of its items for which one more reading counts.
    pub to_be_read: Vec<TorrentId>,
    /// How many readings of it count.
    readings_left: AtomicU32,
}

impl RenderedFeed {
    /// Whether one more reading of it counts. It is taken off, until it is given back.
    pub fn take_reading(&self) -> bool {
        let less = |left: u32| left.checked_sub(1);
        !self.to_be_read.is_empty()
            && self.readings_left.fetch_update(Ordering::AcqRel, Ordering::Acquire, less).is_ok()
    }

    /// Gives back a reading that was not whole, or could not be written down.
    pub fn give_reading_back(&self) {
        self.readings_left.fetch_add(1, Ordering::AcqRel);
    }
}

impl fmt::Debug for RenderedFeed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RenderedFeed").field("version", &self.version).finish_non_exhaustive()
    }
}

/// Writes a feed with what it lists.
pub fn render(
    text: &ChannelText,
    base: &BaseUrl,
    feed: &Feed,
    listing: Listing,
    format: FeedFormat,
) -> Result<RenderedFeed, StoreError> {
    let secret = link_secret(feed)?;
    let items: Vec<Item> =
        listing.items.into_iter().map(|item| published(item, feed, &secret, base)).collect();
    let rendered = write(text, base, Some(feed), &items, listing.version, format);
    Ok(RenderedFeed { to_be_read: listing.to_be_read, ..rendered })
}

/// Writes a feed that lists nothing, for a reader whose feed is not there.
pub fn render_empty(text: &ChannelText, base: &BaseUrl, format: FeedFormat) -> RenderedFeed {
    write(text, base, None, &[], 0, format)
}

/// The secret that signs a feed's download links.
pub fn link_secret(feed: &Feed) -> Result<DownloadSecret, StoreError> {
    let unknown = StoreError::Inconsistent { table: "feed", what: "link_secret", row: feed.id.0 };
    let bytes: [u8; 32] = feed.link_secret.as_slice().try_into().map_err(|_| unknown)?;
    Ok(DownloadSecret::from_bytes(bytes))
}

fn write(
    text: &ChannelText,
    base: &BaseUrl,
    feed: Option<&Feed>,
    items: &[Item],
    version: i64,
    format: FeedFormat,
) -> RenderedFeed {
    let title = feed.map_or_else(|| text.title.clone(), |feed| format!("{} – {}", text.title, feed.name));
    let described = Some(&text.description).filter(|text| !text.is_empty());
    let description = described.unwrap_or(&title).clone();
    let body = format.write(&Channel { title, description, link: base.as_str().to_owned() }, items);
    RenderedFeed {
        version,
        etag: Etag::from_body(&body),
        body: body.into(),
        to_be_read: vec![],
        readings_left: AtomicU32::new(READINGS_THAT_COUNT),
    }
}

fn published(item: ListedItem, feed: &Feed, secret: &DownloadSecret, base: &BaseUrl) -> Item {
    let source = match item.magnet {
        Some(link) => Source::Magnet(link),
        None => Source::Torrent {
            url: base.download(&DownloadLink::new(&feed.public_id, secret, item.infohash)),
            total_bytes: item.total_bytes,
        },
    };
    let description = match &item.indexer {
        Some(indexer) => format!("{} · {indexer}", item.category),
        None => item.category.clone(),
    };
    Item {
        title: item.title,
        source,
        infohash: item.infohash,
        pub_at: item.pub_at,
        description,
        category: item.category,
        indexer: item.indexer,
    }
}
