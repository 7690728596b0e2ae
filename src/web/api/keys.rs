//! `/api/v1/keys`: API keys. A key is shown once, when it is made.

use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::{Extension, Json};
use serde::{Deserialize, Serialize};
use tracing::info;
use utoipa::ToSchema;

use super::asked::{Named, is_plain};
use super::paging::Listed;
use super::{whole, words};
use crate::auth::scope::{Scope, ScopeSet};
use crate::auth::token::{Token, TokenKind};
use crate::domain::ids::KeyId;
use crate::domain::time::Ts;
use crate::store::{ApiKey, NewApiKey};
use crate::web::WebState;
use crate::web::access::guard::Identity;
use crate::web::input::json::JsonBody;
use crate::web::middleware::caller::Caller;
use crate::web::problem::{Code, Problem};

/// The longest name, in characters.
const MAX_NAME_CHARS: usize = 64;
/// The longest life of a key that has an end.
const MAX_DAYS: u64 = 3650;

/// A key, without the key.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Key {
    /// Its number.
    #[schema(schema_with = words::row_number)]
    id: i64,
    /// The person's name for it.
    name: String,
    /// Its prefix and its last four characters, for recognising it.
    shown: String,
    /// What it opens.
    #[schema(value_type = Vec<String>)]
    scopes: Vec<&'static str>,
    /// When it was made.
    #[schema(format = DateTime)]
    created_at: String,
    /// When it was last used, to the minute.
    #[schema(format = DateTime)]
    last_used_at: Option<String>,
    /// When it stops working.
    #[schema(format = DateTime)]
    expires_at: Option<String>,
}

impl From<ApiKey> for Key {
    fn from(key: ApiKey) -> Self {
        let date = |moment: Ts| moment.to_string();
        let scopes: ScopeSet = key.scopes.parse().unwrap_or_default();
        Self {
            id: key.id.0,
            name: key.name,
            shown: key.key_shown,
            scopes: scopes.iter().map(Scope::as_str).collect(),
            created_at: date(key.created_at),
            last_used_at: key.last_used_at.map(date),
            expires_at: key.expires_at.map(date),
        }
    }
}

/// A key to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct NewKey {
    /// The person's name for it; no other key that works has it.
    #[schema(schema_with = words::plain_name)]
    name: String,
    /// What it opens: each scope opens its own routes and no other.
    #[schema(schema_with = words::scope_list)]
    scopes: Vec<String>,
    /// After how many days it stops working; never, if there is none.
    #[serde(default, deserialize_with = "whole::maybe")]
    #[schema(minimum = 1, maximum = 3650)]
    expires_in_days: Option<u64>,
}

impl NewKey {
    /// What it opens; refused if it would open nothing.
    fn scope_set(&self) -> Result<ScopeSet, Problem> {
        let read: Result<ScopeSet, _> = self.scopes.iter().map(|name| name.parse::<Scope>()).collect();
        read.ok().filter(|scopes| !scopes.is_empty()).ok_or(Problem::invalid("scopes"))
    }

    /// How long it works.
    fn life(&self) -> Result<Option<Duration>, Problem> {
        let Some(days) = self.expires_in_days else { return Ok(None) };
        let sound = (1..=MAX_DAYS).contains(&days);
        if sound { Ok(Some(Duration::from_hours(24 * days))) } else { Err(Problem::invalid("expiresInDays")) }
    }
}

/// A new key.
#[derive(Debug, Serialize, ToSchema)]
pub struct MadeKey {
    /// What lists show of it.
    #[serde(flatten)]
    listed: Key,
    /// The key itself, shown this once.
    key: String,
}

/// List the keys that were not revoked.
#[utoipa::path(get, path = "/api/v1/keys", tag = "keys", operation_id = "listKeys",
    responses((status = 200, description = "The keys, by name.", body = Listed<Key>)))]
pub async fn list(State(state): State<WebState>) -> Result<Json<Listed<Key>>, Problem> {
    let keys = state.store().keys().await?;
    Ok(Json(Listed { records: keys.into_iter().map(Key::from).collect() }))
}

/// Get a key's record.
#[utoipa::path(get, path = "/api/v1/keys/{id}", tag = "keys", operation_id = "getKey",
    params(("id" = i64, Path, description = "The key's number.", minimum = 1)),
    responses((status = 200, description = "The key, without the key itself.", body = Key)),
    extensions(("x-problems" = json!(["not-found"]))))]
pub async fn show(State(state): State<WebState>, Named(id): Named<i64>) -> Result<Json<Key>, Problem> {
    find(&state, KeyId(id)).await.map(Json)
}

/// Make a key. The answer is the only one that shows it.
#[utoipa::path(post, path = "/api/v1/keys", tag = "keys", operation_id = "createKey",
    request_body = NewKey,
    responses((status = 201, description = "The new key.", body = MadeKey)),
    extensions(("x-problems" = json!(["invalid-value", "name-taken"]))))]
pub async fn create(
    State(state): State<WebState>,
    caller: Caller,
    Extension(identity): Extension<Identity>,
    JsonBody(asked): JsonBody<NewKey>,
) -> Result<(StatusCode, Json<MadeKey>), Problem> {
    if !is_plain(&asked.name, MAX_NAME_CHARS) {
        return Err(Problem::invalid("name"));
    }
    let scopes = asked.scope_set()?;
    let life = asked.life()?;
    let now = state.store().now().await?;
    let token = Token::generate(TokenKind::ApiKey, &mut rand::rng());
    let new = NewApiKey {
        name: asked.name,
        key_hash: token.hash(),
        key_shown: token.shown(),
        scopes: scopes.to_string(),
        expires_at: life.map(|life| now.plus(life)),
    };
    let id = state.store().create_key(new, now).await?;
    let listed = find(&state, id).await?;
    let (name, actor) = (&*listed.name, identity.actor());
    info!(event = "key.created", name, scopes = %scopes, actor, address = %caller.address);
    Ok((StatusCode::CREATED, Json(MadeKey { listed, key: token.expose().to_owned() })))
}

/// Revoke a key: it opens nothing any more. A key does not revoke itself, or a script could lock itself out: 409.
#[utoipa::path(delete, path = "/api/v1/keys/{id}", tag = "keys", operation_id = "revokeKey",
    params(("id" = i64, Path, description = "The key's number.", minimum = 1)),
    responses((status = 204, description = "It is revoked.")),
    extensions(("x-problems" = json!(["not-found", "conflict"]))))]
pub async fn revoke(
    State(state): State<WebState>,
    caller: Caller,
    Extension(identity): Extension<Identity>,
    Named(id): Named<i64>,
) -> Result<StatusCode, Problem> {
    let id = KeyId(id);
    if matches!(identity, Identity::Key { id: own, .. } if own == id) {
        return Err(Problem::new(Code::Conflict));
    }
    let now = state.store().now().await?;
    let revoked = state.store().revoke_key_numbered(id, now).await?;
    let name = revoked.ok_or(Problem::new(Code::NotFound))?;
    info!(event = "key.revoked", name, actor = identity.actor(), address = %caller.address);
    Ok(StatusCode::NO_CONTENT)
}

async fn find(state: &WebState, id: KeyId) -> Result<Key, Problem> {
    let keys = state.store().keys().await?;
    let found = keys.into_iter().find(|key| key.id == id);
    found.map(Key::from).ok_or(Problem::new(Code::NotFound))
}
