//! Webhooks: what the apps send is taken, and whatever else comes is answered, never with a fault of ours.

use grabfeed::admin::webhook_secret::of_app;
use grabfeed::demo::WorldBuilder;
use grabfeed::domain::app::{AppKind, AppName};
use secrecy::ExposeSecret;
use serde_json::{Value, json};

use super::payloads::{RELEASE, grabs, radarr_grab};
use super::{Running, SECRET, known_secret};
use crate::support::service::Plan;
use crate::support::shared::shared;

/// Sends a body to Radarr's webhook with the right secret.
async fn send(running: &Running, body: impl Into<Vec<u8>>) -> u16 {
    send_with(running, &[], body).await
}

async fn send_with(running: &Running, headers: &[(&str, &[u8])], body: impl Into<Vec<u8>>) -> u16 {
    let secret: [(&str, &[u8]); 1] = [("x-webhook-token", SECRET.as_bytes())];
    let headers = [&secret, headers].concat();
    running.http.send("POST", &running.url("/hooks/radarr"), &headers, body.into()).await.status
}

fn all_six(world: WorldBuilder) -> WorldBuilder {
    world.app("readarr", AppKind::Readarr).app("whisparr", AppKind::Whisparr)
}

fn six_apps() -> Plan {
    let configured = ["radarr", "sonarr", "lidarr", "readarr", "whisparr"].map(|name| (name, name)).into();
    Plan { configured, describe: all_six, ..Plan::default() }
}

async fn post(running: &Running, app: &str, body: &Value) -> u16 {
    let secret = of_app(&running.home.store, &AppName::parse(app).unwrap()).await.unwrap();
    let headers = [("x-webhook-token", secret.expose_secret())];
    running.http.post_json(&running.url(&format!("/hooks/{app}")), &headers, body).await.status
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_grabs_of_all_six_apps_are_taken() {
    let running = Running::with(six_apps()).await;
    for (app, body) in grabs() {
        assert_eq!(post(&running, app, &body).await, 200, "{app}");
    }
    let grabs = running.home.grabs().await;
    let mut apps: Vec<_> = grabs.iter().map(|grab| grab.app.to_string()).collect();
    apps.sort();
    // Prowlarr's webhook says neither which indexer nor whether it worked: it only makes us read its history.
    assert_eq!(apps, ["lidarr", "radarr", "readarr", "sonarr", "whisparr"]);
    for grab in grabs {
        assert_eq!((grab.title.as_str(), grab.size_bytes), (RELEASE, Some(6_442_450_944)));
        assert_eq!(grab.indexer.as_deref(), Some("Alpha (Prowlarr)"));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn further_samples_are_taken_where_they_are() {
    let Some(folder) = shared("samples/composed") else { return println!("0 further samples") };
    let running = Running::with(six_apps()).await;
    let mut ran = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if !name.contains("-webhook-") {
            continue;
        }
        let app = ["radarr", "sonarr", "lidarr", "readarr", "whisparr", "prowlarr"]
            .into_iter()
            .find(|app| name.starts_with(app))
            .unwrap();
        let body = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        assert_eq!(post(&running, app, &body).await, 200, "{name}");
        ran += 1;
    }
    println!("{ran} further samples");
    assert!(ran > 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tests_and_other_events_are_taken_and_counted_and_are_no_grabs() {
    let running = Running::with(known_secret()).await;
    let test = json!({
        "movie": { "id": 1, "title": "Test Title", "year": 1970, "folderPath": "C:\\testpath", "tmdbId": 0 },
        "remoteMovie": { "tmdbId": 1234, "imdbId": "5678", "title": "Test title", "year": 1970 },
        "release": { "quality": "Test Quality", "qualityVersion": 1, "releaseTitle": "Test Title", "size": 9_999_999 },
        "eventType": "Test", "instanceName": "Radarr",
    });
    assert_eq!(send(&running, test.to_string()).await, 200);
    let others = ["Download", "MovieFileDelete", "HealthRestored", "ArtistAdd", "Not invented yet", ""];
    for event in others {
        assert_eq!(send(&running, json!({ "eventType": event }).to_string()).await, 200, "{event}");
    }
    for event in ["grab", "GRAB"] {
        let mut body = radarr_grab(&format!("{event}.1-GRP"));
        body["eventType"] = event.into();
        assert_eq!(send(&running, body.to_string()).await, 200);
    }
    assert_eq!(running.home.grabs().await.len(), 2, "the case of the event does not count");
    let metrics = running.metrics().await;
    let counted = |event: &str| -> f64 {
        let wanted = format!("event=\"{event}\"");
        let lines =
            metrics.lines().filter(|line| line.starts_with("grabfeed_webhook") && line.contains(&wanted));
        let lines = lines.filter(|line| line.contains("_total{"));
        lines.filter_map(|line| line.rsplit(' ').next()?.parse::<f64>().ok()).sum()
    };
    assert_eq!((counted("test"), counted("other")), (1.0, 6.0), "{metrics}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hostile_json_is_refused_or_taken_and_never_a_fault() {
    let running = Running::with(known_secret()).await;
    let deep = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    let in_event = |value: &str| format!(r#"{{"eventType":"Download","x":{value}}}"#);
    let many_fields = (0..60_000).map(|number| format!(r#""k{number}":0"#)).collect::<Vec<_>>().join(",");
    let cases: Vec<(&str, Vec<u8>, u16)> = vec![
        ("nothing", Vec::new(), 400),
        ("100,000 brackets", "[".repeat(100_000).into(), 400),
        ("100,000 objects", r#"{"a":"#.repeat(100_000).into(), 400),
        ("depth 100", in_event(&deep(100)).into(), 200),
        ("depth 127", in_event(&deep(126)).into(), 200),
        ("depth 128", in_event(&deep(127)).into(), 400),
        ("depth 1000", in_event(&deep(1000)).into(), 400),
        ("two event types", br#"{"eventType":"Grab","eventType":"Test"}"#.to_vec(), 200),
        ("a huge number", in_event("1e400").into(), 400),
        ("minus zero", in_event("-0").into(), 200),
        ("2^53+1", in_event("9007199254740993").into(), 200),
        ("twenty digits", in_event("12345678901234567890").into(), 200),
        ("thirty digits", in_event("123456789012345678901234567890").into(), 200),
        ("a lone surrogate", in_event(r#""\ud800""#).into(), 400),
        ("an escaped NUL", in_event(r#""a\u0000b""#).into(), 200),
        ("a raw NUL", in_event("\"a\0b\"").into(), 400),
        ("a byte order mark", [b"\xef\xbb\xbf".as_slice(), br#"{"eventType":"Test"}"#].concat(), 400),
        ("invalid UTF-8", b"{\"eventType\":\"\xff\"}".to_vec(), 400),
        ("UTF-16", r#"{"eventType":"Test"}"#.encode_utf16().flat_map(u16::to_le_bytes).collect(), 400),
        ("60,000 fields", format!(r#"{{"eventType":"Download",{many_fields}}}"#).into(), 200),
        ("100,000 items", in_event(&format!("[{}0]", "0,".repeat(100_000))).into(), 200),
        ("XML", b"<xml/>".to_vec(), 400),
        ("a form", b"eventType=Grab".to_vec(), 400),
        ("trailing bytes", br#"{"eventType":"Test"}x"#.to_vec(), 400),
        ("two documents", br#"{"eventType":"Test"}{"eventType":"Test"}"#.to_vec(), 400),
        ("a comment", br#"{"eventType":"Test"/**/}"#.to_vec(), 400),
        ("__proto__", br#"{"__proto__":{"eventType":"Grab"},"constructor":1}"#.to_vec(), 200),
    ];
    for (what, body, status) in cases {
        let answered = send(&running, body).await;
        if what == "a byte order mark" {
            assert!(matches!(answered, 200 | 400));
        } else {
            assert_eq!(answered, status, "{what}");
        }
    }
    assert!(running.home.grabs().await.is_empty());
    assert_eq!(send(&running, radarr_grab("After.All.That-GRP").to_string()).await, 200);
    assert_eq!(running.home.grabs().await.len(), 1, "the service goes on");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_field_may_be_missing_or_of_any_type() {
    let running = Running::with(known_secret()).await;
    let whole = radarr_grab("A.Film.2026-GRP");
    let paths = [
        "/movie",
        "/movie/id",
        "/movie/title",
        "/release",
        "/release/releaseTitle",
        "/release/indexer",
        "/release/size",
        "/downloadId",
        "/eventType",
        "/instanceName",
        "/customFormatInfo",
    ];
    let long = Value::from("x".repeat(900_000));
    let values = [
        Value::Null,
        true.into(),
        7.into(),
        (-7).into(),
        1.5.into(),
        "".into(),
        "\u{0}".into(),
        "text".into(),
        "é".repeat(3000).into(),
        json!([]),
        json!([1]),
        json!({}),
        json!({ "id": [] }),
        u64::MAX.into(),
        i64::MIN.into(),
    ];
    for path in paths {
        let (parent, key) = path.rsplit_once('/').unwrap();
        let mut without = whole.clone();
        without.pointer_mut(parent).unwrap().as_object_mut().unwrap().remove(key);
        assert_eq!(send(&running, without.to_string()).await, 200, "without {path}");
        for value in values.iter().chain((path == "/release/releaseTitle").then_some(&long)) {
            let mut body = whole.clone();
            *body.pointer_mut(path).unwrap() = value.clone();
            assert_eq!(send(&running, body.to_string()).await, 200, "{path}: {value:.60}");
        }
    }
    for grab in running.home.grabs().await {
        assert!(
            grab.title.chars().count() <= 1024 && !grab.title.contains(char::is_control),
            "{}",
            grab.title
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_fields_in_another_order_are_the_same_event() {
    let running = Running::with(known_secret()).await;
    let body = radarr_grab("A.Film.2026-GRP");
    assert_eq!(send(&running, body.to_string()).await, 200);
    let fields = body.as_object().unwrap().iter().rev();
    let reversed: Vec<_> =
        fields.map(|(key, value)| format!("{}:{value:#}", Value::from(key.as_str()))).collect();
    assert_eq!(send(&running, format!("{{{}}}", reversed.join(",\n"))).await, 200);
    assert_eq!(running.home.grabs().await.len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_content_type_does_not_count_but_compression_is_refused() {
    let running = Running::with(known_secret()).await;
    let body = r#"{"eventType":"Test"}"#;
    for kind in ["application/json; charset=utf-16", "text/plain", "multipart/form-data", "é", ""] {
        let headers: [(&str, &[u8]); 1] = [("content-type", kind.as_bytes())];
        assert_eq!(send_with(&running, &headers, body).await, 200, "{kind}");
    }
    let bomb = crate::support::raw_http::gzip(&vec![b'['; 50_000_000]);
    assert!(bomb.len() < 1_000_000);
    for coding in ["gzip", "br", "zstd", "deflate", "gzip, gzip"] {
        let headers: [(&str, &[u8]); 1] = [("content-encoding", coding.as_bytes())];
        assert_eq!(send_with(&running, &headers, bomb.clone()).await, 415, "{coding}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_large_body_is_refused() {
    let running = Running::with(known_secret()).await;
    let event = |length: usize| format!(r#"{{"eventType":"Download","x":"{}"}}"#, "x".repeat(length));
    // An album of 300 discs is told of in 1.4 MB.
    assert_eq!(send(&running, event((8 << 20) - 100)).await, 200, "just below the limit");
    for length in [8 << 20, 9 << 20] {
        assert_eq!(send(&running, event(length)).await, 413, "{length}");
    }
}
