//! What the command line does is what the API does: the same limits, the same refusals, the same JSON.

use std::time::Duration;

use grabfeed::demo::{GrabOptions, ReleaseSpec};
use serde_json::Value;

use super::world;
use crate::support::household::Household;
use crate::support::http::{Http, Reply};
use crate::support::wait::until;

const EVERYTHING: &str = "feed,read,write,admin,metrics,webhook";

async fn api(household: &Household, key: &str, path: &str) -> Value {
    let reply: Reply = Http::new().get_with(&household.url(path), &[("x-api-key", key)]).await;
    assert_eq!(reply.status, 200, "{path}: {}", reply.text());
    reply.json()
}

fn json(household: &Household, words: &[&str]) -> Value {
    serde_json::from_str(&household.answers(words).1).unwrap()
}

/// The names of an object's fields, at every depth.
fn names(value: &Value) -> Vec<String> {
    match value {
        Value::Object(fields) => fields
            .iter()
            .flat_map(|(name, value)| std::iter::once(name.clone()).chain(names(value)))
            .collect(),
        Value::Array(values) => values.iter().flat_map(names).collect(),
        _ => Vec::new(),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_json_of_the_command_line_is_that_of_the_api() {
    let world = world().await;
    let household = Household::of(&world);
    household.connect_webhooks(&world);
    let service = household.start().await;
    let key = household.key("script", EVERYTHING);
    household.feed("client");
    let release = world.release("Le.Phare.2024-TEST", "Lanterne", ReleaseSpec::default()).unwrap();
    world.grab("radarr", release, GrabOptions::default()).await.unwrap();
    until("the grab is ready", Duration::from_secs(20), async || {
        let grabs = api(&household, &key, "/api/v1/grabs?state=ready").await;
        (grabs["totalRecords"] == 1).then_some(())
    })
    .await;
    let number = json(&household, &["grab", "list", "--json"])[0]["id"].to_string();
    for (words, path, records) in [
        (&["grab", "list", "--json"][..], "/api/v1/grabs", true),
        (&["grab", "show", number.as_str(), "--json"], &format!("/api/v1/grabs/{number}"), false),
        (&["feed", "list", "--json"], "/api/v1/feeds", true),
        (&["key", "list", "--json"], "/api/v1/keys", true),
        (&["app", "list", "--json"], "/api/v1/apps", true),
    ] {
        let said = json(&household, words);
        let served = api(&household, &key, path).await;
        let served = if records { &served["records"] } else { &served };
        assert_eq!(names(&said), names(served), "{words:?}");
        assert!(!names(&said).iter().any(|name| name.contains('_')), "{words:?}: {said}");
    }
    let account = json(&household, &["user", "show", "--json"]);
    assert!(!names(&account).iter().any(|name| name.contains('_')), "{account}");
    assert!(service.stop());
}

#[tokio::test]
async fn a_key_needs_a_name_and_a_scope_on_the_command_line_too() {
    let household = Household::new(&[]);
    for words in [
        &["key", "create", ""][..],
        &["key", "create", " a"],
        &["key", "create", "a\nb"],
        &["key", "create", "a", "--scopes", ""],
        &["key", "create", &"x".repeat(65)],
    ] {
        let (code, said) = household.answers(words);
        assert!(code != 0 && !said.contains("gfk_"), "{words:?}: {said}");
    }
    assert_eq!(json(&household, &["key", "list", "--json"]), serde_json::json!([]));
}

#[tokio::test]
async fn a_former_address_works_for_a_month_at_most_whoever_rotates() {
    let household = Household::new(&[]);
    household.feed("client");
    assert_ne!(household.answers(&["feed", "rotate", "client", "--hours", "721"]).0, 0);
    assert_eq!(household.answers(&["feed", "rotate", "client", "--hours", "720"]).0, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_test_of_an_app_gives_the_reason_that_the_api_gives() {
    let world = world().await;
    let mut household = Household::of(&world);
    let (url, right) = (world.apps()[0].url(), world.apps()[0].key().to_owned());
    household.app(1, "other", "sonarr", &url, &right);
    household.app(2, "refused", "radarr", &url, "test-key-wrong");
    let service = household.start().await;
    let key = household.key("script", EVERYTHING);
    for app in ["radarr", "other", "refused"] {
        let said = json(&household, &["app", "test", app, "--json"])[0].clone();
        let url = household.url(&format!("/api/v1/apps/{app}/test"));
        let headers = [("x-api-key", key.as_str()), ("accept-language", "fr")];
        let served = Http::new().post_json(&url, &headers, &Value::Null).await.json();
        assert_eq!(said, served, "{app}");
        assert_eq!(said["ok"], app == "radarr", "{said}");
    }
    assert!(service.stop());
}
