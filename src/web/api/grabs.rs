//! `/api/v1/grabs`: what the apps grabbed, what became of it, and why.

use axum::extract::State;
use axum::http::StatusCode;
use axum::{Extension, Json};
use utoipa::IntoParams;

use super::paging::{Page, Paging};
use crate::admin::grabs;
use crate::admin::view::grab::{GrabView, GrabWithAttemptsView};
use crate::admin::view::schema;
use crate::domain::app::AppName;
use crate::domain::grab::GrabState;
use crate::domain::ids::GrabId;
use crate::domain::reason::Reason;
use crate::store::{GrabFilter, GrabSort};
use crate::web::WebState;
use crate::web::access::identity::Identity;
use crate::web::input::path::InPath;
use crate::web::input::query::Query;
use crate::web::middleware::caller::Caller;
use crate::web::middleware::observe::RequestLang;
use crate::web::problem::Problem;

/// Which grabs are asked for.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub struct Filter {
    /// What they are sorted by; `createdAt` unless asked otherwise.
    #[param(required = false, schema_with = schema::grab_sort_keys)]
    sort_key: GrabSort,
    /// Only this state.
    #[param(schema_with = schema::grab_states)]
    state: Option<GrabState>,
    /// Only this app.
    #[param(schema_with = schema::app_name)]
    app: Option<AppName>,
    /// Only this reason.
    #[param(schema_with = schema::reasons)]
    reason: Option<Reason>,
    /// Only those with this text in their title, whatever its case.
    #[param(schema_with = schema::searched)]
    title: Option<String>,
}

impl Filter {
    fn take(query: &mut Query) -> Result<Self, Problem> {
        Ok(Self {
            sort_key: query.take("sortKey", GrabSort::from_name)?.unwrap_or_default(),
            state: query.take("state", GrabState::from_name)?,
            app: query.take("app", |name| AppName::parse(name).ok())?,
            reason: query.take("reason", Reason::from_code)?,
            title: query.take_text("title")?,
        })
    }
}

/// List grabs.
#[utoipa::path(get, path = "/api/v1/grabs", tag = "grabs", operation_id = "listGrabs",
    params(Paging, Filter),
    responses((status = 200, description = "A page of grabs.", body = Page<GrabView>)),
    extensions(("x-problems" = json!(["invalid-value", "bad-request"]))))]
pub async fn list(
    State(state): State<WebState>,
    Extension(RequestLang(lang)): Extension<RequestLang>,
    mut query: Query,
) -> Result<Json<Page<GrabView>>, Problem> {
    let paging = Paging::take(&mut query)?;
    let Filter { sort_key, state: asked, app, reason, title } = Filter::take(&mut query)?;
    query.finish()?;
    let filter =
        GrabFilter { state: asked, app, reason, title, sort: sort_key, direction: paging.sort_direction };
    let found = state.store().grabs(&filter, paging.page_size, paging.offset()).await?;
    let records = found.grabs.into_iter().map(|grab| GrabView::new(grab, lang)).collect();
    Ok(Json(paging.page(sort_key.as_str(), found.total, records)))
}

/// Get a grab with its timeline.
#[utoipa::path(get, path = "/api/v1/grabs/{id}", tag = "grabs", operation_id = "getGrab",
    params(("id" = i64, Path, description = "The grab's number.", minimum = 1)),
    responses((status = 200, description = "The grab.", body = GrabWithAttemptsView)),
    extensions(("x-problems" = json!(["not-found"]))))]
pub async fn show(
    State(state): State<WebState>,
    Extension(RequestLang(lang)): Extension<RequestLang>,
    InPath(id): InPath<i64>,
) -> Result<Json<GrabWithAttemptsView>, Problem> {
    let (grab, attempts) = grabs::find_with_attempts(state.store(), GrabId(id)).await?;
    Ok(Json(GrabWithAttemptsView::new(grab, attempts, lang)))
}

/// Try a failed or skipped grab again. 409 if it is neither.
#[utoipa::path(post, path = "/api/v1/grabs/{id}/retry", tag = "grabs", operation_id = "retryGrab",
    params(("id" = i64, Path, description = "The grab's number.", minimum = 1)),
    responses((status = 202, description = "It is pending again.", body = GrabView)),
    extensions(("x-problems" = json!(["not-found", "conflict"]))))]
pub async fn retry(
    State(state): State<WebState>,
    caller: Caller,
    Extension(identity): Extension<Identity>,
    Extension(RequestLang(lang)): Extension<RequestLang>,
    InPath(id): InPath<i64>,
) -> Result<(StatusCode, Json<GrabView>), Problem> {
    let (actor, wake) = (identity.actor(&caller), Some(&state.deps.wake));
    let grab = grabs::retry(state.store(), &actor, GrabId(id), wake).await?;
    Ok((StatusCode::ACCEPTED, Json(GrabView::new(grab, lang))))
}
