//! Signing in and out, and the cookie that comes of it.

use argon2::{Algorithm, Argon2, Params, PasswordHasher, Version};
use grabfeed::store::NewAdministrator;
use serde_json::{Value, json};

use super::Running;
use crate::support::account::{NAME, PASSWORD, cookie_of};
use crate::support::http::Reply;
use crate::support::service::Plan;

const WHO: &str = "/api/v1/session";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sign_in_gives_a_cookie_that_is_in_no_body_and_in_no_database() {
    let running = Running::usual().await;
    running.make_account().await;
    let reply = running.try_sign_in(NAME, PASSWORD).await;
    assert_eq!((reply.status, reply.body.len()), (204, 0), "{}", reply.text());
    let set = reply.header("set-cookie");
    let (cookie, flags) = set.split_once("; ").unwrap();
    assert_eq!(flags, "Path=/; Max-Age=2592000; HttpOnly; SameSite=Lax");
    let token = cookie.strip_prefix("grabfeed=").unwrap();
    assert!(token.starts_with("gfc_") && token.len() == 40);

    let who = running.http.get_with(&running.url(WHO), &[("cookie", cookie)]).await;
    assert_eq!((who.status, who.header("cache-control")), (200, "no-store"));
    assert!(!who.text().contains(&token[4..]), "{}", who.text());
    let who = who.json();
    assert_eq!(
        (&who["name"], &who["method"], &who["secure"], &who["session"]["current"]),
        (&json!(NAME), &json!("session"), &json!(true), &json!(true))
    );
    for file in running.home.database_files() {
        let bytes = std::fs::read(&file).unwrap();
        let found = bytes.windows(token.len()).any(|part| part == token.as_bytes());
        assert!(!found, "{}", file.display());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_name_and_a_wrong_password_get_one_answer_also_where_there_is_no_account() {
    let running = Running::usual().await;
    let mut answers = vec![shape(&running.try_sign_in(NAME, PASSWORD).await)];
    running.make_account().await;
    for (name, password) in [("nobody", PASSWORD), (NAME, "wrong"), ("nobody", "wrong"), ("", ""), (NAME, "")]
    {
        answers.push(shape(&running.try_sign_in(name, password).await));
    }
    assert!(answers[0].0 == 401 && answers[0].2["code"] == "sign-in-failed", "{:?}", answers[0]);
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:#?}");
}

/// All of an answer but what differs between any two.
fn shape(reply: &Reply) -> (u16, Vec<(String, String)>, Value) {
    let headers = reply.headers.iter().filter(|(name, _)| !matches!(name.as_str(), "x-request-id" | "date"));
    let headers = headers.map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()));
    let mut body = reply.json();
    body["requestId"].take();
    (reply.status, headers.collect(), body)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_name_has_no_case_and_the_password_has_every_character() {
    let running = Running::usual().await;
    running.make_account().await;
    assert_eq!(running.try_sign_in(" oWNER ", PASSWORD).await.status, 204);
    for password in
        [&PASSWORD.to_uppercase(), &format!(" {PASSWORD}"), &format!("{PASSWORD} "), &PASSWORD[1..]]
    {
        assert_eq!(running.try_sign_in(NAME, password).await.status, 401, "{password}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_weak_hash_is_replaced_by_a_strong_one_when_its_owner_signs_in_and_not_before() {
    let running = Running::usual().await;
    let weak = Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(8192, 1, 1, None).unwrap());
    let weak = weak.hash_password(PASSWORD.as_bytes()).unwrap().to_string();
    assert!(weak.contains("m=8192"));
    let store = &running.home.store;
    let new = NewAdministrator { name: NAME.to_owned(), password_hash: weak.clone() };
    assert!(store.create_administrator(new, running.home.now().await).await.unwrap());
    let stored = async || store.administrator().await.unwrap().unwrap();
    let changed = stored().await.password_changed_at;
    assert_eq!(running.try_sign_in(NAME, "wrong").await.status, 401);
    assert_eq!(running.try_sign_in("nobody", PASSWORD).await.status, 401);
    assert_eq!(stored().await.password_hash, weak);
    assert_eq!(running.try_sign_in(NAME, PASSWORD).await.status, 204);
    let strong = stored().await;
    assert!(strong.password_hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{}", strong.password_hash);
    assert_eq!(strong.password_changed_at, changed, "it is the same password");
    assert_eq!(running.try_sign_in(NAME, PASSWORD).await.status, 204);
    assert_eq!(stored().await.password_hash, strong.password_hash);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_sign_in_has_a_cookie_of_its_own_and_ends_the_session_that_the_browser_had() {
    let running = Running::usual().await;
    let first = running.sign_in().await;
    let body = json!({ "name": NAME, "password": PASSWORD });
    let reply = running.ask("POST", WHO, &first, &body).await;
    assert_eq!(reply.status, 204, "{}", reply.text());
    let second = cookie_of(&reply);
    assert_ne!(first, second);
    assert_eq!(running.status_with(WHO, &first).await, 401, "whoever planted it has nothing");
    assert_eq!(running.status_with(WHO, &second).await, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cookie_that_we_did_not_give_is_never_taken_over() {
    let running = Running::usual().await;
    running.make_account().await;
    let planted = format!("grabfeed={}", running.key("admin").await);
    let stranger = format!("grabfeed=gfc_{}", "A".repeat(36));
    for planted in [&*planted, &stranger, "grabfeed=", "grabfeed=1", "grabfeed"] {
        assert_eq!(running.status_with(WHO, planted).await, 401, "{planted}");
        let body = json!({ "name": NAME, "password": PASSWORD });
        let reply = running.ask("POST", WHO, planted, &body).await;
        assert_eq!(reply.status, 204);
        assert_ne!(cookie_of(&reply), planted);
        assert_eq!(running.status_with(WHO, planted).await, 401, "{planted}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_cookies_of_the_name_neither_counts() {
    let running = Running::usual().await;
    let cookie = running.sign_in().await;
    assert_eq!(running.status_with(WHO, &format!("other=1; {cookie}")).await, 200);
    assert_eq!(running.status_with(WHO, &format!("grabfeed=gfc_x; {cookie}")).await, 401);
    assert_eq!(running.status_with(WHO, &format!("{cookie}; grabfeed=")).await, 401);
    let headers = [("cookie", &*cookie), ("cookie", "grabfeed=x")];
    assert_eq!(running.http.get_with(&running.url(WHO), &headers).await.status, 401);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_signed_out_is_out_and_the_cookie_opens_nothing_ever_again() {
    let running = Running::usual().await;
    let (cookie, other) = (running.sign_in().await, running.sign_in().await);
    let reply = running.ask("DELETE", WHO, &cookie, &Value::Null).await;
    assert_eq!((reply.status, reply.body.len()), (204, 0));
    assert_eq!(reply.header("set-cookie"), "grabfeed=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax");
    assert_eq!(reply.header("clear-site-data"), "", "browsers listen to it over HTTPS only");
    assert_eq!(reply.header("cache-control"), "no-store");
    for path in [WHO, "/api/v1/sessions", "/api/v1/grabs"] {
        assert_eq!(running.status_with(path, &cookie).await, 401, "{path}");
    }
    assert_eq!(running.ask("DELETE", WHO, &cookie, &Value::Null).await.status, 401);
    assert_eq!(running.status_with(WHO, &other).await, 200, "another browser's session goes on");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_sites_page_cannot_sign_anybody_in_or_out() {
    let running = Running::usual().await;
    let cookie = running.sign_in().await;
    let body = json!({ "name": NAME, "password": PASSWORD });
    for header in [("origin", "http://evil.example"), ("origin", "null"), ("sec-fetch-site", "cross-site")] {
        let reply = running.http.post_json(&running.url(WHO), &[header], &body).await;
        assert_eq!((reply.status, reply.header("set-cookie")), (403, ""), "{header:?}");
        let headers = [("cookie", cookie.as_bytes()), (header.0, header.1.as_bytes())];
        assert_eq!(running.http.send("DELETE", &running.url(WHO), &headers, "").await.status, 403);
    }
    assert_eq!(running.status_with(WHO, &cookie).await, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sign_in_is_json_of_two_texts_and_nothing_else() {
    let running = Running::usual().await;
    running.make_account().await;
    let url = running.url(WHO);
    for (content_type, body, status) in [
        ("text/plain", json!({ "name": NAME, "password": PASSWORD }), 415),
        ("application/x-www-form-urlencoded", json!({ "name": NAME, "password": PASSWORD }), 415),
        ("application/json", json!({ "name": NAME }), 400),
        ("application/json", json!({ "name": NAME, "password": 1 }), 400),
        ("application/json", json!({ "name": NAME, "password": PASSWORD, "admin": true }), 400),
        ("application/json", json!([NAME, PASSWORD, 1]), 400),
        ("application/json", json!({ "name": NAME, "password": "x".repeat(300_000) }), 413),
        ("application/json", json!({ "name": "x".repeat(100_000), "password": "x".repeat(100_000) }), 401),
        ("application/json", json!({ "name": NAME, "password": PASSWORD }), 204),
    ] {
        let headers = [("content-type", content_type.as_bytes())];
        let reply = running.http.send("POST", &url, &headers, body.to_string()).await;
        assert_eq!(reply.status, status, "{content_type}: {}", reply.text());
        assert_eq!(reply.header("set-cookie").is_empty(), status != 204);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_cookies_are_for_https_their_name_is_one_that_nobody_else_can_set() {
    let running = Running::with(Plan::with("AUTH__COOKIE_SECURE", "true")).await;
    running.make_account().await;
    let reply = running.try_sign_in(NAME, PASSWORD).await;
    let set = reply.header("set-cookie");
    assert!(set.starts_with("__Host-grabfeed=gfc_"), "{set}");
    assert!(set.ends_with("; Path=/; Max-Age=2592000; HttpOnly; SameSite=Lax; Secure"), "{set}");
    let cookie = cookie_of(&reply);
    assert_eq!(running.status_with(WHO, &cookie).await, 200);
    let plain = cookie.replace("__Host-", "");
    assert_eq!(running.status_with(WHO, &plain).await, 401, "another name, which others could set");
    let reply = running.ask("DELETE", WHO, &cookie, &Value::Null).await;
    assert_eq!(
        reply.header("set-cookie"),
        "__Host-grabfeed=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax; Secure"
    );
}
