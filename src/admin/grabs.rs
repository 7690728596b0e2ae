//! Grabs: finding one with its timeline, and trying it again.

use tokio::sync::Notify;
use tracing::info;

use super::{Actor, AdminError};
use crate::domain::grab::{Grab, GrabState};
use crate::domain::ids::GrabId;
use crate::domain::text::indexer_key;
use crate::store::{Attempt, GrabFilter, Store};

/// How many failed grabs are tried again at once.
const MOST_RETRIED: u32 = 500;

/// The grab with this number.
pub async fn find(store: &Store, id: GrabId) -> Result<Grab, AdminError> {
    store.grab(id).await?.ok_or(AdminError::NotFound)
}

/// The grab with this number, and its attempts, the oldest first; the newest 200.
pub async fn find_with_attempts(store: &Store, id: GrabId) -> Result<(Grab, Vec<Attempt>), AdminError> {
    let grab = find(store, id).await?;
    let attempts = store.attempts(id).await?;
    Ok((grab, attempts))
}

/// Tries a grab that is not ready again: it is due at once. `wake` is rung where the service runs in this process.
pub async fn retry(
    store: &Store,
    actor: &Actor,
    id: GrabId,
    wake: Option<&Notify>,
) -> Result<Grab, AdminError> {
    let grab = find(store, id).await?;
    if !store.retry_grab(id, store.now().await?).await? {
        return Err(AdminError::Conflict);
    }
    // The person knows that the indexer is well again.
    if let Some(indexer) = grab.indexer.as_deref() {
        store.free_indexer(&indexer_key(indexer)).await?;
    }
    if let Some(wake) = wake {
        wake.notify_one();
    }
    info!(event = "grab.retried", grab = id.0, actor = actor.name(), address = actor.address());
    find(store, id).await
}

/// Tries every failed grab again, up to 500 of them, and answers how many there were.
pub async fn retry_failed(store: &Store, actor: &Actor) -> Result<usize, AdminError> {
    let failed = GrabFilter { state: Some(GrabState::Failed), ..GrabFilter::default() };
    let mut retried = 0;
    for grab in store.grabs(&failed, MOST_RETRIED, 0).await?.grabs {
        match retry(store, actor, grab.id, None).await {
            Ok(_) => retried += 1,
            // The service was faster with this one.
            Err(AdminError::Conflict | AdminError::NotFound) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(retried)
}
