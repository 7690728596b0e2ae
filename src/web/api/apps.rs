//! `/api/v1/apps`: the apps of the settings, without their keys, and a test of the connection with one.

use axum::extract::State;
use axum::{Extension, Json};
use serde::Serialize;
use tracing::info;
use utoipa::ToSchema;

use super::asked::Named;
use super::facts::Configured;
use super::paging::Listed;
use super::sync::SyncState;
use super::words;
use crate::domain::app::{AppKind, AppName};
use crate::ops::text::Lang;
use crate::upstream::connection::SystemStatus;
use crate::upstream::error::ApiError;
use crate::web::WebState;
use crate::web::access::guard::Identity;
use crate::web::middleware::caller::Caller;
use crate::web::middleware::observe::AskedLang;
use crate::web::problem::{Code, Problem};

/// The reason of an app that answers and is another program than the settings say: a wrong port.
const OTHER_APP: &str = "other-app";

/// An app of the settings.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct App {
    /// The person's name for it.
    #[schema(schema_with = words::app_name)]
    name: String,
    /// What it is.
    #[schema(schema_with = words::app_kinds)]
    kind: &'static str,
    /// Where it is.
    url: String,
    /// Whether its grabs are collected.
    enabled: bool,
    /// Where its webhook is to be sent. The secret is told on the command line: `grabfeed app webhook NAME`.
    webhook_url: String,
    /// How far its history was read.
    sync: Option<SyncState>,
}

/// What a test of a connection found.
#[derive(Debug, Serialize, ToSchema)]
pub struct Tested {
    /// Whether the app of the settings answers and takes the key.
    ok: bool,
    /// Code of the reason why not.
    reason: Option<&'static str>,
    /// The sentence for the person, in the language of `Accept-Language`.
    message: String,
}

/// List the apps of the settings.
#[utoipa::path(get, path = "/api/v1/apps", tag = "apps", operation_id = "listApps",
    responses((status = 200, description = "The apps.", body = Listed<App>)))]
pub async fn list(
    State(state): State<WebState>,
    Extension(AskedLang(lang)): Extension<AskedLang>,
    caller: Caller,
) -> Result<Json<Listed<App>>, Problem> {
    let base = state.base.of(&caller)?;
    let mut states = SyncState::of_all(&state, lang).await?;
    let mut records = Vec::new();
    for Configured { name, kind, url, enabled } in &state.api.apps {
        let at = states.iter().position(|sync| sync.is_of(name));
        records.push(App {
            name: name.to_string(),
            kind: kind.as_str(),
            url: url.to_string(),
            enabled: *enabled,
            webhook_url: base.join(&["hooks", name.as_str()]),
            sync: at.map(|at| states.swap_remove(at)),
        });
    }
    Ok(Json(Listed { records }))
}

/// Ask an app who it is, at the URL and with the key of the settings.
///
/// Nothing of its answer comes back: a route that did would look into the household's network for whoever holds a key.
#[utoipa::path(post, path = "/api/v1/apps/{name}/test", tag = "apps", operation_id = "testApp",
    params(("name" = String, Path, description = "The app's name.",
        pattern = "^[A-Za-z0-9][A-Za-z0-9._-]*$", max_length = 64)),
    responses((status = 200, description = "What was found.", body = Tested)),
    extensions(("x-problems" = json!(["not-found", "conflict"]))))]
pub async fn test(
    State(state): State<WebState>,
    caller: Caller,
    Extension(identity): Extension<Identity>,
    Extension(AskedLang(lang)): Extension<AskedLang>,
    Named(name): Named<String>,
) -> Result<Json<Tested>, Problem> {
    let unknown = Code::NotFound;
    let name = AppName::parse(&name).map_err(|_| unknown)?;
    let configured = state.api.apps.iter().find(|app| app.name == name).ok_or(unknown)?;
    let answer = ask(&state, &name).await.ok_or(Problem::new(Code::Conflict))?;
    let found = judge(configured.kind, answer, lang);
    let (app, actor) = (name.as_str(), identity.actor());
    info!(event = "app.tested", app, ok = found.ok, actor, address = %caller.address);
    Ok(Json(found))
}

/// `None`: the app is not enabled.
async fn ask(state: &WebState, name: &AppName) -> Option<Result<SystemStatus, ApiError>> {
    if let Some(app) = state.deps.app(name) {
        return Some(app.client.status().await);
    }
    let prowlarr = state.deps.prowlarr.as_ref().filter(|prowlarr| prowlarr.name == *name)?;
    Some(prowlarr.client.status().await)
}

fn judge(kind: AppKind, answer: Result<SystemStatus, ApiError>, lang: Lang) -> Tested {
    match answer {
        Ok(status) if status.app_name.eq_ignore_ascii_case(kind.as_str()) => {
            Tested { ok: true, reason: None, message: lang.text("app-test-ok", &[]) }
        }
        Ok(_other) => {
            let message = lang.text("app-test-other", &[("app", kind.as_str().into())]);
            Tested { ok: false, reason: Some(OTHER_APP), message }
        }
        Err(error) => {
            let id = error.fault.text_id();
            let status = i64::from(error.fault.status().unwrap_or_default());
            let message = lang.text(id, &[("status", status.into())]);
            Tested { ok: false, reason: Some(id.trim_start_matches("upstream-")), message }
        }
    }
}
