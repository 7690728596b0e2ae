//! The simulated world beside what the real programs said, where the folder of recordings exists.
//!
//! Two promises: all that was recorded is read by the product's own readers, and what the simulated apps answer has the
//! status, the headers, the keys and the types of what was recorded.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use grabfeed::demo::{GrabOptions, TorrentSpec, WebhookAuth, World};
use grabfeed::domain::app::{AppKind, AppName};
use grabfeed::intake::webhook::{self, Event};
use grabfeed::upstream::arr::ArrClient;
use grabfeed::upstream::prowlarr::ProwlarrClient;
use serde_json::{Value, json};

use super::described;
use super::webhooks::Receiver;
use crate::support::raw_http::{RawServer, path, reply};
use crate::support::shared::shared;
use crate::support::upstreams::{NOW, Noted, http, options};

/// The lines of a file of recordings; none where the folder does not exist.
pub(super) fn recorded(file: &str) -> Vec<Value> {
    let Some(folder) = shared("samples/real") else {
        println!("no recordings here: nothing compared");
        return Vec::new();
    };
    let text = std::fs::read_to_string(folder.join(file)).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn kind_of(app: &str) -> AppKind {
    app.trim_end_matches(char::is_numeric).parse().unwrap_or(AppKind::Radarr)
}

/// The types of JSON by path, those inside arrays under `[]`.
type Shape = BTreeMap<String, BTreeSet<&'static str>>;

fn add_shape(value: &Value, path: &str, shape: &mut Shape) {
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "text",
        Value::Array(items) => {
            for item in items {
                add_shape(item, &format!("{path}[]"), shape);
            }
            "list"
        }
        Value::Object(map) => {
            map.iter().for_each(|(key, below)| add_shape(below, &format!("{path}.{key}"), shape));
            "object"
        }
    };
    shape.entry(path.to_owned()).or_default().insert(kind);
}

fn shape_of<'a>(values: impl IntoIterator<Item = &'a Value>) -> Shape {
    let mut shape = Shape::new();
    values.into_iter().for_each(|value| add_shape(value, "", &mut shape));
    shape
}

/// What ours has that no recording has, and what it lacks of the keys that the product reads and every recording has.
pub(super) fn differences(ours: &[&Value], real: &[&Value], needed: &[&str]) -> Vec<String> {
    let (mine, known) = (shape_of(ours.iter().copied()), shape_of(real.iter().copied()));
    let mut found = Vec::new();
    for (path, kinds) in &mine {
        match known.get(path) {
            None => found.push(format!("invented: {path}")),
            Some(known) if !kinds.is_subset(known) => {
                found.push(format!("{path} is {kinds:?} and was {known:?}"));
            }
            Some(_) => {}
        }
    }
    for key in needed {
        let everywhere = real.iter().all(|one| shape_of([*one]).contains_key(*key));
        if everywhere && !mine.contains_key(*key) {
            found.push(format!("missing: {key}"));
        }
    }
    found
}

#[test]
fn a_falsified_answer_is_noticed() {
    let real = json!({ "id": 1, "data": { "indexer": "a", "size": "12" }, "tags": [1] });
    let other = json!({ "id": 2, "data": { "indexer": null, "size": "12" }, "tags": [] });
    let differs = |ours: Value| differences(&[&ours], &[&real, &other], &[".data.indexer"]);
    assert_eq!(differs(real.clone()), [""; 0]);
    assert_eq!(differs(json!({ "id": 3, "data": { "indexer": null } })), [""; 0]);
    for falsified in [
        json!({ "id": "1", "data": { "indexer": "a" } }),
        json!({ "id": 1, "data": { "indexer": "a", "size": 12 } }),
        json!({ "id": 1, "data": { "indexer": "a", "link": "x" } }),
        json!({ "id": 1, "data": {} }),
        json!({ "id": 1, "data": { "indexer": "a" }, "tags": ["x"] }),
    ] {
        assert_eq!(differs(falsified.clone()).len(), 1, "{falsified}");
    }
}

#[test]
fn every_recorded_webhook_is_read_for_what_it_is() {
    for line in recorded("webhooks.jsonl") {
        let (app, body) = (line["app"].as_str().unwrap(), &line["body"]);
        let name = AppName::parse(app).unwrap();
        let read = webhook::read(&name, kind_of(app), body.to_string().as_bytes(), NOW);
        let read = read.unwrap_or_else(|error| panic!("{app} {}: {error}", line["file"]));
        let as_told = match body["eventType"].as_str().unwrap() {
            "Grab" => matches!(read, Event::Grab(_) | Event::LookAtProwlarr),
            "Test" => matches!(read, Event::Test),
            _ => matches!(read, Event::Other(_)),
        };
        assert!(as_told, "{app} {}: {}", line["file"], body["eventType"]);
    }
}

/// A server that answers every question for a history with these rows.
async fn history_of(rows: Vec<Value>) -> RawServer {
    RawServer::replying(move |head, _| {
        let answer = if path(head).contains("/since") {
            json!(rows)
        } else {
            json!({ "page": 1, "pageSize": rows.len(), "totalRecords": rows.len(), "records": rows })
        };
        reply("200 OK", &[("Content-Type", "application/json")], answer.to_string())
    })
    .await
}

#[tokio::test]
async fn every_recorded_row_of_a_history_is_read() {
    let mut rows: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for line in recorded("history.jsonl") {
        let app = line["app"].as_str().unwrap().replace("jackett", "radarr");
        rows.entry(app).or_default().push(line["record"].clone());
    }
    for (app, rows) in rows {
        let count = rows.len();
        let server = history_of(rows).await;
        let url = server.url("");
        let (http, kind) = (http(&[&url]), kind_of(&app));
        let since = grabfeed::domain::time::Ts::from_millis(0);
        if kind == AppKind::Prowlarr {
            let client = ProwlarrClient::new(http, options(kind, &url), Arc::new(Noted::default())).unwrap();
            client.history_since(since).await.unwrap_or_else(|error| panic!("{app}: {error}"));
        } else {
            let client = ArrClient::new(http, options(kind, &url), Arc::new(Noted::default())).unwrap();
            let read = client.history_since(since).await.unwrap_or_else(|error| panic!("{app}: {error}"));
            assert_eq!((read.len(), client.take_unreadable()), (count, 0), "{app}");
        }
    }
}

const APPS: [(&str, AppKind); 5] = [
    ("radarr", AppKind::Radarr),
    ("sonarr", AppKind::Sonarr),
    ("lidarr", AppKind::Lidarr),
    ("readarr", AppKind::Readarr),
    ("whisparr", AppKind::Whisparr),
];

/// A world with one of each app, and what each tells of one grab: its webhook, and its history.
async fn grabbed_by_each() -> (World, Vec<(&'static str, Value, Vec<Value>)>) {
    let (mut builder, _) = described();
    for (app, kind) in &APPS[2..] {
        builder = builder.app(app, *kind);
    }
    let world = builder.start().await.unwrap();
    let release = world.release("Un.Film-GRP", "Alpha", TorrentSpec::default()).unwrap();
    let receiver = Receiver::default();
    let url = receiver.start().await;
    let mut told = Vec::new();
    for (app, kind) in APPS {
        world.set_webhook(app, &url, WebhookAuth::None).unwrap();
        world.grab(app, release, GrabOptions::default()).await.unwrap();
        let webhook = serde_json::from_str(&receiver.last().1).unwrap();
        let api = if matches!(kind, AppKind::Lidarr | AppKind::Readarr) { "v1" } else { "v3" };
        let page =
            super::client::ask(&world, app, &format!("/api/{api}/history?pageSize=10&eventType=1")).await;
        told.push((app, webhook, page["records"].as_array().unwrap().clone()));
    }
    (world, told)
}

#[tokio::test]
async fn webhooks_of_grabs_are_those_that_were_recorded() {
    const READ: [&str; 6] = [
        ".eventType",
        ".instanceName",
        ".release.indexer",
        ".release.releaseTitle",
        ".release.size",
        ".downloadId",
    ];
    let (world, told) = grabbed_by_each().await;
    let lines = recorded("webhooks.jsonl");
    let of = |app: &str| -> Vec<&Value> {
        let is_grab = |line: &&Value| kind_of(line["app"].as_str().unwrap()).as_str() == app;
        lines
            .iter()
            .filter(is_grab)
            .map(|line| &line["body"])
            .filter(|body| body["eventType"] == "Grab")
            .collect()
    };
    let mut complaints = Vec::new();
    for (app, webhook, _) in told.iter().filter(|_| !lines.is_empty()) {
        complaints
            .extend(differences(&[webhook], &of(app), &READ).iter().map(|what| format!("{app}: {what}")));
    }
    assert_eq!(complaints, [""; 0]);
    world.stop().await;
}

#[tokio::test]
async fn rows_of_grabs_are_those_that_were_recorded() {
    const READ: [&str; 9] = [
        ".id",
        ".date",
        ".eventType",
        ".sourceTitle",
        ".downloadId",
        ".data.indexer",
        ".data.downloadUrl",
        ".data.torrentInfoHash",
        ".data.protocol",
    ];
    let (world, told) = grabbed_by_each().await;
    let lines = recorded("history.jsonl");
    let of = |app: &str| -> Vec<&Value> {
        let is_its = |line: &&Value| kind_of(line["app"].as_str().unwrap()).as_str() == app;
        lines
            .iter()
            .filter(is_its)
            .map(|line| &line["record"])
            .filter(|row| row["eventType"] == "grabbed")
            .collect()
    };
    let mut complaints = Vec::new();
    for (app, _, rows) in told.iter().filter(|_| !lines.is_empty()) {
        let ours: Vec<&Value> = rows.iter().collect();
        assert!(!ours.is_empty());
        complaints.extend(differences(&ours, &of(app), &READ).iter().map(|what| format!("{app}: {what}")));
    }
    assert_eq!(complaints, [""; 0]);
    world.stop().await;
}

#[tokio::test]
async fn what_is_told_of_imports_is_what_was_recorded() {
    let (world, told) = grabbed_by_each().await;
    let (webhooks, rows) = (recorded("webhooks.jsonl"), recorded("history.jsonl"));
    let receiver = Receiver::default();
    let url = receiver.start().await;
    let mut complaints = Vec::new();
    for (app, _, _) in &told {
        world.set_webhook(app, &url, WebhookAuth::None).unwrap();
        world.import(app, grabfeed::demo::ReleaseId(1), *app == "sonarr").await.unwrap();
        let kind: AppKind = app.parse().unwrap();
        let api = if matches!(kind, AppKind::Lidarr | AppKind::Readarr) { "v1" } else { "v3" };
        let page =
            super::client::ask(&world, app, &format!("/api/{api}/history?pageSize=10&eventType=3")).await;
        let webhook: Value = serde_json::from_str(&receiver.last().1).unwrap();
        let is_its = |line: &&Value| kind_of(line["app"].as_str().unwrap()) == kind;
        let of = |lines: &'static str, is_wanted: fn(&Value) -> bool| {
            let all = if lines == "body" { &webhooks } else { &rows };
            let ours = all.iter().filter(is_its).map(|line| &line[lines]);
            ours.filter(|one| is_wanted(one)).collect::<Vec<_>>()
        };
        if webhooks.is_empty() {
            continue;
        }
        assert_eq!(page["records"].as_array().unwrap().len(), 1, "{app}");
        let bodies = of("body", |body| body["eventType"] == "Download");
        let records = of("record", |row| row["data"].get("importedPath").is_some());
        assert!(!bodies.is_empty() && !records.is_empty(), "{app}: nothing recorded");
        let found = differences(&[&webhook], &bodies, &[".eventType", ".isUpgrade"]);
        complaints.extend(found.iter().map(|what| format!("{app}: webhook: {what}")));
        let found = differences(&[&page["records"][0]], &records, &[".sourceTitle", ".data.importedPath"]);
        complaints.extend(found.iter().map(|what| format!("{app}: row: {what}")));
    }
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
    world.stop().await;
}
