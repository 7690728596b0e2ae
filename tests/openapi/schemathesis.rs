//! schemathesis: a stranger's program that reads the document and tries what it allows, and what it does not. Every
//! check that it has is on; it may find nothing.

use std::process::Command;
use std::time::Duration;

use grabfeed::auth::throttle::wrong_secrets;
use grabfeed::demo::{Fault, GrabOptions, Target};
use tokio::task::JoinHandle;

use crate::support::python::interpreter;
use crate::support::service::{Plan, small};
use crate::web::{Running, SETTLED};

/// A service with something of everything: grabs that are published and that failed, torrents, feeds, keys.
async fn furnished() -> Running {
    let running = Running::with(Plan::default()).await;
    let home = &running.home;
    home.feed().await;
    home.grab("radarr", "A.Film.2026-GRP", "Alpha").await;
    home.grab("sonarr", "A.Series.S01-GRP", "Beta").await;
    let gone = home.world.release("An.Album-GRP", "Gamma", small()).unwrap();
    home.world.fault(Target::Release(gone), Fault::WrongTorrent, 1000);
    home.world.grab("lidarr", gone, GrabOptions::default()).await.unwrap();
    home.settle(&running.service, SETTLED).await;
    running.key("metrics").await;
    running
}

/// Lets it try everything with these credentials, and gives what it printed.
async fn tried(running: &Running, key: Option<&str>) -> String {
    let mut command = Command::new(interpreter());
    let folder = tempfile::tempdir().unwrap();
    command
        .current_dir(&folder)
        .args(["-m", "schemathesis.cli", "--config-file"])
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/openapi/schemathesis.toml"))
        .args(["run", &running.url("/api/v1/openapi.json")])
        .args(["--checks", "all", "--mode", "all", "--seed", "1", "--max-examples", "25"])
        .args(["--generation-deterministic"]);
    if let Some(key) = key {
        command.args(["--header", &format!("X-Api-Key: {key}")]);
    }
    let output = tokio::task::spawn_blocking(move || command.output()).await.unwrap().unwrap();
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{told}\n{errors}");
    told
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_answer_is_foreseen_with_every_scope_with_one_and_with_none() {
    let running = furnished().await;
    let patience = without_waits(&running);
    for scopes in [Some("feed,read,write,admin,metrics,webhook"), Some("read"), None] {
        let key = match scopes {
            Some(scopes) => Some(running.key(scopes).await),
            None => None,
        };
        let told = tried(&running, key.as_deref()).await;
        println!("with {scopes:?}:\n{told}");
        // Had it lost its key, all it saw would be refusals.
        if let Some(key) = key {
            let reply = running.http.get_with(&running.url("/api/v1/grabs"), &[("x-api-key", &key)]).await;
            assert_eq!(reply.status, 200);
        }
    }
    patience.abort();
}

/// It shows wrong keys by the dozen, to see that they are refused; that this costs waiting is tried elsewhere.
fn without_waits(running: &Running) -> JoinHandle<()> {
    let (store, subject) = (running.home.store.clone(), wrong_secrets("127.0.0.1").0);
    tokio::spawn(async move {
        loop {
            store.forget_attempts(std::slice::from_ref(&subject)).await.unwrap();
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
}
