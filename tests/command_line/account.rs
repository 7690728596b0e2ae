//! `user`: the account, made and helped out by whoever has the machine.

use std::io::Write;
use std::process::Stdio;

use serde_json::json;

use crate::support::household::Household;
use crate::support::http::Http;
use crate::support::process::grabfeed;

/// Runs the command with this on its standard input; its exit code and what it says.
fn set_password(household: &Household, name: &str, input: &[u8]) -> (i32, String) {
    let mut child = grabfeed(household.data(), &household.environment)
        .args(["user", "set-password", name])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // It may say no before it reads.
    let _ = child.stdin.take().unwrap().write_all(input);
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    (output.status.code().unwrap(), said)
}

#[tokio::test]
async fn the_account_is_made_and_its_password_changed_while_the_service_runs() {
    let household = Household::new(&[]);
    let service = household.start().await;
    let http = Http::new();
    let token = household.data().join("setup-token");
    assert!(token.exists());
    assert_eq!(household.says(&["user", "show"]), "Il n’y a pas encore de compte.");
    let (code, said) = set_password(&household, "capucine", b"a boat on a green hill\n");
    assert!(code == 0 && said.contains("créé"), "{said}");
    assert!(!token.exists(), "nothing is left of the set-up");
    assert_eq!(http.get(&household.url("/api/v1/setup")).await.json(), json!({ "needed": false }));
    let body = json!({ "name": "b", "password": "a boat on a green hill" });
    assert_eq!(http.post_json(&household.url("/api/v1/setup"), &[], &body).await.status, 404);

    let (code, said) = set_password(&household, "Capucine", b"another boat on a red hill\n");
    assert!(code == 1 && said.contains("s’appelle capucine"), "{said}");
    let (code, said) = set_password(&household, "capucine", b"another boat on a red hill\r\n");
    assert!(code == 0 && said.contains("changé"), "{said}");
    assert!(!said.contains("boat"), "{said}");
    let shown = household.says(&["user", "show", "--json"]);
    let shown: serde_json::Value = serde_json::from_str(&shown).unwrap();
    assert_eq!(shown["name"], "capucine");
    assert!(shown.get("password_hash").is_none());
    assert!(service.stop());
}

#[tokio::test]
async fn a_changed_password_ends_every_session() {
    let household = Household::new(&[("AUTH__SETUP_TOKEN", "test-setup-token-0123456789")]);
    let service = household.start().await;
    let http = Http::new();
    let body = json!({ "token": "test-setup-token-0123456789", "name": "a", "password": "a boat on a green hill" });
    let reply = http.post_json(&household.url("/api/v1/setup"), &[], &body).await;
    assert_eq!(reply.status, 201, "{}", reply.text());
    let cookie = reply.header("set-cookie").split(';').next().unwrap().to_owned();
    let grabs = async || http.get_with(&household.url("/api/v1/grabs"), &[("cookie", &cookie)]).await.status;
    assert_eq!(grabs().await, 200);
    assert_eq!(set_password(&household, "a", b"another boat on a red hill\n").0, 0);
    assert_eq!(grabs().await, 401);
    assert!(service.stop());
}

#[test]
fn a_password_that_cannot_be_used_is_refused_with_its_reason() {
    let household = Household::new(&[]);
    let long = [b'a'; 2000];
    for (name, input, words) in [
        ("a", &b"short\n"[..], "12 caractères"),
        ("a", b"Password123456\n", "devine"),
        ("a", b"grabfeed-2026\n", "noms"),
        ("a", &long, "1\u{202f}024 octets"),
        ("a", b"\n", "entrée standard"),
        ("a", b"", "entrée standard"),
        ("a", b"\xff\xff\n", "entrée standard"),
        (" a ", b"a boat on a green hill\n", "nom d’un compte"),
        ("", b"a boat on a green hill\n", "nom d’un compte"),
    ] {
        let (code, said) = set_password(&household, name, input);
        assert!(code == 1 && said.contains(words), "{words}: {said}");
    }
    assert_eq!(household.says(&["user", "show"]), "Il n’y a pas encore de compte.");
    // A password on the command line would be seen by everybody on the machine.
    assert_eq!(household.answers(&["user", "set-password", "a", "a boat on a green hill"]).0, 2);
}
