//! Prowlarr's list of indexers, asked for every few minutes and not before every search.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::upstream::error::ApiError;
use crate::upstream::prowlarr::{Indexer, ProwlarrClient};

/// How long a list counts.
const COUNTS_FOR: Duration = Duration::from_mins(5);

/// The list, as it was last given.
#[derive(Debug, Default)]
pub struct IndexerList(Mutex<Option<(Instant, Arc<Vec<Indexer>>)>>);

impl IndexerList {
    /// The indexers. Of several that want them at once one asks.
    pub async fn get(&self, prowlarr: &ProwlarrClient) -> Result<Arc<Vec<Indexer>>, ApiError> {
        let mut last = self.0.lock().await;
        if let Some((at, indexers)) = &*last
            && at.elapsed() < COUNTS_FOR
        {
            return Ok(Arc::clone(indexers));
        }
        let indexers = Arc::new(prowlarr.indexers().await?);
        *last = Some((Instant::now(), Arc::clone(&indexers)));
        Ok(indexers)
    }
}
