//! API keys by the names that their owners gave them.

use grabfeed::domain::ids::KeyId;
use grabfeed::domain::time::Ts;
use grabfeed::store::Store;

/// The number of the key with this name, if it was not revoked.
pub(crate) async fn number_of(store: &Store, name: &str) -> Option<KeyId> {
    store.keys().await.unwrap().into_iter().find(|key| key.name == name).map(|key| key.id)
}

/// Revokes the key with this name. False: there is none.
pub(crate) async fn revoke_named(store: &Store, name: &str, now: Ts) -> bool {
    match number_of(store, name).await {
        Some(id) => store.revoke_key(id, now).await.unwrap().is_some(),
        None => false,
    }
}
