//! `/login` and `/logout`: the sign-in by password, and its end.

use axum::Extension;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use secrecy::SecretString;
use serde::Deserialize;

use super::{Reader, refused, see};
use crate::web::WebState;
use crate::web::access::cross_site::{self, Ambient};
use crate::web::access::identity::Identity;
use crate::web::access::session;
use crate::web::input::form::Form;
use crate::web::input::return_path::local_path;
use crate::web::problem::Problem;
use crate::web::ui::view::{Login, Provider, page};

/// What the address may say.
#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    #[serde(rename = "return")]
    back: Option<String>,
}

/// Shows the form; a visitor who is signed in goes on, and without an account the set-up comes first.
pub async fn show(
    State(state): State<WebState>,
    reader: Reader,
    asked: Result<Query<Asked>, QueryRejection>,
    headers: HeaderMap,
) -> Response {
    let back = asked.ok().and_then(|Query(asked)| asked.back).unwrap_or_default();
    let back = local_path(&back, &state.url_base);
    match state.accounts.is_setup_needed().await {
        Err(failure) => return Problem::from(failure).into_response(),
        Ok(true) => return see(&state, "/setup", None),
        Ok(false) => {}
    }
    match session::current(&state, &reader.caller, &headers).await {
        Err(problem) => problem.into_response(),
        Ok(Some(_)) => see(&state, "/", None),
        Ok(None) => form(&state, &reader, &back, "", None),
    }
}

/// Signs in.
pub async fn enter(
    State(state): State<WebState>,
    reader: Reader,
    headers: HeaderMap,
    form_body: Form,
) -> Response {
    let (name, password) = (form_body.text("name"), form_body.secret("password"));
    let back = local_path(form_body.text("return"), &state.url_base);
    match sign_in(&state, &reader, &headers, name, password).await {
        Ok(cookies) => {
            let mut response = see(&state, "", None);
            for cookie in cookies {
                response.headers_mut().append(header::SET_COOKIE, cookie);
            }
            if let Ok(location) = back.parse() {
                response.headers_mut().insert(header::LOCATION, location);
            }
            response
        }
        Err(problem) => form(&state, &reader, &back, name, Some(problem)),
    }
}

async fn sign_in(
    state: &WebState,
    reader: &Reader,
    headers: &HeaderMap,
    name: &str,
    password: SecretString,
) -> Result<Vec<HeaderValue>, Problem> {
    cross_site::check(state, &reader.caller, headers, Ambient::Nothing)?;
    let visitor = session::visitor(state, &reader.caller, headers);
    let begun = state.accounts.sign_in(&visitor, name, password).await?;
    session::set_cookies(state, &reader.caller, &begun)
}

fn form(state: &WebState, reader: &Reader, back: &str, name: &str, problem: Option<Problem>) -> Response {
    let mut frame = reader.frame(state, "login", false);
    frame.problem = problem.as_ref().map(|problem| reader.sentence(problem));
    let provider = state.provider_name().map(|name| {
        let back: String = url::form_urlencoded::byte_serialize(back.as_bytes()).collect();
        Provider { name, path: format!("{}/login/oidc?return={back}", state.url_base) }
    });
    let login = Login { frame, back, name, provider };
    let response = page(StatusCode::OK, &login);
    match problem {
        Some(problem) => refused(response, &problem),
        None => response,
    }
}

/// Signs out.
pub async fn leave(
    State(state): State<WebState>,
    reader: Reader,
    Extension(identity): Extension<Identity>,
) -> Result<Response, Problem> {
    state.accounts.sign_out(&identity.actor(&reader.caller), identity.session()).await?;
    let forget = session::farewell(&state, &reader.caller)?;
    Ok((forget, see(&state, "/login", None)).into_response())
}
