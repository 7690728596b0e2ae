//! Our webhooks and rows beside composed samples of the real ones, where the folder of shared samples exists.

use std::collections::BTreeSet;

use grabfeed::demo::{GrabOptions, TorrentSpec, WebhookAuth};
use grabfeed::domain::app::AppKind;
use serde_json::Value;

use super::client::ask;
use super::described;
use super::webhooks::Receiver;
use crate::support::shared::shared;

fn sample(name: &str) -> Option<Value> {
    let text = std::fs::read_to_string(shared("samples/composed")?.join(name)).ok()?;
    Some(serde_json::from_str(&text).unwrap())
}

/// Paths of every property, those inside arrays too, such as `release.indexer`.
fn keys(value: &Value, path: &str, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(map) => {
            for (key, below) in map {
                let path = format!("{path}.{key}");
                keys(below, &path, found);
                found.insert(path);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| keys(item, path, found)),
        _ => {}
    }
}

fn invented(ours: &Value, real: &Value) -> Vec<String> {
    let [mut mine, mut known] = [BTreeSet::new(), BTreeSet::new()];
    keys(ours, "", &mut mine);
    keys(real, "", &mut known);
    mine.difference(&known).cloned().collect()
}

#[tokio::test]
async fn no_property_of_our_webhooks_and_rows_is_invented() {
    let (builder, _) = described();
    let builder = builder.app("lidarr", AppKind::Lidarr).app("readarr", AppKind::Readarr);
    let world = builder.start().await.unwrap();
    let release = world.release("Un.Film-GRP", "Alpha", TorrentSpec::default()).unwrap();
    let receiver = Receiver::default();
    let url = receiver.start().await;
    let mut compared = 0;
    for (app, file) in [
        ("radarr", "radarr-webhook-grab.json"),
        ("sonarr", "sonarr-webhook-grab-season-pack.json"),
        ("lidarr", "lidarr-webhook-grab.json"),
        ("readarr", "readarr-webhook-grab.json"),
    ] {
        world.set_webhook(app, &url, WebhookAuth::None).unwrap();
        world.grab(app, release, GrabOptions::default()).await.unwrap();
        if let Some(real) = sample(file) {
            let ours = serde_json::from_str(&receiver.last().1).unwrap();
            assert_eq!(invented(&ours, &real), Vec::<String>::new(), "{app}");
            compared += 1;
        }
    }
    if let Some(real) = sample("radarr-history-page.json") {
        let ours = ask(&world, "radarr", "/api/v3/history").await;
        assert_eq!(invented(&ours, &real), Vec::<String>::new());
        assert_eq!(
            invented(&real["records"][0], &ours["records"][0]),
            Vec::<String>::new(),
            "none is missing"
        );
        compared += 1;
    }
    println!("{compared} shared samples compared");
}
