//! `/api/v1/account`: the one account.

use axum::Extension;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use secrecy::SecretString;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::web::WebState;
use crate::web::access::identity::Identity;
use crate::web::access::session;
use crate::web::input::json::JsonBody;
use crate::web::middleware::caller::Caller;
use crate::web::problem::Problem;

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
) -> Result<Response, Problem> {
    let NewPassword { current, new } = asked;
    let (actor, visitor) = (identity.actor(&caller), session::visitor(&state, &caller, &headers));
    let begun = state.accounts.change_password(&actor, &visitor, identity.session(), current, new).await?;
    let cookie = begun.map(|begun| session::set_cookie(&state, &caller, &begun)).transpose()?;
    Ok(super::session::with_cookies(cookie))
}
