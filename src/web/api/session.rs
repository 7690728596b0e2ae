//! `/api/v1/session`: the session by which one asks. Its token is in the cookie and nowhere else.

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::admin::view::session::SessionView;
use crate::web::WebState;
use crate::web::access::cross_site::{self, Ambient};
use crate::web::access::identity::Identity;
use crate::web::access::session;
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
) -> Result<Response, Problem> {
    cross_site::check(&state, &caller, &headers, Ambient::Nothing)?;
    let visitor = session::visitor(&state, &caller, &headers);
    let begun = state.accounts.sign_in(&visitor, &asked.name, asked.password).await?;
    Ok(with_cookies(session::set_cookies(&state, &caller, &begun)?))
}

/// Sign out: the session ends.
#[utoipa::path(delete, path = "/api/v1/session", tag = "session", operation_id = "signOut",
    responses((status = 204, description = "Signed out.")))]
pub async fn end(
    State(state): State<WebState>,
    caller: Caller,
    Extension(identity): Extension<Identity>,
) -> Result<Response, Problem> {
    state.accounts.sign_out(&identity.actor(&caller), identity.session()).await?;
    Ok((StatusCode::NO_CONTENT, session::farewell(&state, &caller)?).into_response())
}

/// Done, with these cookies.
pub(super) fn with_cookies(cookies: impl IntoIterator<Item = HeaderValue>) -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    for cookie in cookies {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

/// Who asks.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct WhoAmI {
    /// The administrator's name.
    name: String,
    /// Whether nobody on the way could read the cookie.
    secure: bool,
    /// How one signed in.
    method: &'static str,
    /// The session, unless a proxy vouches for every request.
    session: Option<SessionView>,
}

/// Tell who asks.
#[utoipa::path(get, path = "/api/v1/session", tag = "session", operation_id = "getSession",
    responses((status = 200, description = "Who asks.", body = WhoAmI)))]
pub async fn show(
    State(state): State<WebState>,
    caller: Caller,
    headers: HeaderMap,
    Extension(identity): Extension<Identity>,
) -> Result<Json<WhoAmI>, Problem> {
    let administrator = state.accounts.administrator().await?.ok_or(Code::Unauthorized)?;
    let found = session::current(&state, &caller, &headers).await?;
    Ok(Json(WhoAmI {
        name: administrator.name,
        secure: session::is_private(&caller),
        method: identity.method(),
        session: found.map(|found| SessionView::new(found, identity.session())),
    }))
}
