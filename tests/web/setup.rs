//! The first set-up: the token opens it, one account ends it, and nothing is learned without.

use std::path::{Path, PathBuf};

use grabfeed::auth::token::{Token, TokenKind};
use grabfeed::store::OpenOptions;
use serde_json::{Value, json};

use super::Running;
use crate::support::database::{Home, both_engines};
use crate::support::http::{Http, Reply};
use crate::support::process;
use crate::support::service::{Household, Plan};

const TOKEN: &str = "test-setup-token-0123456789";
const PASSWORD: &str = "a boat on a green hill";

both_engines! { of_fifty_set_ups_at_once_one_wins }

fn plan() -> Plan {
    Plan::with("AUTH__SETUP_TOKEN", TOKEN)
}

fn account(name: &str) -> Value {
    json!({ "name": name, "password": PASSWORD })
}

async fn set_up(http: &Http, url: &str, token: &str, body: &Value) -> Reply {
    http.post_json(&format!("{url}/api/v1/setup"), &[("x-setup-token", token)], body).await
}

async fn is_needed(http: &Http, url: &str) -> Value {
    http.get(&format!("{url}/api/v1/setup")).await.json()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_token_makes_the_account_once_and_then_the_route_is_gone() {
    let running = Running::with(plan()).await;
    let (http, url) = (&running.http, &running.service.url);
    assert_eq!(is_needed(http, url).await, json!({ "needed": true }));
    let reply = set_up(http, url, TOKEN, &account("Capucine é")).await;
    assert_eq!((reply.status, reply.json()), (201, json!({ "name": "Capucine é" })));
    let cookie = reply.header("set-cookie").split(';').next().unwrap().to_owned();
    assert!(cookie.starts_with("grabfeed=gfc_"), "{cookie}");
    assert!(!reply.text().contains("gfc_"), "the session is in the cookie only");
    let grabs = http.get_with(&running.url("/api/v1/grabs"), &[("cookie", &cookie)]).await;
    assert_eq!(grabs.status, 200, "the one who made the account is signed in");

    assert_eq!(is_needed(http, url).await, json!({ "needed": false }));
    for token in [TOKEN, "another-setup-token-0123456789", ""] {
        assert_eq!(set_up(http, url, token, &account("other")).await.status, 404);
    }
    let hash = running.home.store.administrator().await.unwrap().unwrap().password_hash;
    assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");

    // Another process on the same database, started with the same token.
    let again = running.home.launch(Vec::new()).await;
    assert_eq!(is_needed(http, &again.url).await, json!({ "needed": false }));
    assert_eq!(set_up(http, &again.url, TOKEN, &account("other")).await.status, 404);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_the_token_nothing_is_made_and_nothing_learned() {
    let running = Running::with(plan()).await;
    let (http, url) = (&running.http, running.url("/api/v1/setup"));
    let json_type: (&str, &[u8]) = ("content-type", b"application/json");
    for body in [
        String::new(),
        "not json".to_owned(),
        account("a").to_string(),
        json!({ "token": "wrong", "name": "a", "password": PASSWORD }).to_string(),
        json!({ "token": 1, "name": "", "password": "x" }).to_string(),
    ] {
        let reply = http.send("POST", &url, &[json_type], body).await;
        assert_eq!((reply.status, &reply.json()["code"]), (401, &"bad-setup-token".into()));
        running.home.store.forget_attempts(&["setup:127.0.0.1".to_owned()]).await.unwrap();
    }
    // Somebody else's tokens of the same form, and no names or passwords that anybody knows.
    let strange = Token::generate(TokenKind::Setup, &mut rand::rng());
    for (token, name, password) in [
        (strange.expose(), "admin", PASSWORD),
        ("", "admin", "admin"),
        ("admin", "admin", "adminadmin"),
        ("grabfeed", "grabfeed", "grabfeed"),
    ] {
        let reply =
            set_up(http, &running.service.url, token, &json!({ "name": name, "password": password })).await;
        assert_eq!(reply.status, 401);
    }
    assert!(running.home.store.administrator().await.unwrap().is_none());
    // What the first account would open is shut.
    for path in ["/api/v1/grabs", "/metrics", "/api/v1/setup/test", "/api/setup/test-prowlarr"] {
        assert_eq!(http.send("POST", &running.url(path), &[], "").await.status / 100, 4, "{path}");
        assert_eq!(http.get(&running.url(path)).await.status, 401, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wrong_tokens_make_a_network_wait_and_the_right_one_ends_it() {
    let running = Running::with(plan()).await;
    let (http, url) = (&running.http, &running.service.url);
    let mut answers = Vec::new();
    for _ in 0..8 {
        answers.push(set_up(http, url, "wrong", &account("a")).await);
    }
    let statuses: Vec<_> = answers.iter().map(|reply| reply.status).collect();
    assert_eq!(statuses, [401, 401, 401, 401, 401, 401, 429, 429]);
    assert!(answers[6].header("retry-after").parse::<u64>().unwrap() >= 1);
    // Strangers of the same network must not keep its owner from setting it up.
    assert_eq!(set_up(http, url, TOKEN, &json!({})).await.status, 400, "the token was right");
    for _ in 0..8 {
        assert_eq!(set_up(http, url, TOKEN, &json!({})).await.status, 400, "and so nobody waits");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_the_token_each_mistake_is_named() {
    let running = Running::with(plan()).await;
    let (http, url) = (&running.http, &running.service.url);
    for (body, code, field, reason) in [
        (json!({ "name": "", "password": PASSWORD }), "invalid-value", "name", ""),
        (json!({ "name": " a", "password": PASSWORD }), "invalid-value", "name", ""),
        (json!({ "name": "x".repeat(65), "password": PASSWORD }), "invalid-value", "name", ""),
        (json!({ "name": "a", "password": "x".repeat(7) }), "weak-password", "password", "too-short"),
        (json!({ "name": "a", "password": "x".repeat(1025) }), "weak-password", "password", "too-long"),
        (json!({ "name": "a", "password": "Password123456" }), "weak-password", "password", "known"),
        (json!({ "name": "a", "password": "grabfeed1234" }), "weak-password", "password", "made-of-names"),
        (
            json!({ "name": "capucine", "password": "capucine1234" }),
            "weak-password",
            "password",
            "made-of-names",
        ),
        (json!({ "name": "a" }), "bad-request", "", ""),
        (json!({ "name": "a", "password": PASSWORD, "isAdmin": true }), "bad-request", "", ""),
    ] {
        let reply = set_up(http, url, TOKEN, &body).await;
        let said = reply.json();
        assert_eq!((reply.status, said["code"].as_str()), (400, Some(code)), "{body}");
        assert_eq!(said["field"].as_str().unwrap_or_default(), field, "{body}");
        assert_eq!(said["reason"].as_str().unwrap_or_default(), reason, "{body}");
        // But for the request's id, which is drawn at random.
        let text = reply.text().replace(said["requestId"].as_str().unwrap_or_default(), "");
        assert!(!text.contains("1234"), "the password does not come back");
    }
    let headers: &[(&str, &[u8])] = &[("x-setup-token", TOKEN.as_bytes()), ("content-type", b"text/plain")];
    let form = http.send("POST", &running.url("/api/v1/setup"), headers, account("a").to_string()).await;
    assert_eq!(form.status, 415);
    for header in [("origin", "https://elsewhere.example"), ("sec-fetch-site", "cross-site")] {
        let headers = [("x-setup-token", TOKEN), header];
        let reply = http.post_json(&running.url("/api/v1/setup"), &headers, &account("a")).await;
        assert_eq!((reply.status, &reply.json()["code"]), (403, &"cross-site".into()));
    }
    assert!(running.home.store.administrator().await.unwrap().is_none());
    // The token may be in the body.
    let body = json!({ "token": TOKEN, "name": "a", "password": PASSWORD });
    assert_eq!(http.post_json(&running.url("/api/v1/setup"), &[], &body).await.status, 201);
}

async fn of_fifty_set_ups_at_once_one_wins(home: Home) {
    // On PostgreSQL two processes take part, each with a token of its own.
    let options = match &home {
        Home::File(_) => None,
        Home::Postgres(database) => Some(OpenOptions::Postgres(database.url())),
    };
    let home = Household::new(home, plan()).await;
    let first = home.launch(Vec::new()).await;
    let second = match options {
        None => None,
        Some(_) => Some(home.launch(vec![("AUTH__SETUP_TOKEN", format!("{TOKEN}-second"))]).await),
    };
    let tasks = (0..50).map(|number: u32| {
        let (url, token) = match &second {
            Some(second) if number.is_multiple_of(2) => (second.url.clone(), format!("{TOKEN}-second")),
            _ => (first.url.clone(), TOKEN.to_owned()),
        };
        tokio::spawn(async move {
            let name = format!("name-{number}");
            let reply = set_up(&Http::new(), &url, &token, &account(&name)).await;
            assert!([201, 401, 404, 429, 503].contains(&reply.status), "{}", reply.text());
            (reply.status == 201).then_some(name)
        })
    });
    let tasks: Vec<_> = tasks.collect();
    let mut winners = Vec::new();
    for task in tasks {
        winners.extend(task.await.unwrap());
    }
    assert_eq!(winners.len(), 1, "{winners:?}");
    assert_eq!(home.store.administrator().await.unwrap().unwrap().name, winners[0]);
}

/// The built program, for what it leaves in its data folder.
async fn start(data: &Path, settings: &[(&str, &str)]) -> process::Service {
    let environment: Vec<_> =
        settings.iter().map(|(key, value)| (format!("GRABFEED__{key}"), (*value).to_owned())).collect();
    process::Service::start(data, process::free_port(), &environment).await
}

fn token_file(data: &Path) -> PathBuf {
    data.join("setup-token")
}

#[tokio::test]
async fn a_token_is_made_into_a_file_that_only_its_owner_reads_and_that_goes_with_the_set_up() {
    let folder = tempfile::tempdir().unwrap();
    let service = start(folder.path(), &[]).await;
    let token = std::fs::read_to_string(token_file(folder.path())).unwrap().trim().to_owned();
    assert_eq!(Token::parse(&token).unwrap().kind(), TokenKind::Setup);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(token_file(folder.path())).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    let log = service.log();
    assert!(log.contains("setup-token") && !log.contains(&token), "{log}");
    let stop = |service: process::Service| assert!(service.stop());
    stop(service);

    let service = start(folder.path(), &[]).await;
    let kept = std::fs::read_to_string(token_file(folder.path())).unwrap();
    assert_eq!(kept.trim(), token, "a restart keeps the token");
    let reply = set_up(&Http::new(), &service.url, &token, &account("Capucine")).await;
    assert_eq!(reply.status, 201);
    assert!(!token_file(folder.path()).exists());
    assert!(!service.log().contains(PASSWORD) && !service.log().contains(&token));
    stop(service);

    // A file that came back, from a backup say, opens nothing and does not stay.
    std::fs::write(token_file(folder.path()), &token).unwrap();
    let service = start(folder.path(), &[]).await;
    assert!(!token_file(folder.path()).exists());
    assert_eq!(set_up(&Http::new(), &service.url, &token, &account("b")).await.status, 404);
    stop(service);

    // A database without the account asks for a new token, and says so.
    std::fs::remove_file(folder.path().join("grabfeed.db")).unwrap();
    std::fs::write(folder.path().join("log.txt"), "").unwrap();
    let service = start(folder.path(), &[]).await;
    let new = std::fs::read_to_string(token_file(folder.path())).unwrap();
    assert_ne!(new.trim(), token);
    assert!(service.log().contains("setup-token"), "{}", service.log());
    assert_eq!(set_up(&Http::new(), &service.url, &token, &account("b")).await.status, 401);
    stop(service);
}

#[tokio::test]
async fn settings_make_the_account_without_any_set_up_and_never_change_one() {
    let folder = tempfile::tempdir().unwrap();
    let secret = folder.path().join("password.txt");
    std::fs::write(&secret, "Ma péniche, là-bas !\n").unwrap();
    let password = secret.to_str().unwrap();
    let named = [("AUTH__ADMIN_NAME", "capucine"), ("AUTH__ADMIN_PASSWORD_FILE", password)];
    let http = Http::new();
    let hash = async || {
        let clock = grabfeed::ops::clock::Clock::system();
        let options = OpenOptions::File(folder.path().join("grabfeed.db"));
        let store = grabfeed::store::Store::open(options, clock).await.unwrap();
        let hash = store.administrator().await.unwrap().unwrap().password_hash;
        store.close().await;
        hash
    };
    let service = start(folder.path(), &named).await;
    assert!(!token_file(folder.path()).exists(), "no window at all");
    assert_eq!(is_needed(&http, &service.url).await, json!({ "needed": false }));
    assert_eq!(set_up(&http, &service.url, "x", &account("b")).await.status, 404);
    assert!(!service.log().contains("péniche"), "{}", service.log());
    assert!(service.stop());
    let first = hash().await;
    let passwords = grabfeed::auth::password::Passwords::default();
    let verdict = passwords.verify(&first, "Ma péniche, là-bas !".into()).await.unwrap();
    assert_eq!(verdict, grabfeed::auth::password::PasswordCheck::Right, "any character may be in it");

    std::fs::write(&secret, "Another boat on a red hill\n").unwrap();
    let service = start(folder.path(), &named).await;
    assert!(service.log().contains("auth.admin_password"), "the log says that nothing changes");
    assert!(service.stop());
    assert_eq!(hash().await, first);
}

#[tokio::test]
async fn what_settings_say_of_the_account_is_checked_at_the_start() {
    for (settings, words) in [
        (&[("AUTH__ADMIN_NAME", "a")][..], "vont ensemble"),
        (&[("AUTH__ADMIN_PASSWORD", "a boat on a green hill")], "vont ensemble"),
        (&[("AUTH__ADMIN_NAME", "a"), ("AUTH__ADMIN_PASSWORD", "Password123456")], "devine"),
        (&[("AUTH__ADMIN_NAME", "a"), ("AUTH__ADMIN_PASSWORD", "short")], "12 caractères"),
        (&[("AUTH__SETUP_TOKEN", "guess-me")], "20 caractères"),
        // The examples of the documents, taken as they are.
        (&[("AUTH__SETUP_TOKEN", "change-me")], "20 caractères"),
        (&[("AUTH__ADMIN_NAME", "capucine"), ("AUTH__ADMIN_PASSWORD", "change-me")], "12 caractères"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let environment: Vec<_> =
            settings.iter().map(|(key, value)| (format!("GRABFEED__{key}"), (*value).to_owned())).collect();
        let output = process::run(folder.path(), &environment, &["serve"]);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(said.contains(words), "{said}");
        assert!(!said.contains("Password123456") && !said.contains("guess-me"), "{said}");
    }
}
