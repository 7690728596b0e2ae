//! `/api/v1/sync`: how far the histories were read, and reading them now.

use axum::extract::State;
use axum::http::StatusCode;
use axum::{Extension, Json};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::paging::Listed;
use crate::admin::sync;
use crate::admin::view::app::SyncView;
use crate::admin::view::schema;
use crate::domain::app::AppName;
use crate::web::WebState;
use crate::web::access::identity::Identity;
use crate::web::input::json::JsonBody;
use crate::web::middleware::caller::Caller;
use crate::web::middleware::observe::RequestLang;
use crate::web::problem::Problem;

/// Which histories are to be read.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AskedSync {
    /// Only this app's; all, if there is none.
    #[schema(schema_with = schema::maybe_app_name, required = false)]
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
    responses((status = 200, description = "The state of each app.", body = Listed<SyncView>)))]
pub async fn show(
    State(state): State<WebState>,
    Extension(RequestLang(lang)): Extension<RequestLang>,
) -> Result<Json<Listed<SyncView>>, Problem> {
    let read = sync::progress(state.store(), state.deps.apps_with_history()).await?;
    Ok(Json(Listed { records: read.into_iter().map(|progress| SyncView::new(progress, lang)).collect() }))
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
    let begun = sync::request(&state.deps, &identity.actor(&caller), asked.app.as_ref()).await?;
    Ok((StatusCode::ACCEPTED, Json(Begun { apps: begun.iter().map(ToString::to_string).collect() })))
}
