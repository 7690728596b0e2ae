//! `/setup`: the account is made, once.

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use secrecy::{ExposeSecret, SecretString};

use super::{Reader, refused, see};
use crate::auth::token::token_hash;
use crate::web::WebState;
use crate::web::access::cross_site::{self, Ambient};
use crate::web::api::setup;
use crate::web::input::form::Form;
use crate::web::problem::{Code, Problem};
use crate::web::ui::view::{Setup, page};

/// Shows the form.
pub async fn show(State(state): State<WebState>, reader: Reader) -> Response {
    form(&state, &reader, "", None)
}

/// Makes the account and signs in.
pub async fn create(
    State(state): State<WebState>,
    reader: Reader,
    headers: HeaderMap,
    form_body: Form,
) -> Response {
    let (name, password) = (form_body.text("name"), form_body.secret("password"));
    if password.expose_secret() != form_body.text("again") {
        return form(&state, &reader, name, Some(reader.lang.text("page-passwords-differ", &[])));
    }
    match make(&state, &reader, &headers, form_body.text("token"), name, password).await {
        Ok(cookie) => see(&state, "/", Some(cookie)),
        // Somebody was faster: there is nothing to set up any more.
        Err(problem) if problem.code() == Code::NotFound => problem.into_response(),
        Err(problem) => refused(form(&state, &reader, name, Some(reader.sentence(&problem))), &problem),
    }
}

async fn make(
    state: &WebState,
    reader: &Reader,
    headers: &HeaderMap,
    token: &str,
    name: &str,
    password: SecretString,
) -> Result<HeaderValue, Problem> {
    cross_site::check(state, &reader.caller, headers, Ambient::Nothing)?;
    setup::check_token(state, &reader.caller, Some(token_hash(token.trim()))).await?;
    setup::make_account(state, &reader.caller, headers, name, password).await
}

fn form(state: &WebState, reader: &Reader, name: &str, problem: Option<String>) -> Response {
    let status = if problem.is_some() { StatusCode::BAD_REQUEST } else { StatusCode::OK };
    let mut frame = reader.frame(state, "setup", false);
    frame.problem = problem;
    page(status, &Setup { frame, name }).into_response()
}
