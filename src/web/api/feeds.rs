//! `/api/v1/feeds`: feeds. The URL that a client subscribes to holds the token, so it is shown once, when it is made.

use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::{Extension, Json};
use serde::{Deserialize, Serialize};
use tracing::info;
use utoipa::ToSchema;

use super::asked::{Named, is_plain};
use super::feed_filter::Filter;
use super::paging::Listed;
use super::{whole, words};
use crate::auth::token::{Token, TokenKind};
use crate::domain::feed::{FeedName, FeedPublicId};
use crate::domain::time::Ts;
use crate::publish::links::BaseUrl;
use crate::store::{self, NewFeed};
use crate::web::WebState;
use crate::web::access::guard::Identity;
use crate::web::input::json::JsonBody;
use crate::web::middleware::caller::Caller;
use crate::web::problem::{Code, Problem};
use crate::web::public::new_feed::new_feed;

/// A feed, without its token.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Feed {
    /// What its download links show; no secret.
    id: String,
    /// The person's name for it.
    name: String,
    /// What it takes.
    filter: Filter,
    /// The token's prefix and its last four characters, for recognising it.
    shown: String,
    /// When it was made.
    #[schema(format = DateTime)]
    created_at: String,
    /// When a client last asked for it.
    #[schema(format = DateTime)]
    last_used_at: Option<String>,
    /// What that client called itself.
    last_client: Option<String>,
    /// How often it was asked for.
    polls: u64,
    /// The name of the API key that it belongs to: it is what the predecessor's paths list for that key.
    key: Option<String>,
    /// Until when the URL from before the last rotation works too.
    #[schema(format = DateTime)]
    former_url_until: Option<String>,
}

impl From<store::Feed> for Feed {
    fn from(feed: store::Feed) -> Self {
        Self {
            id: feed.public_id.to_string(),
            name: feed.name.to_string(),
            filter: feed.filter.into(),
            shown: feed.token_shown,
            created_at: feed.created_at.to_string(),
            last_used_at: feed.last_used_at.map(|moment: Ts| moment.to_string()),
            last_client: feed.last_client,
            polls: feed.poll_count,
            key: feed.key_name,
            former_url_until: feed.former_token_until.map(|moment| moment.to_string()),
        }
    }
}

/// A feed to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct AskedFeed {
    /// The person's name for it; no other feed has it, whatever its case.
    #[schema(schema_with = words::plain_name)]
    name: String,
    /// What it takes; everything, if there is none.
    #[serde(default)]
    filter: Filter,
}

/// A new feed.
#[derive(Debug, Serialize, ToSchema)]
pub struct MadeFeed {
    /// What lists show of it.
    #[serde(flatten)]
    listed: Feed,
    /// The URL to subscribe to, shown this once.
    url: String,
}

/// List the feeds that were not revoked.
#[utoipa::path(get, path = "/api/v1/feeds", tag = "feeds", operation_id = "listFeeds",
    responses((status = 200, description = "The feeds, by name.", body = Listed<Feed>)))]
pub async fn list(State(state): State<WebState>) -> Result<Json<Listed<Feed>>, Problem> {
    let feeds = state.store().feeds().await?;
    Ok(Json(Listed { records: feeds.into_iter().map(Feed::from).collect() }))
}

/// Get a feed.
#[utoipa::path(get, path = "/api/v1/feeds/{id}", tag = "feeds", operation_id = "getFeed",
    params(("id" = String, Path, description = "The feed's id.", pattern = "^[A-Za-z0-9]{8,32}$")),
    responses((status = 200, description = "The feed.", body = Feed)),
    extensions(("x-problems" = json!(["not-found"]))))]
pub async fn show(State(state): State<WebState>, Named(id): Named<String>) -> Result<Json<Feed>, Problem> {
    Ok(Json(find(&state, &id).await?.into()))
}

/// Make a feed. The answer is the only one that shows its URL.
#[utoipa::path(post, path = "/api/v1/feeds", tag = "feeds", operation_id = "createFeed",
    request_body = AskedFeed,
    responses((status = 201, description = "The new feed.", body = MadeFeed)),
    extensions(("x-problems" = json!(["invalid-value", "name-taken"]))))]
pub async fn create(
    State(state): State<WebState>,
    caller: Caller,
    Extension(identity): Extension<Identity>,
    JsonBody(asked): JsonBody<AskedFeed>,
) -> Result<(StatusCode, Json<MadeFeed>), Problem> {
    let base = state.base.of(&caller)?;
    let (new, token) = with_secrets(asked)?;
    let now = state.store().now().await?;
    let feed = state.store().create_feed(new, now).await?;
    info!(event = "feed.created", feed = %feed.name, actor = identity.actor(), address = %caller.address);
    Ok((StatusCode::CREATED, Json(MadeFeed { listed: feed.into(), url: subscription(&base, &token) })))
}

/// How a feed gets another URL.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Rotation {
    /// For how many hours the former URL works too, so that its client can be told in peace; 0 ends it at once, as
    /// when it has leaked.
    #[serde(default = "usual_overlap", deserialize_with = "whole::of_u32")]
    #[schema(minimum = 0, maximum = 720)]
    overlap_hours: u32,
}

const fn usual_overlap() -> u32 {
    24
}

/// Give a feed another URL. The answer is the only one that shows it. Items and download links stay as they are.
#[utoipa::path(post, path = "/api/v1/feeds/{id}/rotate", tag = "feeds", operation_id = "rotateFeed",
    params(("id" = String, Path, description = "The feed's id.", pattern = "^[A-Za-z0-9]{8,32}$")),
    request_body = Rotation,
    responses((status = 200, description = "The feed with its new URL.", body = MadeFeed)),
    extensions(("x-problems" = json!(["not-found", "invalid-value", "conflict"]))))]
pub async fn rotate(
    State(state): State<WebState>,
    caller: Caller,
    Extension(identity): Extension<Identity>,
    Named(id): Named<String>,
    JsonBody(asked): JsonBody<Rotation>,
) -> Result<Json<MadeFeed>, Problem> {
    const MOST_HOURS: u32 = 720;
    if asked.overlap_hours > MOST_HOURS {
        return Err(Problem::invalid("overlapHours"));
    }
    let base = state.base.of(&caller)?;
    let feed = find(&state, &id).await?;
    if feed.key_name.is_some() {
        // It has no URL of its own: the key opens it.
        return Err(Problem::new(Code::Conflict));
    }
    let token = Token::generate(TokenKind::Feed, &mut rand::rng());
    let now = state.store().now().await?;
    let former_until = now.plus(Duration::from_hours(asked.overlap_hours.into()));
    let rotated = state.store().rotate_feed(&feed.name, token.hash(), token.shown(), former_until, now).await;
    if !rotated? {
        return Err(Problem::new(Code::NotFound));
    }
    info!(event = "feed.rotated", feed = %feed.name, actor = identity.actor(), address = %caller.address);
    let listed = find(&state, &id).await?.into();
    Ok(Json(MadeFeed { listed, url: subscription(&base, &token) }))
}

/// Revoke a feed: its URL and all its download links open nothing any more.
#[utoipa::path(delete, path = "/api/v1/feeds/{id}", tag = "feeds", operation_id = "revokeFeed",
    params(("id" = String, Path, description = "The feed's id.", pattern = "^[A-Za-z0-9]{8,32}$")),
    responses((status = 204, description = "It is revoked.")),
    extensions(("x-problems" = json!(["not-found"]))))]
pub async fn revoke(
    State(state): State<WebState>,
    caller: Caller,
    Extension(identity): Extension<Identity>,
    Named(id): Named<String>,
) -> Result<StatusCode, Problem> {
    let feed = find(&state, &id).await?;
    let now = state.store().now().await?;
    if !state.store().revoke_feed(&feed.name, now).await? {
        return Err(Problem::new(Code::NotFound));
    }
    info!(event = "feed.revoked", feed = %feed.name, actor = identity.actor(), address = %caller.address);
    Ok(StatusCode::NO_CONTENT)
}

/// The feed with secrets of its own, and its token, which is known only now.
fn with_secrets(asked: AskedFeed) -> Result<(NewFeed, Token), Problem> {
    let name = FeedName::parse(&asked.name).ok().filter(|_| is_plain(&asked.name, FeedName::MAX_CHARS));
    let filter = asked.filter.check()?;
    new_feed(name.ok_or(Problem::invalid("name"))?, filter).map_err(|_| Problem::new(Code::Internal))
}

/// The URL that a client subscribes to.
fn subscription(base: &BaseUrl, token: &Token) -> String {
    base.join(&["f", token.expose(), "rss.xml"])
}

async fn find(state: &WebState, id: &str) -> Result<store::Feed, Problem> {
    let unknown = Code::NotFound;
    let id = FeedPublicId::parse(id).map_err(|_| unknown)?;
    let now = state.store().now().await?;
    Ok(state.store().feed_by_public_id(&id, now).await?.ok_or(unknown)?)
}
