//! Sign-ins that wait for a provider's answer.

use grabfeed::domain::time::Ts;
use grabfeed::store::{LoginFlow, Store};
use secrecy::ExposeSecret;

use super::given::{NOW, after, store_in, tamper};
use crate::support::database::{Home, both_engines};

both_engines! {
    a_sign_in_under_way_is_taken_once,
    of_many_who_take_it_at_once_one_gets_it,
    a_sign_in_that_took_too_long_is_gone,
    strangers_cannot_fill_the_database_with_sign_ins,
}

fn flow(state: u16) -> LoginFlow {
    let mut state_hash = [7; 32];
    state_hash[..2].copy_from_slice(&state.to_be_bytes());
    LoginFlow {
        state_hash,
        browser_hash: [9; 32],
        nonce: "test-nonce".into(),
        pkce_verifier: "test-verifier".into(),
        return_path: "/grabs?page=2".to_owned(),
    }
}

async fn is_there(store: &Store, state: u16, now: Ts) -> bool {
    store.take_login_flow(&flow(state).state_hash, now).await.unwrap().is_some()
}

async fn a_sign_in_under_way_is_taken_once(home: Home) {
    let store = store_in(&home).await;
    store.begin_login_flow(flow(1), after(10)).await.unwrap();
    assert!(!is_there(&store, 2, NOW).await);
    let taken = store.take_login_flow(&flow(1).state_hash, NOW).await.unwrap().unwrap();
    assert_eq!((taken.state_hash, taken.browser_hash), (flow(1).state_hash, [9; 32]));
    assert_eq!(
        (taken.nonce.expose_secret(), taken.pkce_verifier.expose_secret()),
        ("test-nonce", "test-verifier")
    );
    assert_eq!(taken.return_path, "/grabs?page=2");
    assert!(!is_there(&store, 1, NOW).await);
    assert!(!format!("{taken:?}").contains("test-"));
}

async fn of_many_who_take_it_at_once_one_gets_it(home: Home) {
    let store = store_in(&home).await;
    store.begin_login_flow(flow(1), after(10)).await.unwrap();
    let takers: Vec<_> = (0..8)
        .map(|_| {
            let store = store.clone();
            tokio::spawn(async move { is_there(&store, 1, NOW).await })
        })
        .collect();
    let mut got = 0;
    for taker in takers {
        got += u8::from(taker.await.unwrap());
    }
    assert_eq!(got, 1);
}

async fn a_sign_in_that_took_too_long_is_gone(home: Home) {
    let store = store_in(&home).await;
    for state in [1, 2, 3] {
        store.begin_login_flow(flow(state), after(10 * u64::from(state))).await.unwrap();
    }
    assert!(!is_there(&store, 1, after(10)).await);
    assert_eq!(store.purge_login_flows(after(20)).await.unwrap(), 1);
    assert!(!is_there(&store, 2, NOW).await, "it was removed");
    assert!(is_there(&store, 3, after(29)).await);
}

async fn strangers_cannot_fill_the_database_with_sign_ins(home: Home) {
    let store = store_in(&home).await;
    for state in 0..3 {
        store.begin_login_flow(flow(state), after(10 + u64::from(state))).await.unwrap();
    }
    let invented = match &home {
        Home::File(_) => {
            "INSERT INTO login_flow (state_hash, browser_hash, nonce, pkce_verifier, return_path, expires_at) \
             WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 19997) \
             SELECT CAST('invented:' || i AS BLOB), x'00', '', '', '/', 1900000000000 + i FROM n"
        }
        Home::Postgres(_) => {
            "INSERT INTO login_flow (state_hash, browser_hash, nonce, pkce_verifier, return_path, expires_at) \
             SELECT CAST('invented:' || i AS bytea), '\\x00', '', '', '/', 1900000000000 + i \
             FROM generate_series(1, 19997) AS n (i)"
        }
    };
    tamper(&home, invented).await;
    assert!(is_there(&store, 2, NOW).await);
    store.begin_login_flow(flow(2), after(12)).await.unwrap();
    store.begin_login_flow(flow(3), after(13)).await.unwrap();
    assert!(!is_there(&store, 0, NOW).await, "the oldest was forgotten");
    assert!(is_there(&store, 1, NOW).await);
    assert!(is_there(&store, 3, NOW).await);
}
