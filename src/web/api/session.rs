//! `/api/v1/session`: the session by which one asks. Its token is in the cookie and nowhere else.

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::store::Session;
use crate::web::WebState;
use crate::web::access::guard::Identity;
use crate::web::access::session;
use crate::web::access::sign_in;
use crate::web::input::json::JsonBody;
use crate::web::middleware::caller::Caller;
use crate::web::problem::{Code, Problem};

/// What signs in.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SignIn {
    /// The administrator's name.
    name: String,
    /// The password.
    #[schema(value_type = String)]
    password: SecretString,
}

/// Sign in: the session's cookie comes with the answer.
#[utoipa::path(post, path = "/api/v1/session", tag = "session", operation_id = "signIn",
    request_body = SignIn,
    responses((status = 204, description = "Signed in.")),
    extensions(("x-problems" = json!(["sign-in-failed", "cross-site", "too-many-attempts"]))))]
pub async fn begin(
    State(state): State<WebState>,
    caller: Caller,
    headers: HeaderMap,
    JsonBody(asked): JsonBody<SignIn>,
) -> Response {
    let begun = sign_in::with_password(&state, &caller, &headers, &asked.name, asked.password).await;
    begun.map_or_else(IntoResponse::into_response, |cookie| with_cookie(Some(cookie)))
}

/// Sign out: the session ends.
#[utoipa::path(delete, path = "/api/v1/session", tag = "session", operation_id = "signOut",
    responses((status = 204, description = "Signed out.")))]
pub async fn end(
    State(state): State<WebState>,
    caller: Caller,
    Extension(identity): Extension<Identity>,
) -> Response {
    match sign_in::out(&state, &caller, &identity).await {
        Ok(forget) => (StatusCode::NO_CONTENT, forget).into_response(),
        Err(problem) => problem.into_response(),
    }
}

/// Done, with this header.
pub(super) fn with_cookie(cookie: Option<HeaderValue>) -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    response.headers_mut().extend(cookie.map(|cookie| (header::SET_COOKIE, cookie)));
    response
}

/// Who asks.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct WhoAmI {
    /// The administrator's name.
    name: String,
    /// Whether nobody on the way could read the cookie.
    secure: bool,
    /// How one signed in.
    method: &'static str,
    /// The session, unless a proxy vouches for every request.
    session: Option<super::sessions::Row>,
}

/// Tell who asks.
#[utoipa::path(get, path = "/api/v1/session", tag = "session", operation_id = "getSession",
    responses((status = 200, description = "Who asks.", body = WhoAmI)))]
pub async fn show(
    State(state): State<WebState>,
    caller: Caller,
    headers: HeaderMap,
    Extension(identity): Extension<Identity>,
) -> Response {
    match who(&state, &caller, &headers, &identity).await {
        Ok(who) => Json(who).into_response(),
        Err(problem) => problem.into_response(),
    }
}

async fn who(
    state: &WebState,
    caller: &Caller,
    headers: &HeaderMap,
    identity: &Identity,
) -> Result<WhoAmI, Problem> {
    let administrator = sign_in::administrator(state).await?.ok_or(Problem::new(Code::Unauthorized))?;
    let session: Option<Session> = session::of(state, caller, headers).await?;
    Ok(WhoAmI {
        name: administrator.name,
        secure: session::is_private(caller),
        method: identity.method(),
        session: session.map(|session| super::sessions::Row::new(session, identity)),
    })
}
