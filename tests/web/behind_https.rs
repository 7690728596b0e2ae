//! Signing in behind a trusted proxy that speaks HTTPS, and what is believed of anybody else.

use grabfeed::ops::clock::Clock;
use grabfeed::store::{OpenOptions, Store};
use serde_json::json;

use super::Running;
use crate::support::account::{self, NAME, PASSWORD, cookie_of};
use crate::support::household;
use crate::support::http::{Http, Reply};
use crate::support::service::Plan;

const WHO: &str = "/api/v1/session";

async fn behind_a_proxy() -> Running {
    let running = Running::with(Plan::with("SERVER__TRUSTED_PROXIES", "127.0.0.1")).await;
    running.make_account().await;
    running
}

async fn sign_in(running: &Running, http: &Http, password: &str, headers: &[(&str, &str)]) -> Reply {
    http.post_json(&running.url(WHO), headers, &json!({ "name": NAME, "password": password })).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_request_has_the_cookie_of_its_own_scheme_and_only_the_proxy_may_name_it() {
    let running = behind_a_proxy().await;
    let stranger = Http::from_address("127.0.0.2");
    let https = [("x-forwarded-for", "203.0.113.9"), ("x-forwarded-proto", "https")];
    let (by_proxy, by_stranger, plain) = tokio::join!(
        sign_in(&running, &running.http, PASSWORD, &https),
        sign_in(&running, &stranger, PASSWORD, &https),
        sign_in(&running, &running.http, PASSWORD, &[]),
    );
    let secure = by_proxy.header("set-cookie");
    assert!(secure.starts_with("__Host-grabfeed=") && secure.ends_with("; SameSite=Lax; Secure"), "{secure}");
    for reply in [by_stranger, plain] {
        let set = reply.header("set-cookie");
        assert!(set.starts_with("grabfeed=") && !set.contains("Secure"), "{set}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn over_https_a_browser_is_asked_to_forget_when_its_person_signs_out() {
    let running = behind_a_proxy().await;
    let https = [("x-forwarded-for", "203.0.113.9"), ("x-forwarded-proto", "https")];
    let cookie = cookie_of(&sign_in(&running, &running.http, PASSWORD, &https).await);
    let origin = running.service.url.replace("http:", "https:");
    let headers = [("cookie", &*cookie), ("origin", &*origin), https[0], https[1]];
    let who = running.http.get_with(&running.url(WHO), &headers).await;
    assert_eq!((who.status, &who.json()["secure"]), (200, &json!(true)));
    let headers = headers.map(|(name, value)| (name, value.as_bytes()));
    let reply = running.http.send("DELETE", &running.url(WHO), &headers, "").await;
    assert_eq!(reply.status, 204);
    assert_eq!(reply.header("clear-site-data"), r#""cache", "cookies", "storage""#);
    assert!(reply.header("set-cookie").starts_with("__Host-grabfeed=; Path=/; Max-Age=0;"));
    let reply = running.http.send("GET", &running.url(WHO), &headers, "").await;
    assert_eq!(reply.status, 401);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn behind_the_proxy_each_client_is_counted_by_its_own_network_and_a_household_by_its_prefix() {
    let running = behind_a_proxy().await;
    let guess = async |name: &str, address: &str| {
        let body = json!({ "name": name, "password": "wrong" });
        let headers = [("x-forwarded-for", address)];
        running.http.post_json(&running.url(WHO), &headers, &body).await.status
    };
    for number in 0..6 {
        assert_eq!(guess(NAME, &format!("203.0.113.{number}")).await, 401);
    }
    assert_eq!(guess(NAME, "203.0.113.99").await, 429, "the account is one, wherever they come from");
    let mut statuses = Vec::new();
    for number in 0..12 {
        statuses.push(guess(&format!("name-{number}"), &format!("2001:db8:1:2::{number:x}")).await);
    }
    assert_eq!((&statuses[..11], statuses[11]), (&[401; 11][..], 429));
    assert_eq!(guess("name-12", "2001:db8:1:3::1").await, 401, "the next household");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn signing_in_over_plain_http_from_elsewhere_is_told_to_the_page_and_once_to_the_log() {
    let home = household::Household::new(&[("SERVER__TRUSTED_PROXIES", "127.0.0.1")]);
    let store = Store::open(OpenOptions::File(home.database()), Clock::system()).await.unwrap();
    account::make(&store).await;
    store.close().await;
    let service = home.start().await;
    let http = Http::new();
    let body = json!({ "name": NAME, "password": PASSWORD });
    for (address, proto, secure) in [
        ("203.0.113.9", "https", true),
        ("127.0.0.1", "http", true),
        ("203.0.113.9", "http", false),
        ("203.0.113.9", "http", false),
    ] {
        let told = service.log().matches("auth.plain-http").count();
        let headers = [("x-forwarded-for", address), ("x-forwarded-proto", proto)];
        let cookie = cookie_of(&http.post_json(&home.url(WHO), &headers, &body).await);
        let who = http.get_with(&home.url(WHO), &[headers[0], headers[1], ("cookie", &cookie)]).await;
        assert_eq!(who.json()["secure"], secure, "{address} {proto}");
        assert!(!secure || told == 0);
    }
    assert_eq!(service.log().matches("auth.plain-http").count(), 1, "{}", service.log());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_proxy_of_the_household_that_is_not_trusted_is_found_and_strangers_cannot_invent_one() {
    let running = Running::usual().await;
    let found = async || grabfeed::pipeline::findings::all(&running.service.deps).await.unwrap();
    assert_eq!(found().await, []);
    for header in ["x-forwarded-for", "forwarded"] {
        running.http.get_with(&running.url("/ping"), &[(header, "for=203.0.113.7")]).await;
    }
    let found = found().await;
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!((found[0].kind.as_str(), found[0].about.as_str()), ("proxy-not-trusted", "127.0.0.1"));
}
