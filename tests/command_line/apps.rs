//! `app list`, `app test`, `app webhook` and `sync`, against simulated apps, right and wrong settings.

use grabfeed::demo::{Fault, GrabOptions, ReleaseSpec, Target};
use serde_json::{Value, json};

use super::world;
use crate::support::household::Household;
use crate::support::process::free_port;
use crate::support::raw_http::{RawServer, path, reply};

fn json_of(said: &str) -> Value {
    serde_json::from_str(said).unwrap_or_else(|_| panic!("{said}"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn app_test_says_what_is_wrong_with_a_connection() {
    let world = world().await;
    let mut household = Household::of(&world);
    let nobody = format!("http://127.0.0.1:{}", free_port());
    let radarr = world.app("radarr").unwrap();
    household.app(1, "wrong-key", "radarr", &radarr.url(), "test-key-wrong");
    household.app(2, "wrong-port", "radarr", &nobody, "test-key-radarr");
    household.app(3, "wrong-app", "sonarr", &radarr.url(), "test-key-radarr");

    for name in ["radarr", "prowlarr"] {
        assert_eq!(household.answers(&["app", "test", name]).0, 0);
    }
    for (name, french) in [
        ("wrong-key", "clé d’API"),
        ("wrong-port", "Connexion impossible"),
        ("wrong-app", "vérifiez l’adresse et le type"),
        ("nobody", "nobody"),
    ] {
        let (code, said) = household.answers(&["app", "test", name]);
        assert!(code == 1 && said.contains(french), "{name}: {code} {said}");
    }
    let (code, said) = household.answers(&["--lang", "en", "app", "test"]);
    assert!(code == 1 && said.lines().count() == 5 && said.contains("✓ prowlarr"), "{said}");
    let (code, said) = household.answers(&["app", "test", "--json"]);
    let tested = json_of(&said);
    let verdicts: Vec<&Value> = tested.as_array().unwrap().iter().map(|one| &one["ok"]).collect();
    assert_eq!(
        (code, verdicts),
        (1, vec![&json!(true), &json!(false), &json!(false), &json!(false), &json!(true)])
    );
    let listed = household.says(&["app", "list"]) + &household.says(&["app", "list", "--json"]);
    assert!(listed.contains("wrong-port") && !listed.contains("test-key"), "{listed}");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_webhooks_secret_stays_the_same_and_is_the_one_that_the_service_takes() {
    let world = world().await;
    let household = Household::of(&world);
    let said = household.says(&["app", "webhook", "radarr"]);
    assert!(said.contains(&format!(":{}/hooks/radarr", household.port)), "{said}");
    let service = household.start().await;
    assert_eq!(household.says(&["app", "webhook", "radarr"]), said);
    assert_ne!(household.secret("prowlarr"), household.secret("radarr"));
    let http = crate::support::http::Http::new();
    let (url, test) = (household.url("/hooks/radarr"), json!({ "eventType": "Test" }));
    for (secret, expected) in [(household.secret("radarr"), 200), (household.secret("prowlarr"), 401)] {
        assert_eq!(http.post_json(&url, &[("X-Webhook-Token", &secret)], &test).await.status, expected);
    }
    assert_eq!(household.answers(&["app", "webhook", "nobody"]).0, 1);
    assert!(service.stop());
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sync_reads_histories_now_and_tells_what_it_found() {
    let world = world().await;
    let household = Household::of(&world);
    for number in 0..3 {
        let title = format!("Found.{number}.2024-TEST");
        let release = world.release(&title, "Lanterne", ReleaseSpec::default()).unwrap();
        world.grab("radarr", release, GrabOptions::default()).await.unwrap();
    }
    let said = household.says(&["sync"]);
    assert!(said.contains("✓ radarr") && said.contains("3 nouveaux grabs"), "{said}");
    let again = json_of(&household.says(&["sync", "radarr", "--json"]));
    assert_eq!((&again[0]["ok"], &again[0]["new"]), (&json!(true), &json!(0)));

    world.fault(Target::Api("radarr".to_owned()), Fault::Forbidden, u32::MAX);
    let (code, said) = household.answers(&["--lang", "en", "sync"]);
    assert!(code == 1 && said.contains("✗ radarr") && said.contains("✓ prowlarr"), "{code} {said}");
    assert_eq!(household.answers(&["sync", "nobody"]).0, 1);
    let (code, said) = Household::new(&[]).answers(&["sync"]);
    assert!(code == 1 && said.contains("Aucune application n’est configurée"), "{said}");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_to_be_ticked_for_prowlarr_is_named_as_prowlarr_names_it() {
    let world = world().await;
    let household = Household::of(&world);
    for (app, both) in [("prowlarr", true), ("radarr", false)] {
        for lang in ["fr", "en"] {
            let said = household.says(&["--lang", lang, "app", "webhook", app]);
            assert!(said.contains("On Grab"), "{said}");
            assert_eq!(said.contains("Include Manual Grabs"), both, "{said}");
        }
    }
    world.stop().await;
}

/// Each row is something that goes wrong before the log has begun, and how a person meets it.
#[test]
fn what_is_said_before_the_log_begins_is_in_the_language_of_the_settings() {
    for (wrong, command) in [
        ("server:\n  prot: 1\n", "serve"),
        ("server:\n  host: 203.0.113.1\n", "serve"),
        ("sync:\n  interval_seconds: x\n", "check"),
    ] {
        for language in ["en", "fr"] {
            let household = Household::new(&[]);
            let text = format!("logging:\n  language: {language}\n{wrong}");
            std::fs::write(household.data().join("settings.yml"), text).unwrap();
            let mut household = household;
            if wrong.contains("host") {
                household.environment.retain(|(key, _)| !key.ends_with("HOST"));
            }
            let (code, said) = household.answers(&[command]);
            assert_ne!(code, 0);
            let is_french = said.contains('é') || said.contains('à');
            assert_eq!(is_french, language == "fr", "{command}: {said}");
        }
    }
}

/// A Jackett as it answers when its indexers’ abilities are asked for (recorded from the program).
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn jackett_is_tested_as_the_apps_are() {
    let jackett = RawServer::replying(|head, _| {
        let body = if path(head).contains("apikey=test-key-jackett") {
            "<caps><server title=\"Jackett\" /></caps>"
        } else {
            "<error code=\"100\" description=\"Invalid API Key\" />"
        };
        reply("200 OK", &[("Content-Type", "application/xml")], body)
    })
    .await;
    let nobody = format!("http://127.0.0.1:{}", free_port());
    for (url, key, code, said) in [
        (jackett.url(""), "test-key-jackett", 0, "Jackett répond"),
        (jackett.url(""), "test-key-wrong", 1, "clé d’API"),
        (nobody, "test-key-jackett", 1, "Connexion impossible"),
    ] {
        let household = Household::new(&[("JACKETT__URL", &url), ("JACKETT__API_KEY", key)]);
        let (got, answer) = household.answers(&["app", "test", "jackett"]);
        assert!(got == code && answer.contains(said), "{got} {answer}");
        assert!(!answer.contains(key));
    }
}
