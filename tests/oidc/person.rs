//! Which of the provider's people may sign in.

use serde_json::{Value, json};

use super::Stage;
use super::provider::{Fault, SECRET, SUBJECT};

const LISTED: &str = "me@example.org";

async fn with_user(user: &str) -> Stage {
    Stage::with(&[("OIDC__CLIENT_SECRET", SECRET)], user).await
}

/// Whether a person of whom the token says this is let in, where the settings list one address.
async fn token_says(claims: Value) -> u16 {
    let mut stage = with_user(LISTED).await;
    stage.provider.alters(move |token| {
        for (name, value) in claims.as_object().unwrap() {
            token.claims[name] = value.clone();
        }
    });
    stage.sign_in().await.status
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_who_is_not_listed_is_refused() {
    let mut stage = with_user("another-subject").await;
    stage.is_refused(403, "not-allowed-here").await;
    assert_eq!(stage.provider.asked("/userinfo"), 0, "no address decides");
}

/// CVE-2026-47164 of another program: an address counted that nobody had verified.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_address_counts_only_if_it_is_verified() {
    assert_eq!(token_says(json!({ "email": LISTED, "email_verified": true })).await, 303);
    assert_eq!(token_says(json!({ "email": LISTED, "email_verified": false })).await, 403);
    assert_eq!(token_says(json!({ "email": LISTED })).await, 403);
    assert_eq!(token_says(json!({ "email": "you@example.org", "email_verified": true })).await, 403);
    assert_eq!(token_says(json!({ "sub": LISTED })).await, 403, "a subject is no address");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_address_that_is_not_in_the_token_is_asked_for() {
    for (person, status) in [
        (json!({ "email": LISTED, "email_verified": true }), 303),
        (json!({ "email": LISTED }), 403),
        (json!({}), 403),
        (json!({ "sub": "another", "email": LISTED, "email_verified": true }), 403),
    ] {
        let mut stage = with_user(LISTED).await;
        stage.provider.says_of_the_person(person.clone());
        assert_eq!(stage.sign_in().await.status, status, "{person}");
        assert_eq!(stage.provider.asked("/userinfo"), 1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_subject_is_enough_where_it_is_listed() {
    let mut stage = with_user(&format!("{LISTED},{SUBJECT}")).await;
    stage.provider.fails("/userinfo", Fault::Status(500));
    assert_eq!(stage.sign_in().await.status, 303);
    assert_eq!(stage.provider.asked("/userinfo"), 0);
}
