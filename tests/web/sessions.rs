//! The list of sessions, how long they last, and what a change of the password does to them.

use std::time::Duration;

use serde_json::{Value, json};

use super::Running;
use crate::support::account::{NAME, PASSWORD, cookie_of};

const WHO: &str = "/api/v1/session";
const ALL: &str = "/api/v1/sessions";
const CHANGE: &str = "/api/v1/account/password";
const HOUR: Duration = Duration::from_hours(1);

async fn listed(running: &Running, cookie: &str) -> Vec<Value> {
    let reply = running.http.get_with(&running.url(ALL), &[("cookie", cookie)]).await;
    assert_eq!((reply.status, reply.header("cache-control")), (200, "no-store"));
    assert!(!reply.text().contains("gfc_"), "{}", reply.text());
    reply.json().as_array().unwrap().clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_list_names_every_session_and_says_which_is_ones_own() {
    let running = Running::usual().await;
    let first = running.sign_in().await;
    running.home.clock.advance(HOUR);
    let second = running.sign_in().await;
    let list = listed(&running, &second).await;
    assert_eq!(list.len(), 2);
    assert_eq!((&list[0]["current"], &list[1]["current"]), (&json!(true), &json!(false)));
    assert_eq!((&list[0]["method"], &list[0]["network"]), (&json!("password"), &json!("127.0.0.1")));
    assert!(list[0]["createdAt"].as_str() > list[1]["createdAt"].as_str());
    // The use of the other moves it to the front.
    running.home.clock.advance(HOUR);
    assert_eq!(listed(&running, &first).await[0]["current"], json!(true));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_session_can_be_ended_or_all_others() {
    let running = Running::usual().await;
    let mut cookies = Vec::new();
    for _ in 0..4 {
        cookies.push(running.sign_in().await);
    }
    let (own, others) = cookies.split_last().unwrap();
    let oldest = listed(&running, own).await.last().unwrap()["id"].as_i64().unwrap();
    let path = format!("{ALL}/{oldest}");
    assert_eq!(running.ask("DELETE", &path, own, &Value::Null).await.status, 204);
    assert_eq!(running.status_with(WHO, &others[0]).await, 401);
    for path in [&*path, "/api/v1/sessions/x", "/api/v1/sessions/99999999999999999999"] {
        assert_eq!(running.ask("DELETE", path, own, &Value::Null).await.status, 404, "{path}");
    }
    assert_eq!(listed(&running, own).await.len(), 3);
    let reply = running.ask("DELETE", ALL, own, &Value::Null).await;
    assert_eq!((reply.status, reply.json()), (200, json!({ "ended": 2 })));
    for other in others {
        assert_eq!(running.status_with(WHO, other).await, 401);
    }
    assert_eq!(running.status_with(WHO, own).await, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_may_end_sessions_only_with_the_scope_for_it_and_never_has_one() {
    let running = Running::usual().await;
    let cookie = running.sign_in().await;
    let (reader, admin) = (running.key("feed,read,write,metrics,webhook").await, running.key("admin").await);
    for method in ["GET", "DELETE"] {
        let status = running
            .http
            .send(method, &running.url(ALL), &[("x-api-key", reader.as_bytes())], "")
            .await
            .status;
        assert_eq!(status, 403, "{method}");
        let status =
            running.http.send(method, &running.url(WHO), &[("x-api-key", admin.as_bytes())], "").await.status;
        assert_eq!(status, 401, "{method}");
    }
    let headers = [("x-api-key", admin.as_bytes())];
    let reply = running.http.send("DELETE", &running.url(ALL), &headers, "").await;
    assert_eq!((reply.status, reply.json()), (200, json!({ "ended": 1 })));
    assert_eq!(running.status_with(WHO, &cookie).await, 401);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_ends_unused_after_a_week_and_however_much_it_is_used_after_thirty_days() {
    let running = Running::usual().await;
    let (used, unused) = (running.sign_in().await, running.sign_in().await);
    for day in 1..30 {
        running.home.clock.advance(24 * HOUR);
        assert_eq!(running.status_with(WHO, &used).await, 200, "day {day}");
        if day == 6 {
            assert_eq!(listed(&running, &used).await.len(), 2);
        }
        if day == 7 {
            assert_eq!(running.status_with(WHO, &unused).await, 401);
            assert_eq!(listed(&running, &used).await.len(), 1);
        }
    }
    running.home.clock.advance(24 * HOUR);
    assert_eq!(running.status_with(WHO, &used).await, 401);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_of_the_password_needs_the_present_one_and_ends_every_session_from_before() {
    const NEW: &str = "another test password 123";
    let running = Running::usual().await;
    let (own, other) = (running.sign_in().await, running.sign_in().await);
    let change = async |cookie: &str, current: &str, new: &str| {
        running.ask("PUT", CHANGE, cookie, &json!({ "current": current, "new": new })).await
    };
    let reply = change(&own, "wrong", NEW).await;
    assert_eq!((reply.status, &reply.json()["code"]), (403, &json!("wrong-password")));
    let reply = change(&own, PASSWORD, "short").await;
    assert_eq!((reply.status, &reply.json()["code"]), (400, &json!("weak-password")));
    let without = running.ask("PUT", CHANGE, &own, &json!({ "new": NEW })).await;
    assert_eq!(without.status, 400);
    assert_eq!(running.status_with(WHO, &other).await, 200, "nothing has happened yet");

    let reply = change(&own, PASSWORD, NEW).await;
    assert_eq!((reply.status, reply.body.len()), (204, 0), "{}", reply.text());
    let fresh = cookie_of(&reply);
    assert_ne!(fresh, own);
    for (cookie, status) in [(&own, 401), (&other, 401), (&fresh, 200)] {
        assert_eq!(running.status_with(WHO, cookie).await, status);
    }
    assert_eq!(running.try_sign_in(NAME, PASSWORD).await.status, 401);
    assert_eq!(running.try_sign_in(NAME, NEW).await.status, 204);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_took_a_session_cannot_guess_the_password_with_it() {
    let running = Running::usual().await;
    let cookie = running.sign_in().await;
    let guess = json!({ "current": "wrong", "new": "another test password 123" });
    let mut statuses = Vec::new();
    for _ in 0..12 {
        statuses.push(running.ask("PUT", CHANGE, &cookie, &guess).await.status);
    }
    assert_eq!((&statuses[..11], statuses[11]), (&[403; 11][..], 429));
    let right = json!({ "current": PASSWORD, "new": "another test password 123" });
    assert_eq!(running.ask("PUT", CHANGE, &cookie, &right).await.status, 429);
}
