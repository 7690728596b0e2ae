//! What failed attempts cost, and whom they cannot hurt.

use std::time::Duration;

use futures_util::future::join_all;
use grabfeed::admin::webhook_secret::of_app;
use grabfeed::auth::throttle;
use grabfeed::auth::token::{Token, TokenKind};
use grabfeed::domain::app::AppName;
use secrecy::ExposeSecret;
use serde_json::json;

use super::Running;
use crate::support::account::{NAME, PASSWORD, cookies_of};
use crate::support::database::Home;
use crate::support::http::{Http, Reply};
use crate::support::service::{Household, Plan};
use crate::support::wait::until;

const SIGN_IN: &str = "/api/v1/session";

async fn try_from(running: &Running, http: &Http, name: &str, password: &str) -> Reply {
    http.post_json(&running.url(SIGN_IN), &[], &json!({ "name": name, "password": password })).await
}

/// The seconds that a 429 asks to wait.
fn wait(reply: &Reply) -> u64 {
    assert_eq!((reply.status, &reply.json()["code"]), (429, &json!("too-many-attempts")));
    reply.header("retry-after").parse().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_five_failures_each_further_one_doubles_the_wait_up_to_a_quarter_of_an_hour() {
    let running = Running::usual().await;
    running.make_account().await;
    for _ in 0..6 {
        assert_eq!(running.try_sign_in(NAME, "wrong").await.status, 401);
    }
    let mut waits = Vec::new();
    for _ in 0..11 {
        let reply = running.try_sign_in(NAME, PASSWORD).await;
        waits.push(wait(&reply));
        running.home.clock.advance(Duration::from_secs(waits.last().unwrap() - 1));
        assert_eq!(running.try_sign_in(NAME, "wrong").await.status, 401, "the wait is over");
    }
    assert_eq!(waits, [2, 3, 5, 9, 17, 33, 65, 129, 257, 513, 901]);
    wait(&running.try_sign_in(NAME, PASSWORD).await);
    running.home.clock.advance(Duration::from_mins(15));
    assert_eq!(running.try_sign_in(NAME, PASSWORD).await.status, 204, "never locked out for good");
    for _ in 0..6 {
        assert_eq!(running.try_sign_in(NAME, "wrong").await.status, 401, "success forgets");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_fifty_attempts_at_once_six_are_made() {
    let running = Running::usual().await;
    running.make_account().await;
    let statuses: Vec<u16> =
        join_all((0..50).map(async |_| running.try_sign_in(NAME, "wrong").await.status)).await;
    let made = statuses.iter().filter(|status| **status != 429).count();
    assert_eq!(made, 6, "{statuses:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_account_is_counted_over_all_networks_and_a_network_over_all_names() {
    let running = Running::usual().await;
    running.make_account().await;
    for number in 2..8 {
        let http = Http::from_address(&format!("127.0.0.{number}"));
        assert_eq!(try_from(&running, &http, NAME, "wrong").await.status, 401);
    }
    let elsewhere = Http::from_address("127.0.1.1");
    wait(&try_from(&running, &elsewhere, "owner", PASSWORD).await);
    assert_eq!(try_from(&running, &elsewhere, "another", "wrong").await.status, 401, "it waits for its own");

    let one = Http::from_address("127.0.1.2");
    for number in 0..11 {
        assert_eq!(try_from(&running, &one, &format!("name-{number}"), "wrong").await.status, 401);
    }
    wait(&try_from(&running, &one, "name-11", "wrong").await);
    assert_eq!(try_from(&running, &elsewhere, "name-11", "wrong").await.status, 401);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_can_keep_the_owner_out_of_a_network_that_the_owner_signed_in_from() {
    let running = Running::usual().await;
    running.sign_in().await;
    let mut blocked = 0;
    for number in 2..12 {
        let http = Http::from_address(&format!("127.0.0.{number}"));
        blocked += u32::from(try_from(&running, &http, NAME, "wrong").await.status == 429);
    }
    assert!(blocked > 0, "the account is blocked elsewhere");
    assert_eq!(running.try_sign_in(NAME, PASSWORD).await.status, 204);
    // From there, too, guesses cost.
    for _ in 0..11 {
        assert_eq!(running.try_sign_in(NAME, "wrong").await.status, 401);
    }
    wait(&running.try_sign_in(NAME, PASSWORD).await);
    // After ninety days the network is as unknown as any other.
    running.home.clock.advance(Duration::from_hours(91 * 24));
    for _ in 0..6 {
        assert_eq!(running.try_sign_in(NAME, "wrong").await.status, 401);
    }
    wait(&running.try_sign_in(NAME, PASSWORD).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_invents_addresses_in_headers_is_counted_all_the_same() {
    let running = Running::usual().await;
    running.make_account().await;
    let mut statuses = Vec::new();
    for number in 0..12 {
        let address = format!("203.0.113.{number}");
        let headers = [("x-forwarded-for", &*address), ("forwarded", &format!("for={address}"))];
        let body = json!({ "name": format!("name-{number}"), "password": "wrong" });
        statuses.push(running.http.post_json(&running.url(SIGN_IN), &headers, &body).await.status);
    }
    assert_eq!((&statuses[..11], statuses[11]), (&[401; 11][..], 429));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_name_that_was_typed_is_not_kept() {
    let running = Running::usual().await;
    running.make_account().await;
    assert_eq!(running.try_sign_in(PASSWORD, NAME).await.status, 401);
    for file in running.home.database_files() {
        let bytes = std::fs::read(&file).unwrap();
        assert!(!bytes.windows(PASSWORD.len()).any(|part| part == PASSWORD.as_bytes()));
    }
}

/// Each way to show something wrong, and what it is answered.
async fn wrong(running: &Running, http: &Http, way: usize) -> Reply {
    let token = |kind| Token::generate(kind, &mut rand::rng()).expose().to_owned();
    match way {
        0 => http.get_with(&running.url("/api/v1/grabs"), &[("x-api-key", &token(TokenKind::ApiKey))]).await,
        1 => http.get(&running.url(&format!("/f/{}/rss.xml", token(TokenKind::Feed)))).await,
        2 => {
            let body = json!({ "eventType": "Test" });
            http.post_json(&running.url("/hooks/radarr"), &[("x-webhook-token", "wrong")], &body).await
        }
        _ => {
            let (mac, file) = ("0".repeat(32), format!("{}.torrent", "ab".repeat(20)));
            http.get(&running.url(&format!("/d/Ab3dEf6hIj9l/{mac}/{file}"))).await
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wrong_keys_tokens_and_secrets_are_counted_together_and_right_ones_are_always_taken() {
    let (running, feed) = Running::with_one_item(Plan::default()).await;
    let (_, download) = running.items(&feed).await.remove(0);
    let key = running.key("read").await;
    for number in 0..21 {
        let status = wrong(&running, &running.http, number % 4).await.status;
        assert_eq!(status, [401, 404, 401, 404][number % 4], "{number}");
    }
    for way in 0..4 {
        assert_eq!(wait(&wrong(&running, &running.http, way).await), 2, "{way}");
    }
    let elsewhere = Http::from_address("127.0.0.2");
    assert_eq!(wrong(&running, &elsewhere, 0).await.status, 401, "another network");

    let before = throttled(&running).await;
    for way in 0..4 {
        wait(&wrong(&running, &running.http, way).await);
    }
    assert_eq!(throttled(&running).await, before, "nothing is written meanwhile");

    // A client's burst: a hundred polls and downloads while the network waits.
    for _ in 0..50 {
        assert_eq!(running.http.get(&running.url(&feed)).await.status, 200);
        assert_eq!(running.http.get(&download).await.status, 200);
    }
    let grabs = running.http.get_with(&running.url("/api/v1/grabs"), &[("x-api-key", &key)]).await;
    assert_eq!(grabs.status, 200);
    let hook = running.url("/hooks/radarr");
    let radarr = AppName::parse("radarr").unwrap();
    let secret = of_app(&running.home.store, &radarr).await.unwrap().expose_secret().to_owned();
    let test = json!({ "eventType": "Test" });
    assert_eq!(running.http.post_json(&hook, &[("x-webhook-token", &secret)], &test).await.status, 200);
    running.home.clock.advance(Duration::from_secs(1));
    assert_eq!(wrong(&running, &running.http, 1).await.status, 404);
    // Signing in is another matter.
    running.sign_in().await;
}

async fn throttled(running: &Running) -> usize {
    running.home.count("SELECT CAST(SUM(failures) AS BIGINT) FROM throttle").await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn failures_of_long_ago_and_sessions_that_ended_are_swept_away() {
    let home = Household::new(Home::file(), Plan::default()).await;
    let failure = [throttle::sign_in("192.0.2.1")];
    home.store.begin_attempt(&failure, home.now().await.minus(throttle::MEMORY * 2)).await.unwrap();
    assert_eq!(home.count("SELECT COUNT(*) FROM throttle").await, 1);
    let service = home.start().await;
    until("the first sweep", Duration::from_secs(10), async || {
        (home.count("SELECT COUNT(*) FROM throttle").await == 0).then_some(())
    })
    .await;
    let running = Running { home, service, http: Http::new() };
    running.sign_in().await;
    for (days, left) in [(6, 1), (2, 0)] {
        running.home.advance(&running.service, Duration::from_hours(24 * days)).await;
        assert_eq!(running.home.count("SELECT COUNT(*) FROM session").await, left, "{days}");
    }
}

/// As behind a proxy that is not trusted: the owner and all strangers come from one address.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_browser_that_was_signed_in_before_waits_for_no_stranger_wherever_it_is() {
    let running = Running::usual().await;
    running.make_account().await;
    let known = cookies_of(&running.try_sign_in(NAME, PASSWORD).await).join("; ");
    assert!(known.contains("grabfeed-browser=gfc_"), "{known}");
    let sign_in = async |from: &str, cookies: &str, password: &str| {
        let body = json!({ "name": NAME, "password": password });
        let http = Http::from_address(from);
        http.post_json(&running.url(SIGN_IN), &[("cookie", cookies)], &body).await.status
    };
    for from in ["127.0.0.2", "127.0.0.3"] {
        // Strangers in the same network, until it waits, and the account with it.
        for _ in 0..12 {
            assert!([401, 429].contains(&sign_in(from, "", "wrong").await));
        }
        assert_eq!(sign_in(from, "", PASSWORD).await, 429, "{from}");
        let invented =
            format!("grabfeed-browser={}", Token::generate(TokenKind::Session, &mut rand::rng()).expose());
        assert_eq!(sign_in(from, &invented, PASSWORD).await, 429, "{from}: an invention opens nothing");
        assert_eq!(sign_in(from, &known, PASSWORD).await, 204, "{from}");
    }
    // Guesses in it cost as well.
    for _ in 0..11 {
        assert_eq!(sign_in("127.0.0.4", &known, "wrong").await, 401);
    }
    assert_eq!(sign_in("127.0.0.4", &known, PASSWORD).await, 429);
    running.home.clock.advance(Duration::from_hours(91 * 24));
    for _ in 0..12 {
        assert!([401, 429].contains(&sign_in("127.0.0.5", "", "wrong").await));
    }
    assert_eq!(sign_in("127.0.0.5", &known, PASSWORD).await, 429, "after ninety days it is unknown");
}
