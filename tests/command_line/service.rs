//! `demo`, `serve` twice, `healthcheck`, other commands beside the running service, and command lines that cannot be read.

use std::time::Duration;

use crate::support::household::Household;
use crate::support::http::Http;
use crate::support::process::Demo;
use crate::support::wait::until;

#[tokio::test]
async fn the_demo_prints_addresses_that_work_and_fills_its_feed() {
    let folder = tempfile::tempdir().unwrap();
    let demo = Demo::start(folder.path(), &["--fast"]);
    let http = Http::new();
    let grabs = format!("{}/api/v1/grabs", demo.url);
    assert_eq!(http.get_with(&grabs, &[("X-Api-Key", &demo.api_key)]).await.status, 200);
    until("six items are in the feed", Duration::from_secs(30), async || {
        let channel = rss::Channel::read_from(http.get(&demo.feed_url).await.body.as_slice()).unwrap();
        (channel.items().len() >= 6).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_second_service_on_the_same_file_is_refused_and_every_other_command_works() {
    let mut household = Household::new(&[]);
    let (code, said) = household.answers(&["healthcheck"]);
    assert!(code == 1 && said.contains("ne répond pas"), "{said}");
    let service = household.start().await;
    assert_eq!(household.answers(&["healthcheck"]).0, 0);
    assert_eq!(Http::new().get(&format!("{}/ping", service.url)).await.status, 200);
    household.key("beside", "read");
    household.feed("beside");
    household.says(&["app", "list"]);
    household.says(&["config", "show"]);

    let (code, said) = household.answers(&["serve"]);
    assert!(code == 1 && said.contains("Un autre grabfeed utilise déjà"), "{code} {said}");
    let (code, said) = household.answers(&["--lang", "en", "serve"]);
    assert!(code == 1 && said.contains("Another grabfeed"), "{code} {said}");
    // Another port changes nothing about the file.
    let port = household.port;
    household.set("SERVER__PORT", &crate::support::process::free_port().to_string());
    assert_eq!(household.answers(&["serve"]).0, 1);
    // And another file nothing about the port.
    let mut elsewhere = Household::new(&[]);
    elsewhere.set("SERVER__PORT", &port.to_string());
    let (code, said) = elsewhere.answers(&["serve"]);
    assert!(code == 1 && said.contains(&format!("127.0.0.1:{port}")), "{code} {said}");
    let left: Vec<_> =
        std::fs::read_dir(elsewhere.data()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(!left.iter().any(|name| name.to_string_lossy().contains("setup")), "it leaves {left:?}");
    assert!(!elsewhere.database().exists(), "no database either");
    assert!(service.stop());
}

#[test]
fn a_command_line_that_cannot_be_read_ends_with_2_and_says_why_in_the_persons_language() {
    let household = Household::new(&[]);
    for (arguments, named) in [
        (&["--bogus", "serve"][..], "--bogus"),
        (&["key", "lsit"], "lsit"),
        (&["key", "create"], "NAME"),
        (&["feed", "create", "f", "--kind", "radar"], "radar"),
        (&["key", "create", "k", "--days", "0"], "0"),
    ] {
        let (code, french) = household.answers(arguments);
        assert!(code == 2 && french.contains(named) && french.contains("affiche"), "{code} {french}");
        let (code, english) = household.answers(&[&["--lang", "en"], arguments].concat());
        assert!(code == 2 && english.contains(named) && english.contains("shows"), "{code} {english}");
    }
    assert_eq!(household.answers(&["--lang", "xx", "config", "show"]).0, 2);
    assert_eq!(household.answers(&[]).0, 2);
    for help in [&["--help"][..], &["key", "--help"], &["feed", "create", "--help"], &["--version"]] {
        assert_eq!(household.answers(help).0, 0, "{help:?}");
    }
}

/// In a data folder that others can write to.
#[cfg(unix)]
#[tokio::test]
async fn what_others_put_into_the_data_folder_is_not_taken_for_ours() {
    use std::os::unix::fs::PermissionsExt as _;
    let household = Household::new(&[]);
    let token = household.data().join("setup-token");
    let planted = "gfs_planted-by-somebody-else";
    for (what, mode) in [("readable", 0o644), ("writable", 0o666)] {
        std::fs::write(&token, planted).unwrap();
        std::fs::set_permissions(&token, std::fs::Permissions::from_mode(mode)).unwrap();
        let service = household.start().await;
        let now = std::fs::metadata(&token).unwrap();
        assert_eq!(now.permissions().mode() & 0o777, 0o600, "{what}");
        assert_ne!(std::fs::read_to_string(&token).unwrap().trim(), planted, "{what}");
        assert!(service.stop());
    }
    // Nobody writes into a pipe.
    std::fs::remove_file(&token).unwrap();
    assert!(std::process::Command::new("mkfifo").arg(&token).status().unwrap().success());
    let service = household.start().await;
    assert!(std::fs::metadata(&token).unwrap().is_file());
    assert!(service.stop());
    // A lock that anybody can open can be held by anybody.
    let lock = household.data().join("grabfeed.db.lock");
    std::fs::set_permissions(&lock, std::fs::Permissions::from_mode(0o666)).unwrap();
    let service = household.start().await;
    assert_eq!(std::fs::metadata(&lock).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(service.stop());
    std::fs::set_permissions(household.data(), std::fs::Permissions::from_mode(0o755)).unwrap();
    std::fs::set_permissions(household.database(), std::fs::Permissions::from_mode(0o644)).unwrap();
    let service = household.start().await;
    let said = service.log();
    assert!(said.contains("ops.readable-by-others"), "{said}");
    assert!(service.stop());
}
