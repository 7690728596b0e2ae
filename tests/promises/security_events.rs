//! What the log tells of access: each event with who, from where and how, and never what was typed.

use std::time::Duration;

use grabfeed::auth::token::{Token, TokenKind};
use grabfeed::ops::clock::Clock;
use grabfeed::store::{OpenOptions, Store};
use serde_json::{Value, json};

use crate::support::account::{self, NAME, PASSWORD, Page, cookie_of};
use crate::support::household::Household;
use crate::support::http::Http;
use crate::support::wait::until;

const NEW: &str = "canary-new-password-123";
/// What people type into the wrong field, and what strangers write into logs.
const TYPED: [&str; 3] = ["canary-typed-name", "\n{\"event\":\"auth.signed-in\"}", "\u{1b}[2J"];

/// Event, actor, method, and how often, in the order in which they happen.
const EXPECTED: [(&str, &str, &str, usize); 14] = [
    ("auth.refused", "anonymous", "api_key", 1),
    ("auth.refused", "anonymous", "feed", 1),
    ("auth.refused", "anonymous", "webhook", 1),
    ("auth.forbidden", "client", "api_key", 1),
    ("auth.sign-in-failed", "anonymous", "password", 3),
    ("auth.signed-in", "administrator", "password", 3),
    ("auth.session-ended", "administrator", "session", 1),
    ("auth.sessions-ended", "administrator", "session", 1),
    ("auth.password-refused", "administrator", "session", 1),
    ("auth.password-changed", "administrator", "session", 1),
    ("auth.signed-out", "administrator", "session", 1),
    ("auth.refused", "anonymous", "api_key", 10),
    ("auth.throttled", "anonymous", "api_key", 1),
    ("auth.sessions-ended", "remote", "api_key", 1),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_security_event_tells_who_from_where_and_how_and_no_secret() {
    let mut home = Household::new(&[("LOGGING__FORMAT", "json")]);
    home.app(0, "radarr", "radarr", "http://127.0.0.1:9", "test-key-radarr");
    let store = Store::open(OpenOptions::File(home.database()), Clock::system()).await.unwrap();
    account::make(&store).await;
    store.close().await;
    let (reader, admin) = (home.key("client", "feed"), home.key("remote", "admin"));
    let service = home.start().await;
    let http = Http::new();
    let token = |kind| Token::generate(kind, &mut rand::rng()).expose().to_owned();
    let key = token(TokenKind::ApiKey);
    let get =
        async |path: &str, key: &str| http.get_with(&home.url(path), &[("x-api-key", key)]).await.status;

    assert_eq!(get("/api/v1/grabs", &key).await, 401);
    let feed = token(TokenKind::Feed);
    assert_eq!(get(&format!("/f/{feed}/rss.xml"), "").await, 404);
    let hook = home.url("/hooks/radarr");
    let refused = http.post_json(&hook, &[("x-webhook-token", "canary-secret")], &json!({})).await;
    assert_eq!(refused.status, 401);
    assert_eq!(get("/api/v1/grabs", &reader).await, 403);

    let page = Page { http: &http, url: &service.url };
    for name in TYPED {
        assert_eq!(page.sign_in(name, PASSWORD).await.status, 401);
    }
    let mut cookies = Vec::new();
    for _ in 0..3 {
        cookies.push(cookie_of(&page.sign_in(NAME, PASSWORD).await));
    }
    let own = cookies.pop().unwrap();
    let list = http.get_with(&home.url("/api/v1/sessions"), &[("cookie", &own)]).await.json();
    let path = format!("/api/v1/sessions/{}", list[1]["id"]);
    assert_eq!(page.ask("DELETE", &path, &own, &Value::Null).await.status, 204);
    assert_eq!(page.ask("DELETE", "/api/v1/sessions", &own, &Value::Null).await.status, 200);
    let change = "/api/v1/account/password";
    let wrong = json!({ "current": "canary-wrong", "new": NEW });
    assert_eq!(page.ask("PUT", change, &own, &wrong).await.status, 403);
    let right = json!({ "current": PASSWORD, "new": NEW });
    let changed = cookie_of(&page.ask("PUT", change, &own, &right).await);
    assert_eq!(page.ask("DELETE", "/api/v1/session", &changed, &Value::Null).await.status, 204);

    let stranger = Http::from_address("127.0.0.9");
    for _ in 0..21 {
        assert_eq!(stranger.get_with(&home.url("/api/v1/grabs"), &[("x-api-key", &key)]).await.status, 401);
    }
    let headers = [("x-api-key", admin.as_bytes())];
    assert_eq!(http.send("DELETE", &home.url("/api/v1/sessions"), &headers, "").await.status, 200);

    let expected: Vec<_> = EXPECTED
        .iter()
        .flat_map(|(event, actor, method, times)| vec![(*event, *actor, *method); *times])
        .collect();
    let records = until("every event is in the log", Duration::from_secs(10), async || {
        let records: Vec<Value> =
            service.log().lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
        let told = |record: &Value| record["event"].as_str().is_some_and(|event| event.starts_with("auth."));
        let records: Vec<Value> = records.into_iter().filter(told).collect();
        (records.len() >= expected.len()).then_some(records)
    })
    .await;
    let text = |record: &Value, field: &str| {
        record[field].as_str().unwrap_or_else(|| panic!("{field}: {record}")).to_owned()
    };
    let found: Vec<_> =
        records.iter().map(|record| ["event", "actor", "method"].map(|field| text(record, field))).collect();
    let found: Vec<_> = found.iter().map(|[event, actor, method]| (&**event, &**actor, &**method)).collect();
    assert_eq!(found, expected);
    for record in &records {
        let address = if record["event"] == "auth.throttled" { "127.0.0.9" } else { "127.0.0." };
        assert!(text(record, "address").starts_with(address), "{record}");
        assert!(text(record, "ts").ends_with('Z') && text(record, "request_id").len() == 16, "{record}");
        let sentence = text(record, "msg");
        assert!(sentence.ends_with(['.', '»', ')']) && !sentence.contains('{'), "{record}");
    }
    let log = service.log();
    let secrets = [PASSWORD, &key, &feed, &reader, &admin, &own, &changed, "canary", "\u{1b}"];
    for secret in secrets.map(|secret| secret.trim_start_matches("grabfeed=")) {
        assert!(!log.contains(secret), "{secret}");
    }
}
