//! A client that follows nothing and keeps nothing, for looking at single answers.

use grabfeed::demo::World;
use serde_json::Value;

/// A client without redirects, on the provider that the package has.
pub(super) fn client() -> reqwest::Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .user_agent("Grabfeed/0.1 (test)")
        .build()
        .unwrap()
}

/// GET without a key.
pub(super) async fn get(url: &str) -> reqwest::Response {
    client().get(url).send().await.unwrap()
}

/// GET below Prowlarr's URL with its key.
pub(super) async fn ask_prowlarr(world: &World, path: &str) -> Value {
    let (url, key) = (world.prowlarr().url(), world.prowlarr().key());
    json(client().get(format!("{url}{path}")).header("X-Api-Key", key)).await
}

/// GET below an app's URL with its key.
pub(super) async fn ask(world: &World, app: &str, path: &str) -> Value {
    let app = world.app(app).unwrap();
    json(client().get(format!("{}{path}", app.url())).header("X-Api-Key", app.key())).await
}

async fn json(request: reqwest::RequestBuilder) -> Value {
    request.send().await.unwrap().error_for_status().unwrap().json().await.unwrap()
}

/// The link of a release as a search gives it: a working origin.
pub(super) fn link(world: &World, release: grabfeed::demo::ReleaseId) -> String {
    world.prowlarr().link(&world.released(release).unwrap())
}
