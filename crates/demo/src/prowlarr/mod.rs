//! The simulated Prowlarr (API v1, as of 2.3): indexers, history, search, and the download proxy with its side effects.
//!
//! Every download, ours included, writes a row, may send a webhook, counts against the grab limit, and blocks the
//! indexer for everybody when it fails. Links are opaque, different at each search, and all keep working.

mod download;
mod indexers;
mod records;
mod search;

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::map_response;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use serde_json::json;
use sha2::{Digest, Sha256};

pub use indexers::{Indexer, IndexerSpec};

use super::answers::{self, FromErrorPipeline};
use super::gate::{self, Gate};
use super::history::{Event, History};
use super::query::Query;
use super::release::{Release, ReleaseId};
use super::shared::Shared;
use super::webhook::{self, Notifications, Payload, Sender};
use crate::lock::locked;

/// Prowlarr's name in the world.
pub const NAME: &str = "prowlarr";
const VERSION: &str = "2.3.6.5397";

const EVENTS: [Event; 6] = [
    Event(0, "unknown"),
    RELEASE_GRABBED,
    INDEXER_QUERY,
    Event(3, "indexerRss"),
    Event(4, "indexerAuth"),
    Event(5, "indexerInfo"),
];
const RELEASE_GRABBED: Event = Event(1, "releaseGrabbed");
const INDEXER_QUERY: Event = Event(2, "indexerQuery");

/// The simulated Prowlarr.
#[derive(Debug)]
pub struct Prowlarr {
    gate: Arc<Gate>,
    origin: String,
    seen_as: String,
    indexers: Vec<Indexer>,
    tracker_pace: Duration,
    history: Mutex<History>,
    links: Mutex<HashMap<String, ReleaseId>>,
    /// Whom it tells of grabs.
    pub notifications: Arc<Notifications>,
    shared: Arc<Shared>,
}

/// How to make it.
#[derive(Debug)]
pub struct ProwlarrSpec {
    /// `http://127.0.0.1:port`
    pub origin: String,
    /// Empty, or with a leading slash.
    pub url_base: String,
    /// Scheme, host and port that the apps know it by: what stands in their `downloadUrl`.
    pub seen_as: String,
    /// The API key.
    pub key: String,
    /// How far apart one tracker is asked.
    pub tracker_pace: Duration,
    /// The indexers, numbered from 1 in this order.
    pub indexers: Vec<IndexerSpec>,
}

impl Prowlarr {
    /// A Prowlarr with an empty history.
    pub fn new(spec: ProwlarrSpec, shared: Arc<Shared>) -> Self {
        let gate = Gate {
            name: NAME.to_owned(),
            key: spec.key,
            version: VERSION,
            url_base: spec.url_base,
            api: "v1",
            shared: Arc::clone(&shared),
        };
        let base = [
            ("eventType", "Test".into()),
            ("instanceName", "Prowlarr".into()),
            ("applicationUrl", "".into()),
        ];
        let sender = Sender {
            name: NAME.to_owned(),
            user_agent: format!("Prowlarr/{VERSION} (debian 12)"),
            knows_headers: false,
            test: Payload(base.into()),
        };
        Self {
            gate: Arc::new(gate),
            origin: spec.origin,
            seen_as: spec.seen_as,
            indexers: (1..).zip(spec.indexers).map(|(id, spec)| Indexer::new(id, spec)).collect(),
            tracker_pace: spec.tracker_pace,
            history: Mutex::new(History::new(1001, &EVENTS)),
            links: Mutex::default(),
            notifications: Arc::new(Notifications::new(sender, Arc::clone(&shared))),
            shared,
        }
    }

    /// Its routes behind its door.
    pub fn routes(self: &Arc<Self>) -> Router {
        let api = Router::new()
            .route("/system/status", get(status))
            .route("/indexer", get(indexers::list))
            .route("/indexer/{id}", get(indexers::show))
            .route("/indexer/{id}/download", get(download::download))
            .route("/indexerstatus", get(indexers::blocked))
            .route("/history", get(page))
            .route("/history/since", get(since))
            .route("/search", get(search::search))
            .with_state(Arc::clone(self))
            .merge(webhook::api::routes(Arc::clone(&self.notifications)));
        let downloads = get(download::download).head(async || StatusCode::METHOD_NOT_ALLOWED);
        let keyed = Router::new()
            .route("/{id}/download", downloads.layer(map_response(kept_for_a_year)))
            .with_state(Arc::clone(self))
            .nest("/api/v1", api);
        gate::routes(&self.gate, keyed)
    }

    /// `http://127.0.0.1:port` and the URL base.
    pub fn url(&self) -> String {
        format!("{}{}", self.origin, self.gate.url_base)
    }

    /// The API key.
    pub fn key(&self) -> &str {
        &self.gate.key
    }

    /// The indexer of this name.
    pub fn indexer(&self, name: &str) -> Option<&Indexer> {
        self.indexers.iter().find(|indexer| indexer.name == name)
    }

    /// A new proxy link for a release, with a working origin.
    pub fn link(&self, release: &Release) -> String {
        self.link_from(&self.origin, release)
    }

    /// The same link as the apps, which reach Prowlarr by another name, keep it.
    pub fn as_seen_by_apps(&self, link: &str) -> String {
        link.replacen(&self.origin, &self.seen_as, 1)
    }

    /// Puts an older backup in place: the newest rows vanish, and their numbers come again.
    pub fn restore_backup(&self, rows_lost: usize) {
        locked(&self.history).restore(self.shared.clock.now(), rows_lost);
    }

    fn link_from(&self, origin: &str, release: &Release) -> String {
        let mut links = locked(&self.links);
        // As opaque as the AES ciphertext with its random IV that stands there in truth.
        let text = format!("{} {} {}", self.gate.key, release.id, links.len());
        let [head, tail] = [Sha256::digest(format!("iv {text}")), Sha256::digest(format!("url {text}"))];
        let link = URL_SAFE.encode(STANDARD.encode([head, tail].concat())).trim_end_matches('=').to_owned();
        links.insert(link.clone(), release.id);
        let file: String = url::form_urlencoded::byte_serialize(release.title.as_bytes()).collect();
        let (base, id, key) = (&self.gate.url_base, release.indexer_id, &self.gate.key);
        format!("{origin}{base}/{id}/download?apikey={key}&link={link}&file={file}")
    }

    fn linked(&self, link: &str) -> Option<Arc<Release>> {
        let id = locked(&self.links).get(link).copied()?;
        self.shared.release(id)
    }
}

async fn status(State(prowlarr): State<Arc<Prowlarr>>) -> Response {
    let body = json!({
        "appName": "Prowlarr", "instanceName": "Prowlarr", "version": VERSION, "buildTime": "2026-04-02T00:00:00Z",
        "isDebug": false, "isProduction": true, "isAdmin": false, "isUserInteractive": false, "isNetCore": true,
        "isLinux": true, "isOsx": false, "isWindows": false, "isDocker": true, "mode": "console", "branch": "master",
        "startupPath": "/app/prowlarr/bin", "appData": "/config", "osName": "debian", "osVersion": "12",
        "authentication": "forms", "urlBase": prowlarr.gate.url_base, "databaseType": "sqLite",
        "databaseVersion": "3.46.1", "migrationVersion": 42, "runtimeName": ".NET", "runtimeVersion": "8.0.12",
        "startTime": "2026-01-01T00:00:00Z", "packageUpdateMechanism": "docker",
    });
    answers::api(StatusCode::OK, &body)
}

async fn page(State(prowlarr): State<Arc<Prowlarr>>, RawQuery(query): RawQuery) -> Response {
    let query = Query::parse(&query.unwrap_or_default());
    let page = locked(&prowlarr.history).page(prowlarr.shared.clock.now(), &query);
    page.map_or_else(IntoResponse::into_response, |page| answers::api(StatusCode::OK, &page))
}

async fn since(State(prowlarr): State<Arc<Prowlarr>>, RawQuery(query): RawQuery) -> Response {
    let query = Query::parse(&query.unwrap_or_default());
    let rows = locked(&prowlarr.history).since(prowlarr.shared.clock.now(), &query);
    rows.map_or_else(IntoResponse::into_response, |rows| answers::api(StatusCode::OK, &rows))
}

/// Every answer of the download proxy, the tracker's errors too, tells caches to keep it for a year; those of the error
/// pipeline do not.
async fn kept_for_a_year(mut answer: Response) -> Response {
    if answer.extensions().get::<FromErrorPipeline>().is_some() {
        return answer;
    }
    let forever = HeaderValue::from_static("max-age=31536000, public");
    answer.headers_mut().insert(header::CACHE_CONTROL, forever);
    answer
}
