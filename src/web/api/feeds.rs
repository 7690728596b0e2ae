//! `/api/v1/feeds`: feeds. The URL that a client subscribes to holds the token, so it is shown once, when it is made.

use axum::extract::State;
use axum::http::StatusCode;
use axum::{Extension, Json};
use serde::Deserialize;
use utoipa::ToSchema;

use super::paging::Listed;
use crate::admin::AdminError;
use crate::admin::feeds::{self, FeedWithToken, USUAL_OVERLAP_HOURS};
use crate::admin::view::feed::{BeginningView, FeedView, NewFeedView};
use crate::admin::view::feed_filter::FilterView;
use crate::admin::view::{schema, whole_number};
use crate::domain::time::Ts;
use crate::publish::format::FeedFormat;
use crate::publish::links::BaseUrl;
use crate::web::WebState;
use crate::web::access::identity::Identity;
use crate::web::input::json::JsonBody;
use crate::web::input::path::InPath;
use crate::web::middleware::caller::Caller;
use crate::web::problem::Problem;

/// A feed to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct AskedFeed {
    /// The person's name for it; no other feed has it, whatever its case.
    #[schema(schema_with = schema::plain_name)]
    name: String,
    /// What it takes; everything, if there is none.
    #[serde(default)]
    filter: FilterView,
    /// Where it begins: with `everything` that is kept, with the last days, such as `7d`, or `now`. If it is not said: now, if
    /// a feed of this name was there before, else with everything.
    #[serde(default)]
    #[schema(pattern = "^(everything|now|[1-9][0-9]{0,3}d)$")]
    begins: Option<String>,
}

/// List the feeds that were not revoked.
#[utoipa::path(get, path = "/api/v1/feeds", tag = "feeds", operation_id = "listFeeds",
    responses((status = 200, description = "The feeds, by name.", body = Listed<FeedView>)))]
pub async fn list(State(state): State<WebState>) -> Result<Json<Listed<FeedView>>, Problem> {
    let feeds = state.store().feeds().await?;
    let now = state.store().now().await?;
    Ok(Json(Listed { records: feeds.into_iter().map(|feed| FeedView::new(feed, now)).collect() }))
}

/// Get a feed.
#[utoipa::path(get, path = "/api/v1/feeds/{id}", tag = "feeds", operation_id = "getFeed",
    params(("id" = String, Path, description = "The feed's id.", pattern = "^[A-Za-z0-9]{8,32}$")),
    responses((status = 200, description = "The feed.", body = FeedView)),
    extensions(("x-problems" = json!(["not-found"]))))]
pub async fn show(
    State(state): State<WebState>,
    InPath(id): InPath<String>,
) -> Result<Json<FeedView>, Problem> {
    let feed = feeds::find(state.store(), &id).await?;
    Ok(Json(FeedView::new(feed, state.store().now().await?)))
}

/// Make a feed. The answer is the only one that shows its URL.
#[utoipa::path(post, path = "/api/v1/feeds", tag = "feeds", operation_id = "createFeed",
    request_body = AskedFeed,
    responses((status = 201, description = "The new feed.", body = NewFeedView)),
    extensions(("x-problems" = json!(["invalid-value", "name-taken"]))))]
pub async fn create(
    State(state): State<WebState>,
    caller: Caller,
    Extension(identity): Extension<Identity>,
    JsonBody(asked): JsonBody<AskedFeed>,
) -> Result<(StatusCode, Json<NewFeedView>), Problem> {
    let base = state.base_for(&caller)?;
    let actor = identity.actor(&caller);
    let begins = asked.begins.as_deref().map(str::parse).transpose();
    let begins = begins.map_err(|_| AdminError::Invalid("begins"))?;
    let made = feeds::create(state.store(), &actor, &asked.name, asked.filter.check()?, begins).await?;
    let view = with_url(made.with_token, &base, state.store().now().await?);
    let begins = Some(BeginningView { from: made.begins.to_string(), items: made.items });
    Ok((StatusCode::CREATED, Json(NewFeedView { begins, ..view })))
}

/// How a feed gets another URL.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Rotation {
    /// For how many hours the former URL works too, so that its client can be told in peace; 0 ends it at once, as
    /// when it has leaked.
    #[serde(default = "usual_overlap", deserialize_with = "whole_number::required")]
    #[schema(minimum = 0, maximum = 720)]
    overlap_hours: u32,
}

const fn usual_overlap() -> u32 {
    USUAL_OVERLAP_HOURS
}

/// Give a feed another URL. The answer is the only one that shows it. Items and download links stay as they are.
#[utoipa::path(post, path = "/api/v1/feeds/{id}/rotate", tag = "feeds", operation_id = "rotateFeed",
    params(("id" = String, Path, description = "The feed's id.", pattern = "^[A-Za-z0-9]{8,32}$")),
    request_body = Rotation,
    responses((status = 200, description = "The feed with its new URL.", body = NewFeedView)),
    extensions(("x-problems" = json!(["not-found", "invalid-value", "conflict"]))))]
pub async fn rotate(
    State(state): State<WebState>,
    caller: Caller,
    Extension(identity): Extension<Identity>,
    InPath(id): InPath<String>,
    JsonBody(asked): JsonBody<Rotation>,
) -> Result<Json<NewFeedView>, Problem> {
    let base = state.base_for(&caller)?;
    let feed = feeds::find(state.store(), &id).await?;
    let actor = identity.actor(&caller);
    let rotated = feeds::rotate(state.store(), &actor, &feed, asked.overlap_hours).await?;
    Ok(Json(with_url(rotated, &base, state.store().now().await?)))
}

/// Revoke a feed: its URL and all its download links open nothing any more. 409 for the feed of a key, which ends with
/// its key.
#[utoipa::path(delete, path = "/api/v1/feeds/{id}", tag = "feeds", operation_id = "revokeFeed",
    params(("id" = String, Path, description = "The feed's id.", pattern = "^[A-Za-z0-9]{8,32}$")),
    responses((status = 204, description = "It is revoked.")),
    extensions(("x-problems" = json!(["not-found", "conflict"]))))]
pub async fn revoke(
    State(state): State<WebState>,
    caller: Caller,
    Extension(identity): Extension<Identity>,
    InPath(id): InPath<String>,
) -> Result<StatusCode, Problem> {
    let feed = feeds::find(state.store(), &id).await?;
    feeds::revoke(state.store(), &identity.actor(&caller), &feed).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The feed with the URL that a client subscribes to.
fn with_url(made: FeedWithToken, base: &BaseUrl, now: Ts) -> NewFeedView {
    let url = base.join(&["f", made.token.expose(), FeedFormat::Rss.path_segment()]);
    NewFeedView { listed: FeedView::new(made.feed, now), url, begins: None }
}
