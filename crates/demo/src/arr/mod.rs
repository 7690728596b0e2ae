//! One simulated app: Radarr, Sonarr, Lidarr, Readarr or Whisparr, by its profile.
//!
//! It grabs as the real one does: fetches the link from Prowlarr itself, tells its receivers, and only then writes
//! its history rows. Its rows keep the link as the app saw it, with Prowlarr's key and an origin of its own network.

mod grab;
mod grabbed;
mod import;
mod options;
mod payload;
mod profile;
mod rows;

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde_json::json;

pub use grab::GrabReport;
pub use options::{DownloadUrl, GrabOptions, HistoryRow, Webhook};

use profile::{Feature, Profile};

use super::answers;
use super::gate::{self, Gate};
use super::history::History;
use super::jackett::Jackett;
use super::prowlarr::Prowlarr;
use super::query::Query;
use super::shared::Shared;
use super::webhook::{self, Notifications, Sender};
use crate::lock::locked;
use grabfeed_domain::app::AppKind;

/// A simulated app.
#[derive(Debug)]
pub struct Arr {
    kind: AppKind,
    profile: Profile,
    gate: Arc<Gate>,
    origin: String,
    prowlarr: Arc<Prowlarr>,
    jackett: Option<Arc<Jackett>>,
    history: Mutex<History>,
    /// Whom it tells of grabs.
    pub notifications: Arc<Notifications>,
    shared: Arc<Shared>,
}

/// How to make one.
#[derive(Debug)]
pub struct ArrSpec {
    /// Its name in the world.
    pub name: String,
    /// Which program it is.
    pub kind: AppKind,
    /// `http://127.0.0.1:port`
    pub origin: String,
    /// Empty, or with a leading slash.
    pub url_base: String,
    /// The API key.
    pub key: String,
}

impl Arr {
    /// An app with an empty history; `None` if the kind is Prowlarr.
    pub fn new(
        spec: ArrSpec,
        prowlarr: Arc<Prowlarr>,
        jackett: Option<Arc<Jackett>>,
        shared: Arc<Shared>,
    ) -> Option<Self> {
        let profile = profile::profile(spec.kind)?;
        let gate = Gate {
            name: spec.name.clone(),
            key: spec.key,
            version: profile.version,
            url_base: spec.url_base,
            api: profile.api,
            shared: Arc::clone(&shared),
        };
        let sender = Sender {
            name: spec.name,
            user_agent: user_agent(&profile),
            knows_headers: profile.has(Feature::WebhookHeaders),
            test: payload::test(spec.kind, &profile),
        };
        Some(Self {
            kind: spec.kind,
            profile,
            gate: Arc::new(gate),
            origin: spec.origin,
            prowlarr,
            jackett,
            history: Mutex::new(History::new(5001, profile.events)),
            notifications: Arc::new(Notifications::new(sender, Arc::clone(&shared))),
            shared,
        })
    }

    /// Its routes behind its door.
    pub fn routes(self: &Arc<Self>) -> Router {
        let api = Router::new()
            .route("/system/status", get(status))
            .route("/history", get(page))
            .route("/history/since", get(since))
            .with_state(Arc::clone(self))
            .merge(webhook::api::routes(Arc::clone(&self.notifications)));
        gate::routes(&self.gate, Router::new().nest(&format!("/api/{}", self.profile.api), api))
    }

    /// Which program it is.
    pub fn kind(&self) -> AppKind {
        self.kind
    }

    /// Its name in the world.
    pub fn name(&self) -> &str {
        &self.gate.name
    }

    /// `http://127.0.0.1:port` and the URL base.
    pub fn url(&self) -> String {
        format!("{}{}", self.origin, self.gate.url_base)
    }

    /// Its API key.
    pub fn key(&self) -> &str {
        &self.gate.key
    }

    /// Puts an older backup in place: the newest rows vanish, and their numbers come again.
    pub fn restore_backup(&self, rows_lost: usize) {
        locked(&self.history).restore(self.shared.clock.now(), rows_lost);
    }
}

fn user_agent(profile: &Profile) -> String {
    format!("{}/{} (alpine 3.22.1)", profile.app_name, profile.version)
}

async fn status(State(arr): State<Arc<Arr>>) -> Response {
    let body = json!({
        "appName": arr.profile.app_name, "instanceName": arr.profile.app_name, "version": arr.profile.version,
        "buildTime": "2025-11-14T00:00:00Z", "isDebug": false, "isProduction": true, "isAdmin": false,
        "isUserInteractive": false, "startupPath": "/app/bin", "appData": "/config", "osName": "alpine",
        "osVersion": "3.22.1", "isNetCore": true, "isLinux": true, "isOsx": false, "isWindows": false,
        "isDocker": true, "mode": "console", "branch": "master", "databaseType": "sqLite",
        "databaseVersion": "3.46.1", "authentication": "forms", "migrationVersion": 242,
        "urlBase": arr.gate.url_base, "runtimeVersion": "8.0.12", "runtimeName": ".NET",
        "startTime": "2026-01-01T00:00:00Z", "packageUpdateMechanism": "docker",
    });
    answers::api(StatusCode::OK, &body)
}

async fn page(State(arr): State<Arc<Arr>>, RawQuery(query): RawQuery) -> Response {
    let query = Query::parse(&query.unwrap_or_default());
    let page = locked(&arr.history).page(arr.shared.clock.now(), &query);
    page.map_or_else(IntoResponse::into_response, |page| answers::api(StatusCode::OK, &page))
}

async fn since(State(arr): State<Arc<Arr>>, RawQuery(query): RawQuery) -> Response {
    let query = Query::parse(&query.unwrap_or_default());
    let rows = locked(&arr.history).since(arr.shared.clock.now(), &query);
    rows.map_or_else(IntoResponse::into_response, |rows| answers::api(StatusCode::OK, &rows))
}
