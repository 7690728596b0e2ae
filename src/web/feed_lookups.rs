//! Feeds by their tokens, as the database has them now, with one look-up for all who ask for the same at the same time.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::shared_lookup::SharedLookup;
use crate::domain::time::Ts;
use crate::store::{Feed, Store, StoreError};

/// How many tokens are remembered. A household has a few; strangers cannot add any, since only known ones are kept.
const MOST_KEPT: usize = 256;

/// What a look-up finds; `None` if no feed has the token.
type Found = Result<Option<Arc<Feed>>, Arc<StoreError>>;

/// The look-ups that are under way, by the hash of the token.
#[derive(Debug, Default)]
pub struct FeedLookups(Mutex<HashMap<[u8; 32], Arc<SharedLookup<Found>>>>);

impl FeedLookups {
    /// The feed with this token.
    pub async fn feed(&self, store: &Store, token_hash: [u8; 32], now: Ts) -> Found {
        let known = self.lock().get(&token_hash).cloned();
        let found = match &known {
            Some(lookup) => lookup.answer(look_up(store, &token_hash, now)).await,
            None => look_up(store, &token_hash, now).await,
        };
        match (&found, known) {
            (Ok(Some(_)), None) => {
                let mut lookups = self.lock();
                if lookups.len() >= MOST_KEPT {
                    lookups.clear();
                }
                lookups.entry(token_hash).or_default();
            }
            (Ok(None), Some(_)) => drop(self.lock().remove(&token_hash)),
            _ => {}
        }
        found
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<[u8; 32], Arc<SharedLookup<Found>>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn look_up(store: &Store, token_hash: &[u8; 32], now: Ts) -> Found {
    Ok(store.feed_by_token(token_hash, now).await?.map(Arc::new))
}
