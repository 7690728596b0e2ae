//! API keys.

use grabfeed::store::{NewApiKey, StoreError};

use super::given::{NOW, after, store_in};
use crate::support::database::{Home, both_engines};

both_engines! {
    a_key_works_until_it_expires_or_is_revoked,
    a_key_is_revoked_by_its_number_and_names_itself,
    a_name_is_free_again_once_its_key_is_revoked,
    the_use_of_a_key_is_written_once_a_minute,
}

fn key(name: &str, hash: u8) -> NewApiKey {
    NewApiKey {
        name: name.to_owned(),
        key_hash: [hash; 32],
        key_shown: "gfk_…1234".to_owned(),
        scopes: "read,write".parse().unwrap(),
        expires_at: None,
    }
}

async fn a_key_works_until_it_expires_or_is_revoked(home: Home) {
    let store = store_in(&home).await;
    let id =
        store.create_key(NewApiKey { expires_at: Some(after(10)), ..key("Short", 1) }, NOW).await.unwrap();
    store.create_key(key("long", 2), NOW).await.unwrap();
    let found = store.key_by_hash(&[1; 32], after(9)).await.unwrap().unwrap();
    assert_eq!(
        (found.id, found.name.as_str(), found.scopes.to_string().as_str()),
        (id, "Short", "read,write")
    );
    assert_eq!(
        (found.created_at, found.expires_at, found.key_shown.as_str()),
        (NOW, Some(after(10)), "gfk_…1234")
    );
    assert!(store.key_by_hash(&[1; 32], after(10)).await.unwrap().is_none());
    assert!(store.key_by_hash(&[3; 32], NOW).await.unwrap().is_none());
    let names: Vec<_> = store.keys().await.unwrap().into_iter().map(|key| key.name).collect();
    assert_eq!(names, ["long", "Short"]);
    assert!(crate::support::keys::revoke_named(&store, "long", NOW).await);
    assert!(!crate::support::keys::revoke_named(&store, "long", NOW).await);
    assert!(store.key_by_hash(&[2; 32], NOW).await.unwrap().is_none());
}

async fn a_name_is_free_again_once_its_key_is_revoked(home: Home) {
    let store = store_in(&home).await;
    store.create_key(key("Prometheus", 1), NOW).await.unwrap();
    assert!(matches!(store.create_key(key("Prometheus", 2), NOW).await, Err(StoreError::NameTaken)));
    assert!(matches!(store.create_key(key("Other", 1), NOW).await, Err(StoreError::Engine(_))));
    crate::support::keys::revoke_named(&store, "Prometheus", NOW).await;
    store.create_key(key("Prometheus", 3), NOW).await.unwrap();
}

async fn the_use_of_a_key_is_written_once_a_minute(home: Home) {
    let store = store_in(&home).await;
    let id = store.create_key(key("Prometheus", 1), NOW).await.unwrap();
    for (used, seen) in [(0, 0), (59, 0), (61, 61), (60, 61)] {
        store.key_used(id, after(used)).await.unwrap();
        assert_eq!(store.keys().await.unwrap()[0].last_used_at, Some(after(seen)));
    }
}

async fn a_key_is_revoked_by_its_number_and_names_itself(home: Home) {
    let store = store_in(&home).await;
    let id = store.create_key(key("Script", 1), NOW).await.unwrap();
    let other = store.create_key(key("Other", 2), NOW).await.unwrap();
    assert_eq!(store.revoke_key(id, NOW).await.unwrap().as_deref(), Some("Script"));
    assert!(store.revoke_key(id, NOW).await.unwrap().is_none());
    assert!(store.key_by_hash(&[1; 32], NOW).await.unwrap().is_none());
    assert_eq!(store.key_by_hash(&[2; 32], NOW).await.unwrap().unwrap().id, other);
}
