//! Addresses of the provider that answer anything but the right thing.

use serde_json::Value;

use super::Stage;
use super::provider::{Fault, Provider, SECRET};

const DESCRIPTION: &str = "/.well-known/openid-configuration";

/// The sign-in does not even begin.
async fn does_not_begin(path: &'static str, fault: Fault) {
    let mut stage = Stage::usual().await;
    stage.provider.fails(path, fault);
    let url = format!("{}/login/oidc", stage.url());
    let reply = stage.browser.get(&url).await;
    let code = reply.json()["code"].clone();
    assert!([403, 502].contains(&reply.status), "{path}: {}", reply.text());
    assert!(code == "upstream-failed" || code == "not-allowed-here", "{path}: {code}");
    stage.expect_refusal(&reply, reply.status, code.as_str().unwrap()).await;
    assert_eq!(stage.provider.asked("/elsewhere"), 0, "no redirect is followed");
}

/// The sign-in fails on the way back.
async fn does_not_end(path: &'static str, fault: Fault) {
    let mut stage = Stage::with(&[("OIDC__CLIENT_SECRET", SECRET)], "me@example.org").await;
    stage.provider.fails(path, fault);
    stage.is_refused(502, "upstream-failed").await;
    assert_eq!(stage.provider.asked("/elsewhere"), 0, "no redirect is followed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_address_that_answers_anything_else_fails_the_sign_in_and_nothing_more() {
    for fault in [Fault::Status(500), Fault::Status(404), Fault::Html, Fault::Redirect, Fault::Endless] {
        for path in [DESCRIPTION, "/jwks"] {
            does_not_begin(path, fault.clone()).await;
        }
        for path in ["/token", "/userinfo"] {
            does_not_end(path, fault.clone()).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_address_that_does_not_answer_is_waited_for_ten_seconds() {
    let started = std::time::Instant::now();
    tokio::join!(
        does_not_begin(DESCRIPTION, Fault::Silent),
        does_not_begin("/jwks", Fault::Silent),
        does_not_end("/token", Fault::Silent),
    );
    assert!(started.elapsed().as_secs() < 40, "{:?}", started.elapsed());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_description_that_cannot_be_this_providers_is_refused() {
    let changes: [fn(&mut Value); 5] = [
        |description| description["issuer"] = "http://127.0.0.1:1".into(),
        |description| description["jwks_uri"] = "file:///etc/passwd".into(),
        |description| description["authorization_endpoint"] = "javascript:alert(1)".into(),
        |description| {
            description.as_object_mut().unwrap().remove("token_endpoint");
        },
        |description| description["jwks_uri"] = Value::Null,
    ];
    for change in changes {
        does_not_begin(DESCRIPTION, Fault::json(change)).await;
    }
}

/// The description comes from outside: it must not lead into the household's network.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_description_does_not_open_other_places_of_the_household() {
    let other = Provider::start().await;
    for (endpoint, begins) in [("jwks_uri", false), ("token_endpoint", true), ("userinfo_endpoint", true)] {
        let mut stage = Stage::with(&[("OIDC__CLIENT_SECRET", SECRET)], "me@example.org").await;
        let elsewhere = format!("{}/elsewhere", other.url);
        let change = move |description: &mut Value| description[endpoint] = elsewhere.clone().into();
        stage.provider.fails(DESCRIPTION, Fault::json(change));
        if begins {
            stage.is_refused(502, "upstream-failed").await;
        } else {
            let url = format!("{}/login/oidc", stage.url());
            assert_eq!(stage.browser.get(&url).await.status, 502);
        }
    }
    assert_eq!(other.asked("/elsewhere"), 0);
}

/// RFC 9207: an answer that names another issuer was meant for another sign-in.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_names_another_issuer_is_refused() {
    let mut stage = Stage::usual().await;
    let url = stage.url().to_owned();
    let back = stage.browser.way_back(&url).await;
    let (back, _) = back.split_once("&iss=").unwrap();
    let reply = stage.browser.get(&format!("{back}&iss=http%3A%2F%2Fanother.example")).await;
    stage.expect_refusal(&reply, 403, "not-allowed-here").await;
    assert_eq!(stage.provider.asked("/token"), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_code_that_the_provider_does_not_know_is_refused() {
    let mut stage = Stage::usual().await;
    let url = stage.url().to_owned();
    let back = stage.browser.way_back(&url).await;
    let reply = stage.browser.get(&back.replace("code=test-code-", "code=invented-")).await;
    stage.expect_refusal(&reply, 403, "not-allowed-here").await;
}
