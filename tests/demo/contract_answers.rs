//! Answers of the simulated apps beside those that were recorded: status, headers that matter, keys and types.

use grabfeed::demo::{Fault, GrabOptions, RetryAfter, Target, TorrentSpec, World};
use serde_json::Value;

use super::client::{client, link};
use super::contract::{differences, recorded};
use super::described;

/// What matters of an answer besides its body.
#[derive(Debug, PartialEq, Eq)]
struct Outside {
    status: u16,
    content_type: String,
    names_its_version: bool,
    /// Caches are told to keep it for a year, as Prowlarr tells them of every download.
    is_kept: bool,
}

/// One exchange: what we ask the simulated program, and which recordings are of the same question.
struct Exchange {
    app: &'static str,
    method: &'static str,
    url: String,
    with_key: bool,
    recorded: fn(&str, &Value) -> bool,
}

/// How the world stands when its answers are looked at.
async fn prowlarr_in_trouble() -> (World, String) {
    let (builder, _) = described();
    let world = builder.start().await.unwrap();
    let release = world.release("Un.Film-GRP", "Alpha", TorrentSpec::default()).unwrap();
    world.grab("radarr", release, GrabOptions::default()).await.unwrap();
    let blocked = world.release("Autre.Film-GRP", "Beta", TorrentSpec::default()).unwrap();
    world.fault(Target::Tracker(blocked), Fault::TooManyRequests(RetryAfter::Absent), 1);
    client().get(link(&world, blocked)).send().await.unwrap();
    let good = link(&world, release);
    (world, good)
}

fn exchanges(world: &World, good_link: &str) -> Vec<Exchange> {
    let (prowlarr, radarr) = (world.prowlarr().url(), world.app("radarr").unwrap().url());
    let of = |app, method, url: String, with_key, recorded: fn(&str, &Value) -> bool| Exchange {
        app,
        method,
        url,
        with_key,
        recorded,
    };
    let (head, query) = good_link.split_once("&link=").unwrap();
    vec![
        of("radarr", "GET", format!("{radarr}/api/v3/system/status"), true, |path, line| {
            path == "/radarr/api/v3/system/status" && line["status"] == 200
        }),
        of("radarr", "GET", format!("{radarr}/api/v3/system/status"), false, |path, line| {
            path == "/radarr/api/v3/system/status" && line["status"] == 401
        }),
        of("radarr", "GET", format!("{radarr}/api/v3/nothing"), true, |path, _| {
            path == "/radarr/api/v3/nothing"
        }),
        of("radarr", "GET", format!("{radarr}/ping"), false, |path, _| path == "/radarr/ping"),
        of(
            "radarr",
            "GET",
            format!("{radarr}/api/v3/history?page=1&pageSize=2&eventType=1"),
            true,
            |path, _| path.starts_with("/api/v3/history?page=1&pageSize=2&"),
        ),
        of("radarr", "GET", format!("{radarr}/api/v3/history?pageSize=0"), true, |path, _| {
            path == "/api/v3/history?pageSize=0"
        }),
        of("radarr", "GET", format!("{radarr}/api/v3/history?pageSize=-1"), true, |path, _| {
            path == "/api/v3/history?pageSize=-1"
        }),
        of("radarr", "GET", format!("{radarr}/api/v3/history?sortDirection=desc"), true, |path, _| {
            path == "/api/v3/history?sortDirection=desc"
        }),
        of("radarr", "GET", format!("{radarr}/api/v3/history?eventType=grabbed"), true, |path, _| {
            path == "/api/v3/history?eventType=grabbed"
        }),
        of(
            "radarr",
            "GET",
            format!("{radarr}/api/v3/history/since?date=garbage&eventType=1"),
            true,
            |path, _| path.starts_with("/api/v3/history/since?date=garbage"),
        ),
        of("prowlarr", "GET", format!("{prowlarr}/api/v1/indexer"), true, |path, line| {
            path == "/api/v1/indexer" && line["status"] == 200
        }),
        of("prowlarr", "GET", format!("{prowlarr}/api/v1/indexerstatus"), true, |path, line| {
            path == "/api/v1/indexerstatus" && line["body"].as_array().is_some_and(|list| !list.is_empty())
        }),
        of(
            "prowlarr",
            "GET",
            format!("{prowlarr}/api/v1/search?query=un%20film&type=search&indexerIds=1&limit=100"),
            true,
            |path, line| path.starts_with("/api/v1/search?query=matrix") && line["status"] == 200,
        ),
        of(
            "prowlarr",
            "GET",
            format!("{prowlarr}/api/v1/search?query=autre&type=search&indexerIds=2&limit=100"),
            true,
            |path, line| path.starts_with("/api/v1/search?query=uniq") && line["status"] == 400,
        ),
        of(
            "prowlarr",
            "GET",
            format!("{prowlarr}/api/v1/history/since?date=2020-01-01T00:00:00Z&eventType=1"),
            true,
            |path, _| path.starts_with("/api/v1/history/since?date=2026-11-26T"),
        ),
        of("prowlarr", "GET", good_link.to_owned(), false, |path, line| {
            path.starts_with("/1/download?apikey=") && line["status"] == 200
        }),
        of("prowlarr", "HEAD", good_link.to_owned(), false, |path, line| {
            path.starts_with("/1/download") && line["method"] == "HEAD"
        }),
        of("prowlarr", "GET", format!("{head}&link=zzz&file=x"), false, |path, line| {
            path.contains("&link=zzz&") && line["status"] == 500
        }),
        of("prowlarr", "GET", good_link.replace("/1/download", "/999/download"), false, |path, _| {
            path.starts_with("/999/download")
        }),
        of(
            "prowlarr",
            "GET",
            format!("{prowlarr}/1/download?apikey=test-key-wrong&link={query}"),
            false,
            |path, line| path.starts_with("/1/download") && line["status"] == 401,
        ),
    ]
}

async fn answer_of(world: &World, exchange: &Exchange) -> (Outside, Option<Value>) {
    let method = reqwest::Method::from_bytes(exchange.method.as_bytes()).unwrap();
    let mut request = client().request(method, &exchange.url);
    if exchange.with_key {
        let key = if exchange.app == "prowlarr" {
            world.prowlarr().key().to_owned()
        } else {
            world.app(exchange.app).unwrap().key().to_owned()
        };
        request = request.header("X-Api-Key", key);
    }
    let answer = request.send().await.unwrap();
    let header =
        |name: &str| answer.headers().get(name).map_or("", |value| value.to_str().unwrap()).to_owned();
    let outside = Outside {
        status: answer.status().as_u16(),
        content_type: header("content-type"),
        names_its_version: answer.headers().contains_key("x-application-version"),
        is_kept: header("cache-control").contains("31536000"),
    };
    let body = answer.bytes().await.unwrap();
    (outside, serde_json::from_slice(&body).ok())
}

fn outside_of(line: &Value) -> Outside {
    let header = |name: &str| line["headers"][name].as_str().unwrap_or_default().to_owned();
    Outside {
        status: line["status"].as_u64().unwrap().try_into().unwrap(),
        content_type: header("Content-Type"),
        names_its_version: line["headers"].get("X-Application-Version").is_some(),
        is_kept: header("Cache-Control").contains("31536000"),
    }
}

/// The recorded body; a long one was kept as text, with a remark after it.
fn body_of(line: &Value) -> Value {
    match line["text"].as_str() {
        Some(text) => serde_json::Deserializer::from_str(text)
            .into_iter()
            .next()
            .map_or(Value::Null, Result::unwrap_or_default),
        None => line["body"].clone(),
    }
}

#[tokio::test]
async fn answers_are_those_that_were_recorded() {
    let lines = recorded("answers.jsonl");
    let (world, good_link) = prowlarr_in_trouble().await;
    let mut complaints = Vec::new();
    for exchange in exchanges(&world, &good_link) {
        let same = |line: &&Value| {
            line["app"] == exchange.app
                && line["method"] == exchange.method
                && (exchange.recorded)(line["path"].as_str().unwrap(), line)
        };
        let real: Vec<&Value> = lines.iter().filter(same).collect();
        if lines.is_empty() {
            continue;
        }
        let name = format!("{} {}", exchange.method, exchange.url);
        assert!(!real.is_empty(), "nothing recorded: {name}");
        let (outside, body) = answer_of(&world, &exchange).await;
        if !real.iter().any(|line| outside_of(line) == outside) {
            complaints.push(format!("{name}: {outside:?}, recorded {:?}", outside_of(real[0])));
        }
        if let Some(body) = &body {
            // What was too long to keep says nothing.
            let bodies: Vec<Value> =
                real.iter().map(|line| body_of(line)).filter(|body| !body.is_null()).collect();
            if bodies.is_empty() {
                continue;
            }
            let found = differences(&[body], &bodies.iter().collect::<Vec<_>>(), &[]);
            complaints.extend(found.into_iter().map(|what| format!("{name}: {what}")));
        }
    }
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
    world.stop().await;
}
