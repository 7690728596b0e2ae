//! The indexers of the simulated Prowlarr, and which of them are blocked.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::{Value, json};

use super::Prowlarr;
use crate::answers;
use crate::backoff::Backoff;
use crate::lock::locked;
use grabfeed_domain::time::Ts;

/// How to make an indexer.
#[derive(Debug, Clone, Default)]
pub struct IndexerSpec {
    /// Its name.
    pub name: String,
    /// Whether Prowlarr sends callers to the tracker in place of fetching for them.
    pub redirect: bool,
    /// Grabs allowed in 24 hours.
    pub grab_limit: Option<usize>,
    /// Whether it is a Usenet indexer; those are always redirected.
    pub usenet: bool,
}

/// An indexer.
#[derive(Debug)]
pub struct Indexer {
    /// Its number.
    pub id: i64,
    /// Its name.
    pub name: String,
    pub(super) redirect: bool,
    pub(super) grab_limit: Option<usize>,
    usenet: bool,
    enabled: AtomicBool,
    status: Mutex<Backoff>,
    turn: Arc<tokio::sync::Mutex<()>>,
}

impl Indexer {
    pub(super) fn new(id: i64, spec: IndexerSpec) -> Self {
        Self {
            id,
            name: spec.name,
            redirect: spec.redirect || spec.usenet,
            grab_limit: spec.grab_limit,
            usenet: spec.usenet,
            enabled: AtomicBool::new(true),
            status: Mutex::new(Backoff::indexer()),
            turn: Arc::default(),
        }
    }

    /// Enables or disables it.
    pub fn enable(&self, enabled: bool) {
        self.enabled.store(enabled, Ordering::Relaxed);
    }

    /// Until when it is blocked for everybody, if it is.
    pub fn blocked(&self, now: Ts) -> Option<Ts> {
        locked(&self.status).blocked(now)
    }

    /// Waits until the tracker may be asked again; the next one waits for so long after this.
    pub(super) async fn wait_for_turn(&self, pace: Duration) {
        let turn = Arc::clone(&self.turn).lock_owned().await;
        if pace.is_zero() {
            return;
        }
        tokio::spawn(async move {
            tokio::time::sleep(pace).await;
            drop(turn);
        });
    }

    pub(super) fn enabled(&self) -> bool {
        self.enabled.load(Ordering::Relaxed)
    }

    pub(super) fn failed(&self, now: Ts, at_least: Duration) {
        locked(&self.status).failed(now, at_least);
    }

    pub(super) fn succeeded(&self) {
        locked(&self.status).succeeded();
    }

    fn json(&self) -> Value {
        let limit = self.grab_limit.map_or(Value::Null, Value::from);
        json!({
            "indexerUrls": ["http://127.0.0.1/"], "legacyUrls": [], "definitionName": "demo", "description": "",
            "language": "fr-FR", "encoding": "Unicode (UTF-8)", "enable": self.enabled(), "redirect": self.redirect,
            "supportsRss": true, "supportsSearch": true, "supportsRedirect": self.redirect,
            "supportsPagination": false, "appProfileId": 1,
            "protocol": if self.usenet { "usenet" } else { "torrent" },
            "privacy": "private", "priority": 25, "downloadClientId": 0, "added": "2025-01-01T00:00:00Z",
            "sortName": self.name.to_lowercase(), "name": self.name, "implementationName": "Cardigann",
            "implementation": "Cardigann", "configContract": "CardigannSettings",
            "infoLink": "https://wiki.servarr.com/prowlarr/supported-indexers", "tags": [],
            "fields": [
                { "order": 0, "name": "baseSettings.grabLimit", "label": "Grab Limit", "type": "number", "value": limit },
                { "order": 1, "name": "passkey", "label": "Passkey", "type": "textbox", "privacy": "password",
                  "value": "********" },
            ],
            "id": self.id,
        })
    }
}

pub(super) async fn list(State(prowlarr): State<Arc<Prowlarr>>) -> Response {
    let all: Vec<Value> = prowlarr.indexers.iter().map(Indexer::json).collect();
    answers::api(StatusCode::OK, &all)
}

pub(super) async fn show(State(prowlarr): State<Arc<Prowlarr>>, Path(id): Path<i64>) -> Response {
    match prowlarr.indexers.iter().find(|indexer| indexer.id == id) {
        Some(indexer) => answers::api(StatusCode::OK, &indexer.json()),
        None => answers::api_error(StatusCode::NOT_FOUND, "NotFound"),
    }
}

/// `GET /indexerstatus`: the blocked ones only.
pub(super) async fn blocked(State(prowlarr): State<Arc<Prowlarr>>) -> Response {
    let now = prowlarr.shared.clock.now();
    let row = |indexer: &Indexer| {
        let till = indexer.blocked(now)?;
        let (initial, recent) = locked(&indexer.status).failures();
        Some(json!({
            "indexerId": indexer.id,
            "disabledTill": till.rfc3339_seconds(),
            "mostRecentFailure": recent.rfc3339_seconds(),
            "initialFailure": initial.rfc3339_seconds(),
        }))
    };
    let rows: Vec<Value> = prowlarr.indexers.iter().filter_map(row).collect();
    answers::api(StatusCode::OK, &rows)
}
