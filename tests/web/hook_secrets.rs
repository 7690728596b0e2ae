//! Webhooks: who may send one, and how they prove it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::{Running, SECRET, known_secret};

const TEST: &str = r#"{"eventType":"Test"}"#;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_secret_comes_in_the_header_or_as_a_password_and_the_method_is_post_or_put() {
    let running = Running::with(known_secret()).await;
    let basic = |text: &str| format!("Basic {}", STANDARD.encode(text));
    for (name, value, status) in [
        ("x-webhook-token", SECRET.to_owned(), 200),
        ("x-webhook-token", format!(" {SECRET} "), 200),
        ("authorization", basic(&format!("anyone:{SECRET}")), 200),
        ("authorization", basic(&format!(":{SECRET}")), 200),
        ("authorization", format!("Bearer {SECRET}"), 200),
        ("x-webhook-token", format!("{SECRET}x"), 401),
        ("x-webhook-token", SECRET.to_uppercase(), 401),
        ("x-webhook-token", String::new(), 401),
        ("authorization", basic(&format!("{SECRET}:")), 401),
        ("authorization", basic(SECRET), 401),
        ("x-api-key", SECRET.to_owned(), 401),
    ] {
        for method in ["POST", "PUT"] {
            let headers = [(name, value.as_bytes()), ("content-type", b"application/json")];
            let reply = running.http.send(method, &running.url("/hooks/radarr"), &headers, TEST).await;
            assert_eq!(reply.status, status, "{method} {name}: {value}");
            if status == 401 {
                assert_eq!(reply.json()["code"], "wrong-webhook-secret", "it speaks of webhooks");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_user_name_with_accents_may_come_in_latin_1_and_in_utf_8() {
    let running = Running::with(known_secret()).await;
    let text = format!("été:{SECRET}");
    let latin1: Vec<u8> = text.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
    for bytes in [latin1.as_slice(), text.as_bytes()] {
        let value = format!("Basic {}", STANDARD.encode(bytes));
        let headers = [("authorization", value.as_bytes())];
        let reply = running.http.send("POST", &running.url("/hooks/radarr"), &headers, TEST).await;
        assert_eq!(reply.status, 200);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_learns_which_apps_there_are() {
    let running = Running::with(known_secret()).await;
    let ask = async |app: &str| {
        let headers: [(&str, &[u8]); 1] = [("x-webhook-token", b"wrong")];
        let reply = running.http.send("POST", &running.url(&format!("/hooks/{app}")), &headers, TEST).await;
        let mut json = reply.json();
        json["requestId"].take();
        let mut headers: Vec<_> = reply.headers.keys().map(|name| name.as_str().to_owned()).collect();
        headers.sort();
        (reply.status, json, headers)
    };
    let known = ask("radarr").await;
    assert_eq!(known.0, 401);
    for app in ["nobody", "RADARR", "%00", "a%20b", "..%2fradarr", &"x".repeat(3000)] {
        assert_eq!(ask(app).await, known, "{app}");
    }
    // The secret of one app is not that of another.
    let headers: [(&str, &[u8]); 1] = [("x-webhook-token", SECRET.as_bytes())];
    let reply = running.http.send("POST", &running.url("/hooks/sonarr"), &headers, TEST).await;
    assert_eq!(reply.status, 401);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stranger_is_refused_before_the_body_is_read() {
    let running = Running::with(known_secret()).await;
    let reply = running.http.send("POST", &running.url("/hooks/radarr"), &[], vec![b'['; 3_000_000]).await;
    assert_eq!(reply.status, 401);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_with_the_scope_sends_for_every_app_and_no_other_key_does() {
    let running = Running::with(known_secret()).await;
    let (key, other) = (running.key("webhook").await, running.key("read,write,admin").await);
    let basic = format!("Basic {}", STANDARD.encode(format!("anyone:{key}")));
    for (app, header, value, status) in [
        ("radarr", "x-api-key", key.as_str(), 200),
        ("sonarr", "authorization", &format!("Bearer {key}"), 200),
        ("sonarr", "authorization", &basic, 200),
        ("nothing", "x-api-key", &key, 401),
        ("radarr", "x-api-key", &other, 403),
        ("radarr", "x-api-key", "gfk_wrong", 401),
    ] {
        let url = running.url(&format!("/hooks/{app}"));
        let reply = running.http.send("POST", &url, &[(header, value.as_bytes())], TEST).await;
        assert_eq!(reply.status, status, "{app} {header}");
    }
}

/// Apps and torrent clients on one host share its cookies, so that a client's session comes along with a webhook.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cookie_opens_no_webhook_and_leaves_no_trace() {
    let running = Running::with(known_secret()).await;
    let ours = running.begin_session().await;
    let foreign = "SID=test-cookie-of-a-torrent-client";
    for cookie in [ours.clone(), foreign.to_owned(), format!("{foreign}; {ours}")] {
        let headers: [(&str, &[u8]); 3] = [
            ("cookie", cookie.as_bytes()),
            ("sec-fetch-site", b"same-origin"),
            ("content-type", b"application/json"),
        ];
        let alone = running.http.send("POST", &running.url("/hooks/radarr"), &headers, TEST).await;
        assert_eq!(alone.status, 401, "{cookie}");
        assert_eq!(alone.header("set-cookie"), "");
        let with_secret = [headers[0], headers[2], ("x-webhook-token", SECRET.as_bytes())];
        let reply = running.http.send("POST", &running.url("/hooks/radarr"), &with_secret, TEST).await;
        assert_eq!((reply.status, reply.header("set-cookie")), (200, ""));
    }
    for file in running.home.database_files() {
        let bytes = std::fs::read(&file).unwrap();
        let wanted = b"test-cookie-of-a-torrent-client";
        assert!(!bytes.windows(wanted.len()).any(|window| window == wanted), "{}", file.display());
    }
}
