//! Tokens that are wrong in one way each, from a provider that is right in all others.

use std::time::Duration;

use serde_json::json;

use super::Stage;
use super::provider::{CLIENT, Fault, SECRET, SUBJECT};
use super::token::{Signer, Token, public_bytes};

/// Every token, altered in this way, is refused.
async fn refused(alter: impl Fn(&mut Token) + Send + Sync + 'static) {
    let mut stage = Stage::usual().await;
    stage.provider.alters(alter);
    stage.is_refused(403, "not-allowed-here").await;
    assert_eq!(stage.provider.asked("/token"), 1);
}

/// The claim, set to this.
fn claim(name: &'static str, value: serde_json::Value) -> impl Fn(&mut Token) + Send + Sync {
    move |token| token.claims[name] = value.clone()
}

fn without(name: &'static str) -> impl Fn(&mut Token) + Send + Sync {
    move |token| {
        token.claims.as_object_mut().unwrap().remove(name);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_with_another_nonce_or_none_is_refused() {
    refused(claim("nonce", "invented".into())).await;
    refused(without("nonce")).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_for_another_client_is_refused() {
    refused(claim("aud", "another".into())).await;
    refused(claim("aud", json!([CLIENT, "another"]))).await;
    refused(claim("azp", "another".into())).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_of_another_issuer_is_refused() {
    refused(claim("iss", "http://127.0.0.1:1".into())).await;
    refused(|token| token.claims["iss"] = format!("{}/", token.claims["iss"].as_str().unwrap()).into()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_that_is_not_valid_now_is_refused() {
    let later = |claim: &'static str, seconds: i64| {
        move |token: &mut Token| {
            token.claims[claim] = (token.claims["iat"].as_i64().unwrap() + seconds).into();
        }
    };
    refused(later("exp", -121)).await;
    refused(later("iat", -721)).await;
    refused(later("iat", 121)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clock_that_is_a_minute_off_does_not_matter() {
    let mut stage = Stage::usual().await;
    stage.provider.alters(|token| {
        let now = token.claims["iat"].as_i64().unwrap();
        (token.claims["iat"], token.claims["exp"]) = ((now + 60).into(), (now - 60).into());
    });
    assert_eq!(stage.sign_in().await.status, 303);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_that_nobody_signed_is_refused() {
    refused(|token| {
        token.header = json!({ "alg": "none" });
        token.signer = Signer::None;
    })
    .await;
    refused(|token| token.signer = Signer::None).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_that_another_key_signed_is_refused() {
    refused(|token| token.signer = Signer::Key(2)).await;
}

/// Whoever knows the public key could sign, if it were taken for a secret.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_public_key_is_never_taken_for_a_secret() {
    refused(|token| {
        token.header["alg"] = "HS256".into();
        token.signer = Signer::Secret(public_bytes(1));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_secret_signs_only_if_the_provider_says_that_it_does() {
    fn by_secret(token: &mut Token) {
        token.header = json!({ "alg": "HS256" });
        token.signer = Signer::Secret(SECRET.as_bytes().to_vec());
    }
    refused(by_secret).await;
    let mut stage = Stage::usual().await;
    stage.provider.fails(
        "/.well-known/openid-configuration",
        Fault::json(|description| {
            description["id_token_signing_alg_values_supported"] = json!(["HS256"]);
        }),
    );
    stage.provider.alters(by_secret);
    assert_eq!(stage.sign_in().await.status, 303);
    // A public client has none, so an empty one must not count.
    let mut stage = Stage::with(&[], SUBJECT).await;
    stage.provider.has_no_secret();
    stage.provider.alters(|token| {
        token.header = json!({ "alg": "HS256" });
        token.signer = Signer::Secret(Vec::new());
    });
    stage.is_refused(403, "not-allowed-here").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_that_nobody_knows_is_looked_for_once() {
    let mut stage = Stage::usual().await;
    stage.provider.alters(|token| token.header["kid"] = "unknown".into());
    stage.is_refused(403, "not-allowed-here").await;
    assert_eq!(stage.provider.asked("/jwks"), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_provider_may_change_its_keys() {
    let mut stage = Stage::usual().await;
    assert_eq!(stage.sign_in().await.status, 303);
    stage.provider.rotate(2);
    assert_eq!(stage.sign_in().await.status, 303);
    assert_eq!(stage.provider.asked("/jwks"), 2);
    assert_eq!(stage.sign_in().await.status, 303);
    assert_eq!(stage.provider.asked("/jwks"), 2, "kept");
    stage.running.home.clock.advance(Duration::from_hours(1));
    stage.provider.is_now(stage.running.home.now().await);
    assert_eq!(stage.sign_in().await.status, 303);
    assert_eq!(stage.provider.asked("/jwks"), 3, "for a while");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_header_that_must_be_understood_is_refused() {
    refused(|token| token.header["crit"] = json!(["b64"])).await;
}
