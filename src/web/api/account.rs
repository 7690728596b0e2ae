//! `/api/v1/account`: the one account.

use axum::Extension;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use secrecy::SecretString;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::web::WebState;
use crate::web::access::account;
use crate::web::access::guard::Identity;
use crate::web::input::json::JsonBody;
use crate::web::middleware::caller::Caller;

/// The password and the one to come.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewPassword {
    /// The present one.
    #[schema(value_type = String)]
    current: SecretString,
    /// The one to come.
    #[schema(value_type = String)]
    new: SecretString,
}

/// Change the password; every other session ends.
#[utoipa::path(put, path = "/api/v1/account/password", tag = "account", operation_id = "changePassword",
    request_body = NewPassword,
    responses((status = 204, description = "It is changed; the cookie is a new one.")),
    extensions(("x-problems" = json!(["wrong-password", "weak-password", "invalid-value"]))))]
pub async fn change_password(
    State(state): State<WebState>,
    caller: Caller,
    headers: HeaderMap,
    Extension(identity): Extension<Identity>,
    JsonBody(asked): JsonBody<NewPassword>,
) -> Response {
    let NewPassword { current, new } = asked;
    let changed = account::change_password(&state, &caller, &headers, &identity, current, new).await;
    changed.map_or_else(IntoResponse::into_response, super::session::with_cookie)
}
