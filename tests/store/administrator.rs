//! The one account and the tokens of the set-up.

use std::time::Duration;

use grabfeed::store::{NewAdministrator, NewSession, Store};

use super::given::{NOW, after, store_in};
use crate::support::database::{Home, both_engines};

both_engines! {
    the_account_is_made_once_and_ends_the_set_up,
    of_fifty_at_once_over_two_processes_one_makes_the_account,
    a_new_password_ends_the_other_sessions,
    a_stronger_hash_takes_the_place_of_its_own_password_only,
    a_set_up_token_opens_until_there_is_an_account,
}

const DAY: Duration = Duration::from_hours(24);

fn account(name: &str) -> NewAdministrator {
    NewAdministrator { name: name.to_owned(), password_hash: format!("hash-of-{name}") }
}

async fn session(store: &Store, hash: u8) -> grabfeed::domain::ids::SessionId {
    let new = NewSession {
        token_hash: [hash; 32],
        method: "password",
        network: "192.0.2.1".to_owned(),
        client: None,
        browser: None,
        lifetime: DAY,
    };
    store.begin_session(new, NOW).await.unwrap()
}

async fn the_account_is_made_once_and_ends_the_set_up(home: Home) {
    let store = store_in(&home).await;
    assert!(store.administrator().await.unwrap().is_none());
    assert!(store.create_administrator(account("Capucine é"), NOW).await.unwrap());
    assert!(!store.create_administrator(account("other"), after(1)).await.unwrap());
    let known = store.administrator().await.unwrap().unwrap();
    assert_eq!((known.name.as_str(), known.password_hash.as_str()), ("Capucine é", "hash-of-Capucine é"));
    assert_eq!((known.created_at, known.password_changed_at), (NOW, NOW));
    assert!(!format!("{known:?}").contains("hash-of"), "{known:?}");
}

async fn of_fifty_at_once_over_two_processes_one_makes_the_account(home: Home) {
    let first = store_in(&home).await;
    // A SQLite file is served by one process only.
    let second = if matches!(home, Home::Postgres(_)) { store_in(&home).await } else { first.clone() };
    let tasks = (0..50).map(|number: u32| {
        let store = if number.is_multiple_of(2) { first.clone() } else { second.clone() };
        tokio::spawn(async move {
            let name = number.to_string();
            store.create_administrator(account(&name), NOW).await.unwrap().then_some(name)
        })
    });
    let tasks: Vec<_> = tasks.collect();
    let mut winners = Vec::new();
    for task in tasks {
        winners.extend(task.await.unwrap());
    }
    assert_eq!(winners.len(), 1, "{winners:?}");
    assert_eq!(second.administrator().await.unwrap().unwrap().name, winners[0]);
}

async fn a_new_password_ends_the_other_sessions(home: Home) {
    let store = store_in(&home).await;
    assert!(!store.change_password("hash", None, NOW).await.unwrap(), "there is no account");
    store.create_administrator(account("a"), NOW).await.unwrap();
    let kept = session(&store, 1).await;
    session(&store, 2).await;
    assert!(store.change_password("another-hash", Some(kept), after(5)).await.unwrap());
    let left: Vec<_> =
        store.sessions(DAY, after(6)).await.unwrap().iter().map(|session| session.id).collect();
    assert_eq!(left, [kept]);
    let known = store.administrator().await.unwrap().unwrap();
    assert_eq!((known.password_hash.as_str(), known.password_changed_at), ("another-hash", after(5)));
    assert_eq!(known.created_at, NOW);
    assert!(store.change_password("a-third-hash", None, after(7)).await.unwrap());
    assert!(store.sessions(DAY, after(8)).await.unwrap().is_empty());
}

async fn a_stronger_hash_takes_the_place_of_its_own_password_only(home: Home) {
    let store = store_in(&home).await;
    store.create_administrator(account("a"), NOW).await.unwrap();
    let id = session(&store, 1).await;
    store.strengthen_hash("hash-of-another-password", "strong").await.unwrap();
    assert_eq!(store.administrator().await.unwrap().unwrap().password_hash, "hash-of-a");
    store.strengthen_hash("hash-of-a", "strong").await.unwrap();
    let known = store.administrator().await.unwrap().unwrap();
    assert_eq!((known.password_hash.as_str(), known.password_changed_at), ("strong", NOW));
    assert_eq!(store.sessions(DAY, after(1)).await.unwrap()[0].id, id, "nobody is signed out by it");
}

async fn a_set_up_token_opens_until_there_is_an_account(home: Home) {
    let store = store_in(&home).await;
    assert!(!store.is_setup_token(&[1; 32]).await.unwrap());
    for token in [[1; 32], [2; 32], [1; 32]] {
        store.add_setup_token(&token, NOW).await.unwrap();
    }
    for (token, opens) in [([1; 32], true), ([2; 32], true), ([3; 32], false)] {
        assert_eq!(store.is_setup_token(&token).await.unwrap(), opens);
    }
    store.create_administrator(account("a"), NOW).await.unwrap();
    store.add_setup_token(&[4; 32], after(1)).await.unwrap();
    for token in [[1; 32], [2; 32], [4; 32]] {
        assert!(!store.is_setup_token(&token).await.unwrap());
    }
}
