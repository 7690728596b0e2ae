//! Sessions, and the networks that the account's owner signed in from.

use std::time::Duration;

use futures_util::future::join_all;
use grabfeed::domain::ids::SessionId;
use grabfeed::store::{NewAdministrator, NewSession, Store};

use super::given::{NOW, after, replicas, store_in};
use crate::support::database::{Home, both_engines};

both_engines! {
    a_session_is_found_by_its_cookie_until_it_was_unused_or_lasted_too_long,
    the_use_of_a_session_is_written_once_a_minute_and_the_latest_used_is_listed_first,
    a_session_that_began_in_the_future_does_not_outlive_its_time,
    sessions_end_one_by_one_or_all_others,
    a_change_of_the_password_ends_all_sessions_but_the_one_named,
    of_very_many_sessions_the_longest_unused_end,
    a_network_is_known_since_its_last_sign_in,
    sessions_that_count_no_more_are_purged,
    many_can_sign_in_at_once_on_both_replicas,
}

const IDLE: Duration = Duration::from_secs(100);
const LIFETIME: Duration = Duration::from_secs(1000);

fn session(number: u64) -> NewSession {
    let mut token_hash = [0; 32];
    token_hash[..8].copy_from_slice(&number.to_le_bytes());
    NewSession {
        token_hash,
        method: "password",
        network: format!("192.0.2.{}", number % 200),
        browser: Some(format!("browser:{number}")),
        client: Some("Browser/1".to_owned()),
        lifetime: LIFETIME,
    }
}

async fn begin(store: &Store, number: u64, seconds: u64) -> SessionId {
    store.begin_session(session(number), after(seconds)).await.unwrap()
}

async fn counts(store: &Store, number: u64, seconds: u64) -> bool {
    store.session_by_hash(&session(number).token_hash, IDLE, after(seconds)).await.unwrap().is_some()
}

/// Uses a session.
async fn use_it(store: &Store, number: u64, seconds: u64) {
    let found = store.session_by_hash(&session(number).token_hash, IDLE, after(seconds)).await.unwrap();
    store.session_seen(&found.expect("it counts"), after(seconds)).await.unwrap();
}

async fn a_session_is_found_by_its_cookie_until_it_was_unused_or_lasted_too_long(home: Home) {
    let store = store_in(&home).await;
    let id = begin(&store, 1, 0).await;
    let found = store.session_by_hash(&session(1).token_hash, IDLE, NOW).await.unwrap().unwrap();
    assert_eq!((found.id, found.method.as_str(), found.network.as_str()), (id, "password", "192.0.2.1"));
    assert_eq!(
        (found.client.as_deref(), found.created_at, found.last_seen_at),
        (Some("Browser/1"), NOW, NOW)
    );
    assert_eq!(found.expires_at, NOW.plus(LIFETIME));
    assert!(!counts(&store, 2, 0).await, "another cookie");
    assert!(counts(&store, 1, 99).await);
    assert!(!counts(&store, 1, 100).await, "unused");
    for seconds in (90..1000).step_by(90) {
        use_it(&store, 1, seconds).await;
    }
    assert!(counts(&store, 1, 999).await);
    assert!(!counts(&store, 1, 1000).await, "however much it was used");
}

async fn the_use_of_a_session_is_written_once_a_minute_and_the_latest_used_is_listed_first(home: Home) {
    let store = store_in(&home).await;
    let (first, second) = (begin(&store, 1, 0).await, begin(&store, 2, 1).await);
    let seen = async || {
        let listed = store.sessions(IDLE, after(70)).await.unwrap();
        listed.into_iter().map(|session| (session.id, session.last_seen_at)).collect::<Vec<_>>()
    };
    use_it(&store, 1, 60).await;
    assert_eq!(seen().await, [(second, after(1)), (first, NOW)]);
    use_it(&store, 1, 61).await;
    assert_eq!(seen().await, [(first, after(61)), (second, after(1))]);
    // Two requests at once have both read the row from before.
    let old = store.session_by_hash(&session(2).token_hash, IDLE, after(65)).await.unwrap().unwrap();
    store.session_seen(&old, after(70)).await.unwrap();
    store.session_seen(&old, after(65)).await.unwrap();
    assert_eq!(seen().await[0], (second, after(70)));
}

async fn a_session_that_began_in_the_future_does_not_outlive_its_time(home: Home) {
    const DAY: u64 = 24 * 3600;
    let store = store_in(&home).await;
    begin(&store, 1, 3600).await;
    begin(&store, 2, DAY + 1).await;
    assert!(counts(&store, 1, 0).await, "the clock was set back by an hour");
    assert!(!counts(&store, 2, 0).await, "it was set back by more than a day");
    assert_eq!(store.sessions(IDLE, NOW).await.unwrap().len(), 1);
    assert_eq!(store.purge_sessions(IDLE, NOW).await.unwrap(), 1);
}

async fn sessions_end_one_by_one_or_all_others(home: Home) {
    let store = store_in(&home).await;
    let first = begin(&store, 1, 0).await;
    for number in 2..5 {
        begin(&store, number, 0).await;
    }
    assert!(store.end_session(first).await.unwrap());
    assert!(!store.end_session(first).await.unwrap());
    assert!(!counts(&store, 1, 0).await);
    let own = store.session_by_hash(&session(3).token_hash, IDLE, NOW).await.unwrap().unwrap().id;
    assert_eq!(store.end_other_sessions(Some(own)).await.unwrap(), 2);
    assert!(counts(&store, 3, 0).await);
    assert_eq!(store.end_other_sessions(None).await.unwrap(), 1);
    assert!(store.sessions(IDLE, NOW).await.unwrap().is_empty());
}

async fn a_change_of_the_password_ends_all_sessions_but_the_one_named(home: Home) {
    let store = store_in(&home).await;
    assert!(!store.change_password("hash", None, NOW).await.unwrap(), "no account");
    let new = NewAdministrator { name: "owner".to_owned(), password_hash: "hash-1".to_owned() };
    assert!(store.create_administrator(new, NOW).await.unwrap());
    let (own, _other) = (begin(&store, 1, 0).await, begin(&store, 2, 0).await);
    assert!(store.change_password("hash-2", Some(own), after(5)).await.unwrap());
    assert_eq!((counts(&store, 1, 5).await, counts(&store, 2, 5).await), (true, false));
    store.strengthen_hash("hash-1", "hash-3").await.unwrap();
    let account = store.administrator().await.unwrap().unwrap();
    assert_eq!((account.password_hash.as_str(), account.password_changed_at), ("hash-2", after(5)));
    store.strengthen_hash("hash-2", "hash-3").await.unwrap();
    let account = store.administrator().await.unwrap().unwrap();
    assert_eq!((account.password_hash.as_str(), account.password_changed_at), ("hash-3", after(5)));
    assert!(store.change_password("hash-4", None, after(6)).await.unwrap());
    assert!(!counts(&store, 1, 6).await);
}

async fn of_very_many_sessions_the_longest_unused_end(home: Home) {
    let store = store_in(&home).await;
    for number in 0..102 {
        begin(&store, number, 0).await;
        if number == 0 {
            use_it(&store, 0, 61).await;
        }
    }
    assert_eq!(store.sessions(IDLE, after(61)).await.unwrap().len(), 100);
    assert!(counts(&store, 0, 61).await, "it was used since");
    assert!(!counts(&store, 1, 61).await && !counts(&store, 2, 61).await);
    assert!(counts(&store, 101, 61).await);
}

async fn a_network_is_known_since_its_last_sign_in(home: Home) {
    let store = store_in(&home).await;
    begin(&store, 1, 0).await;
    begin(&store, 1 + 200, 50).await;
    let known = async |network: &str, since: u64| store.knows_network(network, after(since)).await.unwrap();
    assert!(known("192.0.2.1", 50).await);
    assert!(!known("192.0.2.1", 51).await);
    assert!(!known("192.0.2.2", 0).await);
    store.end_other_sessions(None).await.unwrap();
    assert!(known("192.0.2.1", 50).await, "also when the session has ended");
}

async fn sessions_that_count_no_more_are_purged(home: Home) {
    let store = store_in(&home).await;
    begin(&store, 1, 0).await;
    begin(&store, 2, 50).await;
    assert_eq!(store.purge_sessions(IDLE, after(99)).await.unwrap(), 0);
    assert_eq!(store.purge_sessions(IDLE, after(100)).await.unwrap(), 1);
    assert!(counts(&store, 2, 100).await);
    assert_eq!(store.purge_sessions(LIFETIME * 2, after(1050)).await.unwrap(), 1);
}

async fn many_can_sign_in_at_once_on_both_replicas(home: Home) {
    let replicas = replicas(&home).await;
    let begun = (0..50).map(|number| begin(&replicas[usize::from(number % 2 == 0)], number, 0));
    let ids = join_all(begun).await;
    assert_eq!(replicas[0].sessions(IDLE, NOW).await.unwrap().len(), 50);
    let ended = join_all(ids.iter().map(async |id| replicas[1].end_session(*id).await.unwrap())).await;
    assert!(ended.into_iter().all(|ended| ended));
}
