//! `/api/v1/setup`: the account is made, once, for a caller who shows the set-up token.
//!
//! The guard has judged the token, and answers 404 as soon as there is an account.

use axum::Json;
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::web::WebState;
use crate::web::access::session;
use crate::web::access::setup_token::MAX_BODY_BYTES;
use crate::web::input::{body, json};
use crate::web::middleware::caller::Caller;
use crate::web::problem::Problem;

/// Whether the account has still to be made.
#[derive(Debug, Serialize, ToSchema)]
pub struct SetupState {
    /// Whether there is no account.
    needed: bool,
}

/// The account to be made.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct NewAccount {
    /// The set-up token, unless it is in the header `X-Setup-Token`.
    #[serde(default, rename = "token")]
    #[schema(value_type = String)]
    _token: IgnoredAny, // the guard has judged it
    /// The administrator's name.
    name: String,
    /// The password.
    password: String,
}

/// The account that was made.
#[derive(Debug, Serialize, ToSchema)]
pub struct Account {
    /// Its name.
    name: String,
}

/// Tell whether the account has still to be made.
#[utoipa::path(get, path = "/api/v1/setup", tag = "account", operation_id = "getSetup",
    responses((status = 200, description = "Whether there is no account.", body = SetupState)))]
pub async fn show(State(state): State<WebState>) -> Result<Json<SetupState>, Problem> {
    Ok(Json(SetupState { needed: state.accounts.is_setup_needed().await? }))
}

/// Make the account, for a caller who shows the set-up token, and sign its owner in. 404 as soon as there is one.
#[utoipa::path(post, path = "/api/v1/setup", tag = "account", operation_id = "createAccount",
    request_body = NewAccount,
    responses((status = 201, description = "The account is made; the session's cookie comes along.", body = Account)),
    extensions(("x-problems" = json!(["bad-setup-token", "weak-password", "invalid-value", "not-found"]))))]
pub async fn create(
    State(state): State<WebState>,
    caller: Caller,
    request: Request,
) -> Result<Response, Problem> {
    let headers = request.headers().clone();
    let body = body::read_whole(request, MAX_BODY_BYTES).await.map_err(Problem::new)?;
    let new: NewAccount = json::read(&headers, &body)?;
    let visitor = session::visitor(&state, &caller, &headers);
    let begun = state.accounts.create_first(&visitor, &new.name, new.password.into()).await?;
    let cookie = session::set_cookie(&state, &caller, &begun)?;
    let account = Json(Account { name: new.name });
    Ok((StatusCode::CREATED, [(header::SET_COOKIE, cookie)], account).into_response())
}
