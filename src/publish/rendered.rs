//! Rendered feeds that are kept: a feed is written once per change, not per request.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::feed::RenderedFeed;
use super::format::FeedFormat;
use super::links::BaseUrl;
use crate::domain::ids::FeedId;

/// How many rendered feeds are kept. The base of links may come from a request, so their number must have a bound.
const MOST_KEPT: usize = 256;

type Key = (FeedId, FeedFormat, String);

/// The latest rendering of each feed, by format and by the base of its links.
#[derive(Debug, Default)]
pub struct RenderedFeeds(Mutex<HashMap<Key, Arc<RenderedFeed>>>);

impl RenderedFeeds {
    /// The latest rendering, of whichever version.
    pub fn latest(&self, feed: FeedId, format: FeedFormat, base: &BaseUrl) -> Option<Arc<RenderedFeed>> {
        let key = (feed, format, base.as_str().to_owned());
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&key).cloned()
    }

    /// Keeps a rendering.
    pub fn keep(
        &self,
        feed: FeedId,
        format: FeedFormat,
        base: &BaseUrl,
        rendered: RenderedFeed,
    ) -> Arc<RenderedFeed> {
        let rendered = Arc::new(rendered);
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= MOST_KEPT {
            kept.clear();
        }
        kept.insert((feed, format, base.as_str().to_owned()), Arc::clone(&rendered));
        rendered
    }
}
