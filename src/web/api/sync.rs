//! `/api/v1/sync`: how far the histories were read, and reading them now.

use axum::extract::State;
use axum::http::StatusCode;
use axum::{Extension, Json};
use serde::{Deserialize, Serialize};
use tracing::info;
use utoipa::ToSchema;

use super::paging::Listed;
use super::reason::Told;
use super::words;
use crate::domain::app::AppName;
use crate::domain::time::Ts;
use crate::ops::text::Lang;
use crate::pipeline::deps::Deps;
use crate::pipeline::housekeeping::WEBHOOK_PATIENCE;
use crate::web::WebState;
use crate::web::access::guard::Identity;
use crate::web::input::json::JsonBody;
use crate::web::middleware::caller::Caller;
use crate::web::middleware::observe::AskedLang;
use crate::web::problem::{Code, Problem};

/// How far an app's history was read.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SyncState {
    /// The app.
    #[schema(schema_with = words::app_name)]
    app: String,
    /// The newest moment up to which every row is stored.
    #[schema(format = DateTime)]
    read_until: Option<String>,
    /// When the history was last read to its end.
    #[schema(format = DateTime)]
    last_success_at: Option<String>,
    /// When reading it last failed.
    #[schema(format = DateTime)]
    last_failure_at: Option<String>,
    /// Why it failed.
    last_failure: Option<Told>,
    /// When the webhook was last heard.
    #[schema(format = DateTime)]
    last_webhook_at: Option<String>,
    /// Grabs that the history told of and the webhook did not.
    missed_webhooks: i64,
    /// When it is read next.
    #[schema(format = DateTime)]
    next_at: Option<String>,
}

impl SyncState {
    /// Of every app whose history is read, Prowlarr last.
    pub async fn of_all(state: &WebState, lang: Lang) -> Result<Vec<Self>, Problem> {
        let store = state.store();
        let now = store.now().await?;
        let missed = store.webhooks_missed(now.minus(WEBHOOK_PATIENCE)).await;
        let missed = missed?;
        let date = |moment: Ts| moment.to_string();
        let mut states = Vec::new();
        for app in read_apps(&state.deps) {
            let known = store.app_sync(app).await?;
            let next = store.job_due(&Deps::sync_job(app)).await?;
            let failure = known.last_failure.filter(|_| known.last_failure_at > known.last_success_at);
            states.push(Self {
                app: app.to_string(),
                read_until: known.cursor_at.map(date),
                last_success_at: known.last_success_at.map(date),
                last_failure_at: known.last_failure_at.map(date),
                last_failure: failure.and_then(|code| Told::of_code(&code, lang)),
                last_webhook_at: known.last_webhook_at.map(date),
                missed_webhooks: missed.iter().find(|of| of.app == app.as_str()).map_or(0, |of| of.grabs),
                next_at: next.map(date),
            });
        }
        Ok(states)
    }

    /// Whether it is of this app.
    pub fn is_of(&self, app: &AppName) -> bool {
        self.app == app.as_str()
    }
}

/// Which histories are to be read.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AskedSync {
    /// Only this app's; all, if there is none.
    #[schema(schema_with = words::maybe_app_name, required = false)]
    app: Option<AppName>,
}

/// The histories that are read now.
#[derive(Debug, Serialize, ToSchema)]
pub struct Begun {
    /// The apps.
    apps: Vec<String>,
}

/// Tell how far the histories were read.
#[utoipa::path(get, path = "/api/v1/sync", tag = "sync", operation_id = "getSync",
    responses((status = 200, description = "The state of each app.", body = Listed<SyncState>)))]
pub async fn show(
    State(state): State<WebState>,
    Extension(AskedLang(lang)): Extension<AskedLang>,
) -> Result<Json<Listed<SyncState>>, Problem> {
    Ok(Json(Listed { records: SyncState::of_all(&state, lang).await? }))
}

/// Read the histories now, all or one.
#[utoipa::path(post, path = "/api/v1/sync", tag = "sync", operation_id = "startSync",
    request_body = AskedSync,
    responses((status = 202, description = "They are read as soon as a worker is free.", body = Begun)),
    extensions(("x-problems" = json!(["not-found"]))))]
pub async fn start(
    State(state): State<WebState>,
    caller: Caller,
    Extension(identity): Extension<Identity>,
    JsonBody(asked): JsonBody<AskedSync>,
) -> Result<(StatusCode, Json<Begun>), Problem> {
    let wanted = |app: &&AppName| asked.app.as_ref().is_none_or(|wanted| wanted == *app);
    let apps: Vec<&AppName> = read_apps(&state.deps).filter(wanted).collect();
    if apps.is_empty() && asked.app.is_some() {
        return Err(Problem::new(Code::NotFound));
    }
    let now = state.store().now().await?;
    for app in &apps {
        state.store().nudge_job(&Deps::sync_job(app), now).await?;
    }
    let (count, actor) = (apps.len(), identity.actor());
    info!(event = "sync.asked", apps = count, actor, address = %caller.address);
    Ok((StatusCode::ACCEPTED, Json(Begun { apps: apps.into_iter().map(ToString::to_string).collect() })))
}

/// The apps whose histories are read.
fn read_apps(deps: &Deps) -> impl Iterator<Item = &AppName> {
    deps.apps.iter().map(|app| &app.name).chain(deps.prowlarr.iter().map(|prowlarr| &prowlarr.name))
}
