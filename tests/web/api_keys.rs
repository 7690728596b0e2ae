//! API keys through the API: made once, never shown again, revoked at once.

use serde_json::{Value, json};

use super::Running;

const EVERYTHING: &str = "feed,read,write,admin,metrics,webhook";

async fn make(running: &Running, key: &str, body: &Value) -> crate::support::http::Reply {
    running.http.post_json(&running.url("/api/v1/keys"), &[("x-api-key", key)], body).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_is_shown_once_and_never_listed() {
    let running = Running::usual().await;
    let admin = running.key(EVERYTHING).await;
    let asked = json!({ "name": "Prometheus", "scopes": ["metrics", "read"], "expiresInDays": 30 });
    let reply = make(&running, &admin, &asked).await;
    assert_eq!(reply.status, 201, "{}", reply.text());
    let made = reply.json();
    let key = made["key"].as_str().unwrap();
    assert!(regex::Regex::new("^gfk_[0-9A-Za-z]{36}$").unwrap().is_match(key));
    assert_eq!(made["scopes"], json!(["read", "metrics"]));
    assert_eq!(made["shown"], format!("gfk_…{}", &key[36..]));
    assert_eq!(
        made["expiresAt"],
        running.home.now().await.plus(std::time::Duration::from_hours(720)).to_string()
    );
    for path in ["/api/v1/keys", &format!("/api/v1/keys/{}", made["id"])] {
        let listed = running.http.get_with(&running.url(path), &[("x-api-key", &admin)]).await;
        assert!(listed.status == 200 && listed.text().contains("Prometheus"), "{}", listed.text());
        assert!(!listed.text().contains(&key[8..36]) && !listed.text().contains("hash"));
    }
    let metrics = running.http.get_with(&running.url("/metrics"), &[("x-api-key", key)]).await;
    assert_eq!(metrics.status, 200);
    let used = running.http.get_with(&running.url("/api/v1/keys"), &[("x-api-key", &admin)]).await.json();
    let record = used["records"].as_array().unwrap().iter().find(|key| key["name"] == "Prometheus").unwrap();
    assert_eq!(record["lastUsedAt"], running.home.now().await.to_string());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_a_key_names_its_field_and_nothing_else_can_be_assigned() {
    let running = Running::usual().await;
    let admin = running.key("admin,read").await;
    for (body, status, field) in [
        (json!({ "name": "a", "scopes": [] }), 400, json!("scopes")),
        (json!({ "name": "a", "scopes": ["root"] }), 400, json!("scopes")),
        (json!({ "name": " a", "scopes": ["read"] }), 400, json!("name")),
        (json!({ "name": "a\u{0}", "scopes": ["read"] }), 400, json!("name")),
        (json!({ "name": "é".repeat(65), "scopes": ["read"] }), 400, json!("name")),
        (json!({ "name": "a", "scopes": ["read"], "expiresInDays": 0 }), 400, json!("expiresInDays")),
        (json!({ "name": "a", "scopes": ["read"], "expiresInDays": 3651 }), 400, json!("expiresInDays")),
        (json!({ "name": "a", "scopes": ["read"], "keyHash": "x" }), 400, Value::Null),
        (json!({ "name": "a", "scopes": ["read"], "createdAt": "2000-01-01" }), 400, Value::Null),
        (json!({ "name": "a", "scopes": "read" }), 400, Value::Null),
        (json!(["a"]), 400, Value::Null),
        (json!({ "name": "a", "scopes": ["read"] }), 201, Value::Null),
        (json!({ "name": "a", "scopes": ["read"] }), 409, Value::Null),
    ] {
        let reply = make(&running, &admin, &body).await;
        assert_eq!((reply.status, &reply.json()["field"]), (status, &field), "{body}");
    }
    let keys = running.home.store.keys().await.unwrap();
    assert_eq!(keys.len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_that_was_revoked_opens_nothing_and_none_revokes_itself() {
    let running = Running::usual().await;
    let admin = running.key("admin,read").await;
    let own = running.home.store.keys().await.unwrap()[0].id;
    let made = make(&running, &admin, &json!({ "name": "b", "scopes": ["read"] })).await.json();
    let (key, id) = (made["key"].as_str().unwrap(), made["id"].clone());
    let read =
        async || running.http.get_with(&running.url("/api/v1/grabs"), &[("x-api-key", key)]).await.status;
    assert_eq!(read().await, 200);
    let revoke = async |id: String| {
        let url = running.url(&format!("/api/v1/keys/{id}"));
        running.http.send("DELETE", &url, &[("x-api-key", admin.as_bytes())], "").await.status
    };
    assert_eq!(revoke(id.to_string()).await, 204);
    assert_eq!((read().await, revoke(id.to_string()).await), (401, 404));
    assert_eq!((revoke(own.to_string()).await, revoke("x".to_owned()).await), (409, 404));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_key_learns_nothing_of_what_is_there() {
    let (running, _) = Running::with_one_item(super::Plan::default()).await;
    let wrong =
        grabfeed::auth::token::Token::generate(grabfeed::auth::token::TokenKind::ApiKey, &mut rand::rng());
    let there = running.home.grabs().await[0].id;
    for headers in [&[("x-api-key", wrong.expose())][..], &[][..]] {
        let mut answers = Vec::new();
        for path in [format!("/api/v1/grabs/{there}"), "/api/v1/grabs/999".into(), "/api/v1/grabs/x".into()] {
            let reply = running.http.get_with(&running.url(&path), headers).await;
            let mut body = reply.json();
            body["requestId"] = Value::Null;
            answers.push((reply.status, body));
        }
        assert_eq!(answers[0].0, 401);
        assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_makes_no_key_that_opens_more_than_itself_or_for_longer() {
    let running = Running::usual().await;
    let everything = running.key(EVERYTHING).await;
    let asked = json!({ "name": "for a month", "scopes": ["admin", "read"], "expiresInDays": 30 });
    let limited = make(&running, &everything, &asked).await.json()["key"].as_str().unwrap().to_owned();
    for (scopes, days, status, field) in [
        (json!(["feed"]), json!(7), 403, json!("scopes")),
        (json!(["admin", "metrics"]), json!(7), 403, json!("scopes")),
        (json!(["webhook"]), json!(7), 403, json!("scopes")),
        (json!(["read"]), json!(31), 403, json!("expiresInDays")),
        (json!(["read"]), Value::Null, 403, json!("expiresInDays")),
        (json!(["admin"]), json!(30), 201, Value::Null),
        (json!(["read"]), json!(1), 201, Value::Null),
    ] {
        let body = json!({ "name": format!("{scopes}{days}"), "scopes": scopes, "expiresInDays": days });
        let reply = make(&running, &limited, &body).await;
        let (code, named) = (reply.json()["code"].clone(), reply.json()["field"].clone());
        assert_eq!((reply.status, named), (status, field), "{body}");
        assert!(status == 201 || code == "beyond-own-key", "{code}");
    }
    // The person who is signed in makes any.
    let cookie = running.begin_session().await;
    let headers: [(&str, &[u8]); 3] = [
        ("cookie", cookie.as_bytes()),
        ("sec-fetch-site", b"same-origin"),
        ("content-type", b"application/json"),
    ];
    let body = json!({ "name": "any", "scopes": ["webhook", "feed"] }).to_string();
    let reply = running.http.send("POST", &running.url("/api/v1/keys"), &headers, body).await;
    assert_eq!(reply.status, 201, "{}", reply.text());
}
