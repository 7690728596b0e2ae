//! Webhooks: what is sent, when, how it is proved, and when it stops.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use grabfeed::demo::webhook::Sent;
use grabfeed::demo::{GrabOptions, ReleaseId, ReleaseSpec, TorrentSpec, Webhook, WebhookAuth, World};
use grabfeed::domain::app::AppKind;
use serde_json::{Value, json};

use super::client::{ask, client};
use super::{described, world};

/// A receiver that keeps what it gets and answers what it is told.
#[derive(Clone, Default)]
pub(super) struct Receiver {
    got: Arc<Mutex<Vec<(HeaderMap, String)>>>,
    status: Arc<Mutex<Option<StatusCode>>>,
}

impl Receiver {
    pub(super) async fn start(&self) -> String {
        let routes = Router::new().route("/hook", post(receive).put(receive)).with_state(self.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, routes).await });
        url
    }

    fn answer(&self, status: StatusCode) {
        *self.status.lock().unwrap() = Some(status);
    }

    pub(super) fn last(&self) -> (HeaderMap, String) {
        self.got.lock().unwrap().last().unwrap().clone()
    }

    fn count(&self) -> usize {
        self.got.lock().unwrap().len()
    }
}

async fn receive(State(receiver): State<Receiver>, headers: HeaderMap, body: Bytes) -> StatusCode {
    receiver.got.lock().unwrap().push((headers, String::from_utf8(body.to_vec()).unwrap()));
    receiver.status.lock().unwrap().unwrap_or(StatusCode::NO_CONTENT)
}

fn film(world: &World) -> ReleaseId {
    world.release("Un.Film.2024-GRP", "Alpha", TorrentSpec::default()).unwrap()
}

#[tokio::test]
async fn a_grab_is_told_with_eventtype_last_and_without_any_link() {
    let (world, _) = world().await;
    let receiver = Receiver::default();
    let header = WebhookAuth::Header("X-Webhook-Token".into(), "test-token".into());
    world.set_webhook("radarr", &receiver.start().await, header).unwrap();
    let report = world.grab("radarr", film(&world), GrabOptions::default()).await.unwrap();
    assert_eq!(report.webhooks, [Sent::Delivered(204)]);
    let (headers, body) = receiver.last();
    assert_eq!(headers["x-webhook-token"], "test-token");
    assert!(headers["user-agent"].to_str().unwrap().starts_with("Radarr/6.1.0"));
    let place = |key: &str| body.find(&format!("\n  \"{key}\":")).unwrap();
    assert!(place("movie") < place("release") && place("downloadId") < place("eventType"));
    let payload: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(payload["eventType"], "Grab");
    assert_eq!(payload["downloadClientType"], "qBittorrent");
    assert_eq!(payload["downloadId"], report.download_id.unwrap());
    assert!(!body.contains("passkey") && !body.contains("apikey") && !body.contains("guid"));
}

#[tokio::test]
async fn a_pack_is_told_once_with_all_its_episodes() {
    let (world, _) = world().await;
    let receiver = Receiver::default();
    let basic = WebhookAuth::Basic("hook".into(), "test-é".into());
    world.set_webhook("sonarr", &receiver.start().await, basic).unwrap();
    let season = world.release("Une.Serie.S01-GRP", "Beta", ReleaseSpec::season(4)).unwrap();
    world.grab("sonarr", season, GrabOptions { blackhole: true, ..GrabOptions::default() }).await.unwrap();
    assert_eq!(receiver.count(), 1);
    let (headers, body) = receiver.last();
    assert_eq!(headers["authorization"], "Basic aG9vazp0ZXN0Lek=", "Latin-1, as .NET encodes it");
    let payload: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(payload["episodes"].as_array().unwrap().len(), 4);
    assert_eq!(payload.get("downloadId"), None);
}

#[tokio::test]
async fn webhooks_can_be_lost_and_doubled() {
    let (world, _) = world().await;
    let receiver = Receiver::default();
    world.set_webhook("radarr", &receiver.start().await, WebhookAuth::None).unwrap();
    for webhook in [Webhook::Drop, Webhook::Twice] {
        world.grab("radarr", film(&world), GrabOptions { webhook, ..GrabOptions::default() }).await.unwrap();
    }
    let counts = world.counters().webhooks_of("radarr");
    assert_eq!((receiver.count(), counts.delivered, counts.dropped), (2, 2, 1));
}

#[tokio::test]
async fn a_receiver_that_keeps_failing_is_silenced_and_a_test_brings_it_back() {
    let (world, hands) = world().await;
    let receiver = Receiver::default();
    let url = receiver.start().await;
    world.set_webhook("radarr", &url, WebhookAuth::None).unwrap();
    receiver.answer(StatusCode::SERVICE_UNAVAILABLE);
    let grab = async || {
        let report = world.grab("radarr", film(&world), GrabOptions::default()).await.unwrap();
        report.webhooks[0]
    };
    assert_eq!(grab().await, Sent::Failed(Some(503)));
    assert_eq!(grab().await, Sent::Failed(Some(503)), "the first five minutes are forgiven");
    hands.forward(Duration::from_secs(301));
    assert_eq!(grab().await, Sent::Failed(Some(503)));
    receiver.answer(StatusCode::OK);
    assert_eq!(grab().await, Sent::Silenced, "for five minutes, without a word");
    hands.forward(Duration::from_secs(299));
    assert_eq!(grab().await, Sent::Silenced);

    let app = world.app("radarr").unwrap();
    let saved = ask(&world, "radarr", "/api/v3/notification/1").await;
    let test =
        client().post(format!("{}/api/v3/notification/test", app.url())).header("X-Api-Key", app.key());
    assert_eq!(test.json(&saved).send().await.unwrap().status(), reqwest::StatusCode::OK);
    assert_eq!(grab().await, Sent::Delivered(200));
}

#[tokio::test]
async fn a_webhook_made_through_the_api_is_tested_first_and_masks_its_password() {
    let (builder, _) = described();
    let world = builder.app("readarr", AppKind::Readarr).start().await.unwrap();
    let receiver = Receiver::default();
    let url = receiver.start().await;
    let create = async |app: &str, api: &str| {
        let app = world.app(app).unwrap();
        let body = json!({
            "name": "grab feed", "implementation": "Webhook", "configContract": "WebhookSettings", "onGrab": true,
            "tags": [], "fields": [
                { "name": "url", "value": url }, { "name": "method", "value": 1 },
                { "name": "username", "value": "hook" }, { "name": "password", "value": "test-secret" },
                { "name": "headers", "value": [{ "key": "X-Webhook-Token", "value": "test-token" }] },
            ],
        });
        let url = format!("{}/api/{api}/notification", app.url());
        client().post(url).header("X-Api-Key", app.key()).json(&body).send().await.unwrap()
    };
    receiver.answer(StatusCode::UNAUTHORIZED);
    let refused = create("radarr", "v3").await;
    assert_eq!(refused.status(), reqwest::StatusCode::BAD_REQUEST);
    assert!(refused.json::<Value>().await.unwrap().is_array());

    receiver.answer(StatusCode::OK);
    let made = create("radarr", "v3").await;
    assert_eq!(made.status(), reqwest::StatusCode::CREATED);
    let (headers, body) = receiver.last();
    assert_eq!(serde_json::from_str::<Value>(&body).unwrap()["eventType"], "Test");
    assert_eq!(headers["x-webhook-token"], "test-token");
    let made: Value = made.json().await.unwrap();
    assert_eq!(made["fields"][3]["value"], "********");
    assert_eq!(made["fields"][4]["value"][0]["value"], "test-token", "headers come back in clear");
    assert_eq!(create("radarr", "v3").await.status(), reqwest::StatusCode::BAD_REQUEST, "the name is taken");

    let made: Value = create("readarr", "v1").await.json().await.unwrap();
    assert_eq!(made["fields"].as_array().unwrap().len(), 4, "Readarr knows no headers");
    let (headers, body) = receiver.last();
    assert_eq!(headers.get("x-webhook-token"), None);
    assert!(!body.contains("applicationUrl"));
}

#[tokio::test]
async fn prowlarr_tells_of_every_download_even_a_failed_one_and_says_nothing_of_it() {
    let (world, _) = world().await;
    let receiver = Receiver::default();
    world.set_webhook("prowlarr", &receiver.start().await, WebhookAuth::None).unwrap();
    world.grab("radarr", film(&world), GrabOptions::default()).await.unwrap();
    let payload: Value = serde_json::from_str(&receiver.last().1).unwrap();
    assert_eq!((&payload["trigger"], &payload["source"]), (&"api".into(), &"Radarr".into()));
    assert_eq!(payload["release"]["publishDate"], "0001-01-01T00:00:00Z");
    assert_eq!(payload["release"].get("size"), None);
    world.grab_in_prowlarr(film(&world)).await.unwrap();
    let payload: Value = serde_json::from_str(&receiver.last().1).unwrap();
    assert_eq!(payload["trigger"], "manual");
    assert!(payload["downloadId"].is_string());
}
