//! What the log is told of sign-ins, at its most talkative: who was let in, who was not and why, and no secret.

use std::collections::BTreeSet;

use grabfeed::ops::clock::Clock;
use grabfeed::store::{NewAdministrator, OpenOptions, Store};
use serde_json::Value;

use super::browser::Browser;
use super::provider::{ACCESS_TOKEN, CLIENT, Provider, SECRET, SUBJECT};
use crate::support::http::Http;
use crate::support::process::{Service, free_port};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_sign_in_and_every_refusal_is_logged_without_a_secret() {
    let provider = Provider::start().await;
    let clock = Clock::system();
    provider.is_now(clock.now());
    let data = tempfile::tempdir().unwrap();
    let store = Store::open(OpenOptions::File(data.path().join("grabfeed.db")), clock.clone()).await.unwrap();
    let account = NewAdministrator { name: "admin".to_owned(), password_hash: "x".to_owned() };
    store.create_administrator(account, clock.now()).await.unwrap();
    store.close().await;
    let environment = [
        ("LOG_LEVEL", "trace"),
        ("GRABFEED__LOGGING__FORMAT", "json"),
        ("GRABFEED__OIDC__ISSUER_URL", &provider.url),
        ("GRABFEED__OIDC__CLIENT_ID", CLIENT),
        ("GRABFEED__OIDC__CLIENT_SECRET", SECRET),
        ("GRABFEED__OIDC__USERS", SUBJECT),
        ("GRABFEED__AUTH__PROXY_HEADER", "Remote-User"),
        ("GRABFEED__AUTH__PROXY_USERS", "me"),
        ("GRABFEED__SERVER__TRUSTED_PROXIES", "127.0.0.1"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()));
    let service = Service::start(data.path(), free_port(), &environment).await;
    let mut secrets = BTreeSet::from([SECRET.to_owned(), ACCESS_TOKEN.to_owned()]);

    let mut browser = Browser::new();
    let back = walk(&mut browser, &service.url, &mut secrets).await;
    assert_eq!(browser.get(&back).await.status, 303);
    secrets.extend(browser.cookie_values());
    let back = walk(&mut browser, &service.url, &mut secrets).await;
    assert_eq!(Browser::new().get(&back).await.status, 400);
    provider.alters(|token| token.claims["sub"] = "test-stranger".into());
    let back = walk(&mut browser, &service.url, &mut secrets).await;
    assert_eq!(browser.get(&back).await.status, 403);
    for user in ["me", "me", "you"] {
        Http::new().get_with(&format!("{}/api/v1/grabs", service.url), &[("remote-user", user)]).await;
    }

    let log = data.path().join("log.txt");
    assert!(service.stop());
    let log = std::fs::read_to_string(log).unwrap();
    let told: Vec<String> = log.lines().filter_map(event).collect();
    assert_eq!(
        told,
        [
            "auth.signed-in oidc ",
            "auth.sign-in-refused oidc other-browser",
            "auth.sign-in-refused oidc not-listed",
            "auth.signed-in proxy ",
            "auth.sign-in-refused proxy not-listed",
        ]
    );
    assert!(secrets.len() >= 12, "{secrets:?}");
    for secret in secrets {
        assert!(!log.contains(&secret), "{secret} in: {:?}", log.lines().find(|line| line.contains(&secret)));
    }
    assert!(!log.contains("eyJ"), "a token");
}

/// The way there; notes what of it must stay secret.
async fn walk(browser: &mut Browser, service: &str, secrets: &mut BTreeSet<String>) -> String {
    let reply = browser.get(&format!("{service}/login/oidc")).await;
    let there = url::Url::parse(reply.header("location")).unwrap();
    let back = browser.ask_provider(there.as_str()).await;
    for address in [&there, &url::Url::parse(&back).unwrap()] {
        let secret = |name: &str| ["state", "nonce", "code_challenge", "code"].contains(&name);
        let shown = address.query_pairs().filter(|(name, _)| secret(name));
        secrets.extend(shown.map(|(_, value)| value.into_owned()));
    }
    secrets.extend(browser.cookie_values());
    back
}

/// An event of signing in: its name, method and reason.
fn event(line: &str) -> Option<String> {
    let json: Value = serde_json::from_str(line).ok()?;
    let field = |name: &str| json[name].as_str().unwrap_or_default().to_owned();
    let name = field("event");
    assert!(!field("message").contains("log-"), "a sentence is missing: {line}");
    name.starts_with("auth.").then(|| format!("{name} {} {}", field("method"), field("reason")))
}
