//! `/api/v1/keys`: API keys. A key is shown once, when it is made.

use axum::extract::State;
use axum::http::StatusCode;
use axum::{Extension, Json};
use serde::Deserialize;
use utoipa::ToSchema;

use super::paging::Listed;
use crate::admin::keys;
use crate::admin::view::key::{KeyView, NewKeyView};
use crate::admin::view::{schema, whole_number};
use crate::auth::scope::{Scope, ScopeSet};
use crate::domain::ids::KeyId;
use crate::web::WebState;
use crate::web::access::identity::Identity;
use crate::web::input::json::JsonBody;
use crate::web::input::path::InPath;
use crate::web::middleware::caller::Caller;
use crate::web::problem::{Code, Problem};

/// A key to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct NewKey {
    /// The person's name for it; no other key that works has it.
    #[schema(schema_with = schema::plain_name)]
    name: String,
    /// What it opens: each scope opens its own routes and no other.
    #[schema(schema_with = schema::scope_list)]
    scopes: Vec<String>,
    /// After how many days it stops working; never, if there is none.
    #[serde(default, deserialize_with = "whole_number::optional")]
    #[schema(minimum = 1, maximum = 3650)]
    expires_in_days: Option<u64>,
}

impl NewKey {
    /// What it opens.
    fn scope_set(&self) -> Result<ScopeSet, Problem> {
        let read: Result<ScopeSet, _> = self.scopes.iter().map(|name| name.parse::<Scope>()).collect();
        read.map_err(|_| Problem::invalid("scopes"))
    }
}

/// List the keys that were not revoked.
#[utoipa::path(get, path = "/api/v1/keys", tag = "keys", operation_id = "listKeys",
    responses((status = 200, description = "The keys, by name.", body = Listed<KeyView>)))]
pub async fn list(State(state): State<WebState>) -> Result<Json<Listed<KeyView>>, Problem> {
    let found = state.store().keys().await?;
    Ok(Json(Listed { records: found.into_iter().map(KeyView::from).collect() }))
}

/// Get a key's record.
#[utoipa::path(get, path = "/api/v1/keys/{id}", tag = "keys", operation_id = "getKey",
    params(("id" = i64, Path, description = "The key's number.", minimum = 1)),
    responses((status = 200, description = "The key, without the key itself.", body = KeyView)),
    extensions(("x-problems" = json!(["not-found"]))))]
pub async fn show(State(state): State<WebState>, InPath(id): InPath<i64>) -> Result<Json<KeyView>, Problem> {
    Ok(Json(keys::find(state.store(), KeyId(id)).await?.into()))
}

/// Make a key. The answer is the only one that shows it. A key makes none that opens more than itself, or for longer.
#[utoipa::path(post, path = "/api/v1/keys", tag = "keys", operation_id = "createKey",
    request_body = NewKey,
    responses((status = 201, description = "The new key.", body = NewKeyView)),
    extensions(("x-problems" = json!(["invalid-value", "name-taken", "beyond-own-key"]))))]
pub async fn create(
    State(state): State<WebState>,
    caller: Caller,
    Extension(identity): Extension<Identity>,
    JsonBody(asked): JsonBody<NewKey>,
) -> Result<(StatusCode, Json<NewKeyView>), Problem> {
    let (scopes, actor) = (asked.scope_set()?, identity.actor(&caller));
    let made = keys::create(state.store(), &actor, &asked.name, scopes, asked.expires_in_days).await?;
    let key = made.token.expose().to_owned();
    Ok((StatusCode::CREATED, Json(NewKeyView { listed: made.record.into(), key })))
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
    InPath(id): InPath<i64>,
) -> Result<StatusCode, Problem> {
    let id = KeyId(id);
    if matches!(identity, Identity::Key(ref own) if own.id == id) {
        return Err(Problem::new(Code::Conflict));
    }
    keys::revoke(state.store(), &identity.actor(&caller), id).await?;
    Ok(StatusCode::NO_CONTENT)
}
