//! `/api/v1/account`: the one account.

use axum::Extension;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use secrecy::SecretString;
use serde::Deserialize;

use crate::web::access::Identity;
use crate::web::arrival::Client;
use crate::web::json::JsonBody;
use crate::web::{WebState, account};

/// The password and the one to come.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewPassword {
    current: SecretString,
    new: SecretString,
}

/// Changes the password; every other session ends.
pub async fn change_password(
    State(state): State<WebState>,
    client: Client,
    headers: HeaderMap,
    Extension(identity): Extension<Identity>,
    JsonBody(asked): JsonBody<NewPassword>,
) -> Response {
    let NewPassword { current, new } = asked;
    let changed = account::change_password(&state, &client, &headers, &identity, current, new).await;
    changed.map_or_else(IntoResponse::into_response, super::session::with_cookie)
}
