//! The simulated Jackett: indexers that the apps know by themselves, through links that never look the same twice.
//!
//! As measured: its answer is an empty 404 for nearly every failure behind it, 401 for a wrong key, 405 for HEAD. A link
//! keeps working after its key was changed, if the new key stands in it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use super::answers;
use super::query::Query;
use super::release::{Release, ReleaseId};
use super::shared::Shared;
use super::tracker::ON_BEHALF;
use super::wire::{self, Call};
use crate::lock::locked;

/// Jackett's name in the world.
pub const NAME: &str = "jackett";
/// By what address the apps know it: a name of their own network.
const SEEN_AS: &str = "http://jackett:9117";
const UPSTREAM_TIMEOUT: Duration = Duration::from_secs(100);

/// The simulated Jackett.
#[derive(Debug)]
pub struct Jackett {
    origin: String,
    key: Mutex<String>,
    indexers: Vec<String>,
    links: Mutex<HashMap<String, ReleaseId>>,
    shared: Arc<Shared>,
}

impl Jackett {
    /// One with these indexers.
    pub(crate) fn new(origin: String, indexers: Vec<String>, shared: Arc<Shared>) -> Self {
        let key = Mutex::new(format!("test-key-{NAME}"));
        Self { origin, key, indexers, links: Mutex::default(), shared }
    }

    /// Its routes.
    pub(crate) fn routes(self: &Arc<Self>) -> Router {
        let no_head = async || StatusCode::METHOD_NOT_ALLOWED;
        Router::new()
            .route("/dl/{indexer}/", get(download).head(no_head))
            .route("/api/v2.0/indexers/{indexer}/results/torznab/api", get(torznab))
            .route("/health", get(async || "Healthy"))
            .with_state(Arc::clone(self))
    }

    /// `http://127.0.0.1:port`
    pub fn url(&self) -> &str {
        &self.origin
    }

    /// The API key.
    pub fn key(&self) -> String {
        locked(&self.key).clone()
    }

    /// Gives it another API key.
    pub fn change_key(&self, key: &str) {
        key.clone_into(&mut locked(&self.key));
    }

    /// A new link for a release, as the apps know it: another one at each call.
    pub fn link(&self, release: &Release) -> String {
        let mut links = locked(&self.links);
        let path = URL_SAFE_NO_PAD.encode(Sha256::digest(format!("{} {}", release.id, links.len())));
        links.insert(path.clone(), release.id);
        let file: String = url::form_urlencoded::byte_serialize(release.title.as_bytes()).collect();
        let (indexer, key) = (release.indexer.to_lowercase(), self.key());
        format!("{SEEN_AS}/dl/{indexer}/?jackett_apikey={key}&path={path}&file={file}")
    }

    /// The link as the apps follow it, who can resolve the name.
    pub(crate) fn reached(&self, link: &str) -> String {
        link.replacen(SEEN_AS, &self.origin, 1)
    }
}

async fn download(
    State(jackett): State<Arc<Jackett>>,
    Path(indexer): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let query = Query::parse(&query.unwrap_or_default());
    if query.first("jackett_apikey") != Some(jackett.key().as_str()) {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    if !jackett.indexers.contains(&indexer) {
        let unknown =
            serde_json::json!({ "result": "error", "error": "The requested indexer is not configured" });
        return (StatusCode::INTERNAL_SERVER_ERROR, axum::Json(unknown)).into_response();
    }
    let id = query.first("path").and_then(|path| locked(&jackett.links).get(path).copied());
    let Some(release) = id.and_then(|id| jackett.shared.release(id)) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let url = release.tracker_url();
    let mut on = vec![("User-Agent", "Mozilla/5.0 (demo)".to_owned())];
    if let Some(app) = headers.get(ON_BEHALF).and_then(|app| app.to_str().ok()) {
        on.push((ON_BEHALF, app.to_owned()));
    }
    let call = Call { method: "GET", url: &url, headers: on, body: Vec::new() };
    let Ok(reply) = wire::send(call, UPSTREAM_TIMEOUT).await else {
        return StatusCode::NOT_FOUND.into_response();
    };
    match reply.header("location").filter(|location| location.starts_with("magnet:")) {
        Some(magnet) => (StatusCode::FOUND, [(header::LOCATION, magnet.to_owned())]).into_response(),
        None if reply.status == 200 && reply.body.starts_with(b"d") && reply.body.ends_with(b"e") => {
            answers::torrent(&release.title, reply.body)
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// What the indexers can do; a wrong key is an error in a 200.
async fn torznab(State(jackett): State<Arc<Jackett>>, RawQuery(query): RawQuery) -> Response {
    let query = Query::parse(&query.unwrap_or_default());
    let body = if query.first("apikey") == Some(jackett.key().as_str()) {
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><caps><server title=\"Jackett\" /></caps>"
    } else {
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><error code=\"100\" description=\"Invalid API Key\" />"
    };
    ([(header::CONTENT_TYPE, "application/rss+xml")], body).into_response()
}
