//! The JSON API's resources: what they show, what they take, what they keep to themselves.

use grabfeed::demo::{Fault, GrabOptions, Target};
use grabfeed::domain::grab::GrabState;
use serde_json::{Value, json};

use super::{Plan, Running, SETTLED};
use crate::support::http::Reply;
use crate::support::service::small;

/// A service and a key that opens everything.
struct Asker {
    running: Running,
    key: String,
}

impl Asker {
    async fn new(plan: Plan) -> Self {
        let running = Running::with(plan).await;
        let key = running.key("read,write,admin").await;
        Self { running, key }
    }

    async fn get(&self, path: &str) -> Reply {
        let headers = [("x-api-key", self.key.as_str()), ("accept-language", "en")];
        self.running.http.get_with(&self.running.url(&format!("/api/v1{path}")), &headers).await
    }

    async fn post(&self, path: &str, body: &Value) -> Reply {
        let headers = [("x-api-key", self.key.as_str()), ("accept-language", "en")];
        self.running.http.post_json(&self.running.url(&format!("/api/v1{path}")), &headers, body).await
    }

    async fn delete(&self, path: &str) -> u16 {
        let url = self.running.url(&format!("/api/v1{path}"));
        self.running.http.send("DELETE", &url, &[("x-api-key", self.key.as_bytes())], "").await.status
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn grabs_are_paged_sorted_filtered_and_every_wrong_parameter_is_named() {
    let asker = Asker::new(Plan::default()).await;
    let home = &asker.running.home;
    for title in ["B.Film-GRP", "A.Film-GRP", "C.Film-GRP"] {
        home.grab("radarr", title, "Alpha").await;
    }
    home.settle(&asker.running.service, SETTLED).await;
    let page = asker.get("/grabs?pageSize=2&page=2&sortKey=title&sortDirection=ascending").await.json();
    assert_eq!(
        (&page["page"], &page["pageSize"], &page["sortKey"], &page["sortDirection"], &page["totalRecords"]),
        (&json!(2), &json!(2), &json!("title"), &json!("ascending"), &json!(3))
    );
    assert_eq!(page["records"][0]["title"], "C.Film-GRP");
    let found = asker.get("/grabs?title=b.film&state=ready&app=radarr").await.json();
    assert_eq!((&found["totalRecords"], &found["records"][0]["title"]), (&json!(1), &json!("B.Film-GRP")));
    for (query, field) in [
        ("page=0", "page"),
        ("page=1.5", "page"),
        ("page=1&page=2", "page"),
        ("pageSize=501", "pageSize"),
        ("sortKey=id;DROP", "sortKey"),
        ("sortKey=created_at", "sortKey"),
        ("sortDirection=up", "sortDirection"),
        ("state=lost", "state"),
        ("app=a/b", "app"),
        ("reason=bad", "reason"),
        ("title=%00", "title"),
    ] {
        let reply = asker.get(&format!("/grabs?{query}")).await;
        assert_eq!((reply.status, &reply.json()["field"]), (400, &json!(field)), "{query}");
    }
    assert_eq!(asker.get("/grabs?status=ready").await.json()["code"], "bad-request");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_failed_grab_tells_why_in_the_askers_language_and_is_tried_again() {
    let asker = Asker::new(Plan::default()).await;
    let home = &asker.running.home;
    let gone = home.world.release("An.Album-GRP", "Gamma", small()).unwrap();
    home.world.fault(Target::Release(gone), Fault::WrongTorrent, 1000);
    home.world.grab("lidarr", gone, GrabOptions::default()).await.unwrap();
    home.settle(&asker.running.service, SETTLED).await;
    let id = home.grabs().await[0].id;
    let shown = asker.get(&format!("/grabs/{id}")).await;
    let reply = shown.json();
    assert_eq!(
        (&reply["grab"]["state"], &reply["grab"]["reason"]),
        (&json!("failed"), &json!("wrong-infohash"))
    );
    let attempts = reply["attempts"].as_array().unwrap();
    let reason = &attempts.last().unwrap()["reason"];
    assert_eq!(reason["code"], "wrong-infohash");
    assert_eq!(reason["message"], reply["grab"]["message"]);
    let url = asker.running.url(&format!("/api/v1/grabs/{id}"));
    let french = [("x-api-key", asker.key.as_str()), ("accept-language", "fr")];
    assert_ne!(asker.running.http.get_with(&url, &french).await.json()["grab"]["message"], reason["message"]);
    assert!(!shown.text().contains("http"), "no link comes back");
    home.world.clear_faults(&Target::Release(gone));
    let retried = asker.post(&format!("/grabs/{id}/retry"), &json!({})).await;
    assert_eq!((retried.status, &retried.json()["state"]), (202, &json!("pending")));
    home.settle(&asker.running.service, SETTLED).await;
    assert_eq!(home.grabs_in(GrabState::Ready).await.len(), 1);
    assert_eq!(asker.post(&format!("/grabs/{id}/retry"), &json!({})).await.status, 409);
    for unknown in ["/grabs/999", "/grabs/0", "/grabs/x", "/grabs/99999999999999999999", "/grabs/%ff"] {
        assert_eq!(asker.get(unknown).await.status, 404, "{unknown}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn torrents_are_told_of_without_their_bytes_or_trackers() {
    let asker = Asker::new(Plan::default()).await;
    let home = &asker.running.home;
    home.grab("radarr", "A.Film-GRP", "Alpha").await;
    home.settle(&asker.running.service, SETTLED).await;
    let page = asker.get("/torrents?sortKey=totalBytes&name=film").await.json();
    assert_eq!(page["totalRecords"], 1, "{page}");
    let hash = page["records"][0]["infohash"].as_str().unwrap();
    let one = asker.get(&format!("/torrents/{}", hash.to_uppercase())).await;
    assert_eq!((one.status, &one.json()["records"]), (200, &page["records"]));
    assert!(!one.text().contains("announce") && !one.text().contains("://"), "{}", one.text());
    for unknown in ["/torrents/x", &format!("/torrents/{}", "ab".repeat(20))] {
        assert_eq!(asker.get(unknown).await.status, 404);
    }
    assert_eq!(asker.get("/torrents?indexer=a&indexer=b").await.json()["field"], "indexer");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_feed_is_made_with_a_filter_read_by_its_url_and_revoked() {
    let asker = Asker::new(Plan::default()).await;
    let body = json!({ "name": "Séries", "filter": { "kinds": ["sonarr"], "maxSizeBytes": 1e9 } });
    let made = asker.post("/feeds", &body).await;
    assert_eq!(made.status, 201, "{}", made.text());
    let (made, url) = (made.json(), made.json()["url"].as_str().unwrap().to_owned());
    assert_eq!(asker.running.http.get(&url).await.status, 200);
    let token = url.split('/').rev().nth(1).unwrap();
    let shown = asker.get(&format!("/feeds/{}", made["id"].as_str().unwrap())).await;
    assert_eq!(shown.json()["filter"]["maxSizeBytes"], 1_000_000_000);
    for reply in [shown, asker.get("/feeds").await] {
        assert!(reply.status == 200 && !reply.text().contains(&token[4..34]), "{}", reply.text());
    }
    for (body, field) in [
        (json!({ "name": "" }), json!("name")),
        (json!({ "name": "a", "filter": { "title": "(" } }), json!("filter.title")),
        (json!({ "name": "a", "filter": { "indexers": [" "] } }), json!("filter.indexers")),
        (
            json!({ "name": "a", "filter": { "minSizeBytes": 2, "maxSizeBytes": 1 } }),
            json!("filter.maxSizeBytes"),
        ),
        (json!({ "name": "a", "filter": { "apps": ["a/b"] } }), Value::Null),
        (json!({ "name": "a", "filter": { "tags": [] } }), Value::Null),
        (json!({ "name": "a", "publicId": "Ab3dEf6hIj9l" }), Value::Null),
    ] {
        let reply = asker.post("/feeds", &body).await;
        assert_eq!((reply.status, &reply.json()["field"]), (400, &field), "{body}");
    }
    assert_eq!(asker.post("/feeds", &json!({ "name": "séries" })).await.status, 409);
    let path = format!("/feeds/{}", made["id"].as_str().unwrap());
    assert_eq!((asker.delete(&path).await, asker.delete(&path).await), (204, 404));
    assert_eq!(asker.running.http.get(&url).await.status, 404);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_app_is_tested_where_the_settings_say_and_nothing_of_its_answer_comes_back() {
    let settings = [
        ("APPS__3__NAME", "books"),
        ("APPS__3__TYPE", "readarr"),
        ("APPS__3__URL", "http://127.0.0.1:1"),
        ("APPS__3__API_KEY", "test-key-4"),
        ("APPS__3__ENABLED", "false"),
    ];
    let settings = settings.map(|(key, value)| (key, value.to_owned())).into();
    let asker = Asker::new(Plan { settings, ..Plan::default() }).await;
    let listed = asker.get("/apps").await;
    let apps = listed.json();
    let names: Vec<_> = apps["records"].as_array().unwrap().iter().map(|app| app["name"].clone()).collect();
    assert_eq!(names, ["radarr", "sonarr", "lidarr", "books", "prowlarr"]);
    assert_eq!(apps["records"][0]["webhookUrl"], asker.running.url("/hooks/radarr"));
    for key in
        [asker.running.home.world.prowlarr().key(), asker.running.home.world.app("radarr").unwrap().key()]
    {
        assert!(!listed.text().contains(key), "no key comes back");
    }
    let tested = asker.post("/apps/Radarr/test", &json!({ "url": "http://127.0.0.1:1/" })).await;
    assert_eq!((tested.status, &tested.json()["ok"]), (200, &json!(true)), "what is sent does not count");
    assert_eq!(tested.json().as_object().unwrap().len(), 4);
    assert_eq!(asker.post("/apps/books/test", &json!({})).await.status, 409, "it is not enabled");
    assert_eq!(asker.post("/apps/plex/test", &json!({})).await.status, 404);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_app_that_is_away_is_told_by_its_reason_alone() {
    let asker =
        Asker::new(Plan { prowlarr_url: Some("http://127.0.0.1:1".to_owned()), ..Plan::default() }).await;
    let tested = asker.post("/apps/prowlarr/test", &json!({})).await;
    assert_eq!((&tested.json()["ok"], &tested.json()["reason"]), (&json!(false), &json!("unreachable")));
    assert!(!tested.text().contains("127.0.0.1"), "{}", tested.text());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn histories_are_read_at_once_when_asked_for() {
    let asker = Asker::new(Plan::default()).await;
    let home = &asker.running.home;
    home.rest(&asker.running.service).await;
    let states = asker.get("/sync").await.json();
    assert_eq!(states["records"].as_array().unwrap().len(), 4);
    let read_at = |states: &Value| states["records"][0]["lastSuccessAt"].clone();
    home.clock.advance(std::time::Duration::from_secs(5));
    let begun = asker.post("/sync", &json!({ "app": "radarr" })).await;
    assert_eq!((begun.status, begun.json()), (202, json!({ "apps": ["radarr"] })));
    home.rest(&asker.running.service).await;
    let after = asker.get("/sync").await.json();
    assert_ne!(read_at(&after), read_at(&states));
    assert_eq!(after["records"][1]["lastSuccessAt"], states["records"][1]["lastSuccessAt"]);
    assert_eq!(asker.post("/sync", &json!({})).await.json()["apps"].as_array().unwrap().len(), 4);
    assert_eq!(asker.post("/sync", &json!({ "app": "plex" })).await.status, 404);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn settings_show_their_origin_and_hide_their_secrets() {
    let asker = Asker::new(Plan::with("SYNC__MODE", "webhook_only")).await;
    let reply = asker.get("/settings").await;
    let settings = reply.json();
    let of = |key: &str| {
        let records = settings["records"].as_array().unwrap();
        records.iter().find(|setting| setting["key"] == key).unwrap().clone()
    };
    let mode = of("sync.mode");
    assert_eq!(
        (&mode["value"], &mode["origin"], &mode["locked"]),
        (&json!("webhook_only"), &json!("environment"), &json!(true))
    );
    assert_eq!(mode["place"], "GRABFEED__SYNC__MODE");
    assert!(mode["choices"].as_array().unwrap().contains(&json!("history_only")));
    let port = of("server.port");
    assert_eq!((&port["minimum"], &port["maximum"]), (&json!(1.0), &json!(65535.0)));
    let key = of("prowlarr.api_key");
    assert_eq!(key["secret"], true);
    let secret = asker.running.home.world.prowlarr().key();
    assert!(!reply.text().contains(secret), "no secret comes back");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_status_counts_and_bodies_that_are_no_json_are_refused() {
    let asker = Asker::new(Plan::default()).await;
    let status = asker.get("/status").await.json();
    assert_eq!(status["grabs"], json!({ "failed": 0, "pending": 0, "ready": 0, "skipped": 0 }));
    assert_eq!(status["version"], env!("CARGO_PKG_VERSION"));
    let url = asker.running.url("/api/v1/feeds");
    let deep = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
    let large = format!("\"{}\"", "a".repeat(300 * 1024));
    let json = "application/json";
    for (kind, body, status) in [
        (json, "{", 400),
        (json, "", 400),
        (json, "{\"name\":\"\\ud800\"}", 400),
        (json, "{\"name\":1e999}", 400),
        (json, &*deep, 400),
        (json, &*large, 413),
        ("text/plain", "{\"name\":\"a\"}", 415),
        ("application/x-www-form-urlencoded", "name=a", 415),
    ] {
        let headers = [("x-api-key", asker.key.as_bytes()), ("content-type", kind.as_bytes())];
        let reply = asker.running.http.send("POST", &url, &headers, body.to_owned()).await;
        assert_eq!(reply.status, status, "{}", body.chars().take(40).collect::<String>());
        assert_eq!(reply.header("content-type"), "application/problem+json; charset=utf-8");
    }
    let headers = [("x-api-key", asker.key.as_bytes())];
    let reply = asker.running.http.send("PATCH", &url, &headers, "").await;
    assert_eq!((reply.status, reply.header("allow")), (405, "GET,HEAD,POST"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_feed_says_with_what_it_begins() {
    let asker = Asker::new(Plan::default()).await;
    let (url, headers) = (asker.running.url("/api/v1/feeds"), [("x-api-key", asker.key.as_str())]);
    let ask = async |asked: Value| asker.running.http.post_json(&url, &headers, &asked).await;
    let made = ask(json!({ "name": "one" })).await;
    assert_eq!((made.status, &made.json()["begins"]), (201, &json!({ "from": "everything", "items": 0 })));
    let made = ask(json!({ "name": "two", "begins": "7d" })).await;
    assert_eq!(made.json()["begins"], json!({ "from": "7d", "items": 0 }));
    for begins in ["", "0d", "yesterday", "3651d"] {
        assert_eq!(ask(json!({ "name": "three", "begins": begins })).await.status, 400, "{begins:?}");
    }
}
