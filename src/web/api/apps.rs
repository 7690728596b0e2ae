//! `/api/v1/apps`: the apps of the settings, without their keys, and a test of the connection with one.

use axum::extract::State;
use axum::{Extension, Json};

use super::paging::Listed;
use crate::admin::view::app::{AppTestView, AppView, SyncView};
use crate::admin::{apps, sync};
use crate::web::WebState;
use crate::web::access::identity::Identity;
use crate::web::input::path::InPath;
use crate::web::middleware::caller::Caller;
use crate::web::middleware::observe::RequestLang;
use crate::web::problem::{Code, Problem};

/// List the apps of the settings.
#[utoipa::path(get, path = "/api/v1/apps", tag = "apps", operation_id = "listApps",
    responses((status = 200, description = "The apps.", body = Listed<AppView>)))]
pub async fn list(
    State(state): State<WebState>,
    Extension(RequestLang(lang)): Extension<RequestLang>,
    caller: Caller,
) -> Result<Json<Listed<AppView>>, Problem> {
    let base = state.base_for(&caller)?;
    let mut read = sync::progress(state.store(), state.deps.apps_with_history()).await?;
    let mut records = Vec::new();
    for app in &state.facts.apps {
        let at = read.iter().position(|progress| progress.app == app.name);
        let sync = at.map(|at| SyncView::new(read.swap_remove(at), lang));
        records.push(AppView::new(app, base.join(&["hooks", app.name.as_str()]), sync));
    }
    Ok(Json(Listed { records }))
}

/// Ask an app who it is, at the URL and with the key of the settings.
///
/// Nothing of its answer comes back: a route that did would look into the household's network for whoever holds a key.
#[utoipa::path(post, path = "/api/v1/apps/{name}/test", tag = "apps", operation_id = "testApp",
    params(("name" = String, Path, description = "The app's name.",
        pattern = "^[A-Za-z0-9][A-Za-z0-9._-]*$", max_length = 64)),
    responses((status = 200, description = "What was found.", body = AppTestView)),
    extensions(("x-problems" = json!(["not-found", "conflict"]))))]
pub async fn test(
    State(state): State<WebState>,
    caller: Caller,
    Extension(identity): Extension<Identity>,
    Extension(RequestLang(lang)): Extension<RequestLang>,
    InPath(name): InPath<String>,
) -> Result<Json<AppTestView>, Problem> {
    let configured = state.facts.apps.iter().find(|app| app.name.as_str().eq_ignore_ascii_case(&name));
    let name = configured.ok_or(Code::NotFound)?.name.as_str();
    let tests = apps::test(&state.deps, &identity.actor(&caller), Some(name)).await;
    // It is there, and not enabled.
    let test = tests.first().ok_or(Code::Conflict)?;
    Ok(Json(AppTestView::new(test, lang)))
}
