//! The way there and back: whom it lets in, and that it cannot be walked twice, late, or in somebody else's browser.

use std::time::Duration;

use super::browser::Browser;
use super::provider::{Fault, Provider, SECRET, SUBJECT};
use super::{Stage, provider};
use crate::support::database::Home;
use crate::support::service::{Household, Plan};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_listed_person_is_signed_in_and_lands_on_our_own_page() {
    let mut stage = Stage::usual().await;
    let url = stage.url().to_owned();
    assert!(!stage.browser.is_signed_in(&url).await);
    let reply = stage.sign_in().await;
    assert_eq!((reply.status, reply.header("location")), (303, "/"), "{}", reply.text());
    assert_eq!(reply.header("cache-control"), "no-store");
    assert!(stage.browser.is_signed_in(&url).await);
    assert!(!stage.browser.has_cookie("grabfeed-sign-in"), "it is used up");
    let sessions = stage.running.home.count("SELECT COUNT(*) FROM session WHERE method = 'oidc'").await;
    assert_eq!(sessions, 1);
    assert_eq!(stage.running.home.count("SELECT COUNT(*) FROM login_flow").await, 0);
    assert_eq!(stage.running.home.count("SELECT COUNT(*) FROM throttle").await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_public_client_signs_people_in_without_a_secret() {
    let mut stage = Stage::with(&[], SUBJECT).await;
    stage.provider.has_no_secret();
    assert_eq!(stage.sign_in().await.status, 303);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_goes_to_the_provider_tells_it_no_secret_and_no_other_place() {
    let mut stage = Stage::usual().await;
    let url = stage.url().to_owned();
    let reply = stage.browser.get(&format!("{url}/login/oidc?return=https://evil.example/")).await;
    let there = reply.header("location");
    assert!(there.starts_with(&format!("{}/authorize?", stage.provider.url)));
    assert!(!there.contains(SECRET) && !there.contains("evil"));
    assert!(there.contains("code_challenge_method=S256") && !there.contains("code_verifier"));
    let cookie = reply.header("set-cookie");
    assert!(
        cookie.starts_with("grabfeed-sign-in=") && cookie.contains("; Max-Age=600; HttpOnly; SameSite=Lax")
    );
    let back = stage.browser.ask_provider(there).await;
    assert!(back.starts_with(&format!("{url}/login/oidc/callback?")));
    assert_eq!(stage.browser.get(&back).await.header("location"), "/");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_way_back_is_open_once() {
    let mut stage = Stage::usual().await;
    let url = stage.url().to_owned();
    let back = stage.browser.way_back(&url).await;
    assert_eq!(stage.browser.get(&back).await.status, 303);
    let again = stage.browser.get(&back).await;
    assert_eq!((again.status, again.json()["code"].as_str()), (400, Some("sign-in-over")));
    assert_eq!(stage.provider.asked("/token"), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_who_come_back_at_once_one_is_signed_in() {
    let mut stage = Stage::usual().await;
    let url = stage.url().to_owned();
    let start = stage.browser.get(&format!("{url}/login/oidc")).await;
    let cookie = start.header("set-cookie").split(';').next().unwrap().to_owned();
    let back = stage.browser.ask_provider(start.header("location")).await;
    let comers: Vec<_> = (0..8)
        .map(|_| {
            let (back, cookie) = (back.clone(), cookie.clone());
            tokio::spawn(async move {
                crate::support::http::Http::new().get_with(&back, &[("cookie", &cookie)]).await.status
            })
        })
        .collect();
    let mut statuses = Vec::new();
    for comer in comers {
        statuses.push(comer.await.unwrap());
    }
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 400, 400, 400, 400, 400, 400, 400]);
}

/// CVE-2026-47158 of another program: whoever began could have another browser finish.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sign_in_of_another_browser_is_refused_and_used_up() {
    let mut stage = Stage::usual().await;
    let url = stage.url().to_owned();
    let mut attacker = Browser::new();
    let back = attacker.way_back(&url).await;
    // With no sign-in of its own, and with one.
    let reply = stage.browser.get(&back).await;
    stage.expect_refusal(&reply, 400, "sign-in-over").await;
    let back = attacker.way_back(&url).await;
    stage.browser.way_back(&url).await;
    let reply = stage.browser.get(&back).await;
    stage.expect_refusal(&reply, 400, "sign-in-over").await;
    assert_eq!(attacker.get(&back).await.status, 400, "it is used up for the one who began as well");
    assert_eq!(stage.provider.asked("/token"), 0, "no code was shown to the provider");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sign_in_that_takes_longer_than_ten_minutes_is_over() {
    let mut stage = Stage::usual().await;
    let url = stage.url().to_owned();
    let back = stage.browser.way_back(&url).await;
    stage.running.home.clock.advance(Duration::from_mins(10));
    let reply = stage.browser.get(&back).await;
    stage.expect_refusal(&reply, 400, "sign-in-over").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_comes_back_incomplete_or_invented_is_refused() {
    let mut stage = Stage::usual().await;
    let url = stage.url().to_owned();
    for (query, status) in [
        ("", 400),
        ("?code=x", 400),
        ("?code=x&state=", 400),
        ("?code=x&state=invented", 400),
        ("?error=access_denied", 400),
        (&format!("?code=x&state={}", "x".repeat(5000)), 400),
    ] {
        let reply = stage.browser.get(&format!("{url}/login/oidc/callback{query}")).await;
        assert_eq!(reply.status, status, "{query}");
    }
    let back = stage.browser.way_back(&url).await;
    let twice = format!("{back}&code=another");
    assert_eq!(stage.browser.get(&twice).await.status, 400);
    assert_eq!(stage.provider.asked("/token"), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_who_is_refused_by_the_provider_is_refused() {
    let mut stage = Stage::usual().await;
    let url = stage.url().to_owned();
    let back = stage.browser.way_back(&url).await;
    let state = back.split_once("state=").unwrap().1.split('&').next().unwrap();
    let denied =
        format!("{url}/login/oidc/callback?error=access_denied&error_description=test-words&state={state}");
    let reply = stage.browser.get(&denied).await;
    stage.expect_refusal(&reply, 403, "not-allowed-here").await;
    assert_eq!(stage.browser.get(&back).await.status, 400, "the sign-in is used up");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_is_signed_in_before_the_first_set_up() {
    let provider = Provider::start().await;
    let mut plan = Plan::with("OIDC__ISSUER_URL", &provider.url);
    plan.settings.push(("OIDC__CLIENT_ID", provider::CLIENT.to_owned()));
    plan.settings.push(("OIDC__CLIENT_SECRET", SECRET.to_owned()));
    plan.settings.push(("OIDC__USERS", SUBJECT.to_owned()));
    let running = crate::web::Running::with(plan).await;
    let mut stage = Stage { running, provider, browser: Browser::new() };
    stage.is_refused(409, "not-set-up").await;
    stage.set_up().await;
    assert_eq!(stage.sign_in().await.status, 303);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_provider_there_is_nothing_at_its_addresses() {
    let running = crate::web::Running::usual().await;
    for path in ["/login/oidc", "/login/oidc/callback?code=x&state=y"] {
        assert_eq!(running.http.get(&running.url(path)).await.status, 404);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_begins_again_and_again_has_to_wait() {
    let mut stage = Stage::usual().await;
    let url = format!("{}/login/oidc", stage.url());
    for _ in 0..21 {
        assert_eq!(stage.browser.get(&url).await.status, 303);
    }
    let reply = stage.browser.get(&url).await;
    assert_eq!((reply.status, reply.header("retry-after")), (429, "2"));
    stage.running.home.clock.advance(Duration::from_secs(2));
    assert_eq!(stage.sign_in().await.status, 303);
    assert_eq!(stage.browser.get(&url).await.status, 303, "who finishes begins anew");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_replica_finishes_what_one_began() {
    let provider = Provider::start().await;
    let plan = Plan {
        settings: vec![
            ("OIDC__ISSUER_URL", provider.url.clone()),
            ("OIDC__CLIENT_ID", provider::CLIENT.to_owned()),
            ("OIDC__CLIENT_SECRET", SECRET.to_owned()),
            ("OIDC__USERS", SUBJECT.to_owned()),
            ("SERVER__PUBLIC_URL", "http://grabfeed.test".to_owned()),
        ],
        ..Plan::default()
    };
    let home = Household::new(Home::postgres(), plan).await;
    provider.is_now(home.now().await);
    let (one, other) = (home.launch(Vec::new()).await, home.launch(Vec::new()).await);
    let account =
        grabfeed::store::NewAdministrator { name: "admin".to_owned(), password_hash: "x".to_owned() };
    home.store.create_administrator(account, home.now().await).await.unwrap();
    let mut browser = Browser::new();
    let back = browser.way_back(&one.url).await.replace("http://grabfeed.test", &other.url);
    assert_eq!(browser.get(&back).await.status, 303);
    for service in [&one, &other] {
        assert!(browser.is_signed_in(&service.url).await);
    }
    assert_eq!(browser.get(&back.replace(&other.url, &one.url)).await.status, 400);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_provider_that_is_down_hinders_nothing_else_and_is_found_when_it_is_back() {
    let mut stage = Stage::usual().await;
    assert_eq!(stage.provider.asked("/.well-known/openid-configuration"), 0, "asked only when needed");
    stage.provider.fails("/.well-known/openid-configuration", Fault::Status(503));
    let url = format!("{}/login/oidc", stage.url());
    for _ in 0..3 {
        let reply = stage.browser.get(&url).await;
        assert_eq!((reply.status, reply.json()["code"].as_str()), (502, Some("upstream-failed")));
    }
    assert_eq!(stage.provider.asked("/.well-known/openid-configuration"), 1, "left in peace for a while");
    let ready = format!("{}/health/ready", stage.url());
    assert_eq!(stage.browser.get(&ready).await.status, 200);
    stage.provider.recovers();
    stage.running.home.clock.advance(Duration::from_secs(5));
    assert_eq!(stage.sign_in().await.status, 303);
    assert_eq!(stage.provider.asked("/jwks"), 1);
}
