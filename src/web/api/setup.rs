//! The first set-up: whoever shows the set-up token makes the account, once.
//!
//! Owns: the order of the checks. Nothing of the body is judged before the token is right, and the guard answers 404 as
//! soon as there is an account. Must not know: what tokens and passwords are made of.

use std::time::Duration;

use axum::Json;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use secrecy::SecretString;
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use tracing::{info, warn};
use utoipa::ToSchema;

use crate::auth::password::Refused;
use crate::auth::setup::check_name;
use crate::auth::token::token_hash;
use crate::domain::throttle::ThrottleRule;
use crate::store::NewAdministrator;
use crate::web::WebState;
use crate::web::access::cross_site;
use crate::web::access::session;
use crate::web::access::sign_in;
use crate::web::input::body;
use crate::web::input::json;
use crate::web::middleware::caller::Caller;
use crate::web::problem::{Code, Problem};

/// The header with the token, for who wants it out of the body.
const TOKEN_HEADER: &str = "x-setup-token";
/// The largest body, in bytes.
const MOST_BYTES: usize = 16 * 1024;
/// How wrong tokens make a network wait.
const THROTTLE: ThrottleRule = ThrottleRule {
    free: 5,
    first: Duration::from_secs(1),
    longest: Duration::from_mins(15),
    forget_after: Duration::from_hours(24),
};

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
    _token: IgnoredAny, // was looked at before
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
    Ok(Json(SetupState { needed: is_needed(&state).await? }))
}

/// Whether there is no account yet. The guard asks it before every use of a set-up token.
pub async fn is_needed(state: &WebState) -> Result<bool, Problem> {
    Ok(state.setup.is_needed(state.store()).await?)
}

/// Make the account, for who shows the set-up token, and sign its owner in. 404 as soon as there is one.
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
    cross_site::check(&state, &caller, &headers, cross_site::Ambient::Nothing)?;
    let body = body::whole(request, MOST_BYTES).await.map_err(Problem::new)?;
    check_token(&state, &caller, shown_token(&headers, &body)).await?;
    let new: NewAccount = json::read(&headers, &body)?;
    let cookie = make_account(&state, &caller, &headers, &new.name, new.password.into()).await?;
    let account = Json(Account { name: new.name });
    Ok((StatusCode::CREATED, [(header::SET_COOKIE, cookie)], account).into_response())
}

/// Makes the account for who has shown the token, and gives the cookie of a session.
pub async fn make_account(
    state: &WebState,
    caller: &Caller,
    headers: &HeaderMap,
    name: &str,
    password: SecretString,
) -> Result<HeaderValue, Problem> {
    check_name(name).map_err(|_| Problem::invalid("name"))?;
    let password_hash = new_hash(state, caller, name, password).await?;
    let now = state.store().now().await?;
    let administrator = NewAdministrator { name: name.to_owned(), password_hash };
    let made = state.store().create_administrator(administrator, now).await?;
    state.setup.finish();
    if !made {
        // Somebody was faster; the route is gone for everybody else.
        return Err(Problem::new(Code::NotFound));
    }
    info!(event = "auth.administrator-made", by = "setup", address = %caller.address);
    let (_, cookie) = session::begin(state, caller, headers, sign_in::BY_PASSWORD).await?;
    Ok(cookie)
}

/// The hash of a new password for the account of this name, if it keeps the rules.
pub async fn new_hash(
    state: &WebState,
    caller: &Caller,
    name: &str,
    password: SecretString,
) -> Result<String, Problem> {
    let host = caller.host.as_ref().map(ToString::to_string).unwrap_or_default();
    let names = vec![name.to_owned(), host];
    let hashed = state.passwords.hash_new(state.password_rules, password, names).await;
    hashed.map_err(|refused| match refused {
        Refused::Weak(weakness) => Problem::weak_password(weakness),
        Refused::Busy(_) => Problem::new(Code::Unavailable),
    })
}

/// Lets who shows the token pass. Counted before it is looked at, so that a thousand guesses at once are a thousand.
pub async fn check_token(state: &WebState, caller: &Caller, shown: Option<[u8; 32]>) -> Result<(), Problem> {
    let subject = format!("setup:{}", caller.network());
    let now = state.store().now().await?;
    let wait = state.store().begin_attempt(&[(subject.clone(), THROTTLE)], now).await?;
    if let Some(wait) = wait {
        warn!(event = "auth.setup-throttled", address = %caller.address);
        return Err(Problem::throttled(wait));
    }
    let right = match shown {
        Some(hash) => state.store().is_setup_token(&hash).await?,
        None => false,
    };
    if !right {
        warn!(event = "auth.setup-refused", address = %caller.address);
        return Err(Problem::new(Code::BadSetupToken));
    }
    Ok(state.store().forget_attempts(&[subject]).await?)
}

fn shown_token(headers: &HeaderMap, body: &Bytes) -> Option<[u8; 32]> {
    if let Some(value) = headers.get(TOKEN_HEADER) {
        return value.to_str().ok().map(|text| token_hash(text.trim()));
    }
    let body: serde_json::Value = serde_json::from_slice(body).ok()?;
    body.get("token")?.as_str().map(|text| token_hash(text.trim()))
}
