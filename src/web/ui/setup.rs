//! `/setup`: the account is made, once.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use secrecy::ExposeSecret;

use super::{Reader, see};
use crate::web::form::Form;
use crate::web::problem::Problem;
use crate::web::view::{Setup, page};
use crate::web::{WebState, setup};

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
    let token = form_body.secret("token");
    match setup::create(&state, &reader.client, &headers, &token, name, password).await {
        Ok(cookie) => see(&state, "/", Some(cookie)),
        Err(problem) => refused(&state, &reader, name, problem),
    }
}

fn refused(state: &WebState, reader: &Reader, name: &str, problem: Problem) -> Response {
    let mut response = form(state, reader, name, Some(reader.sentence(problem)));
    *response.status_mut() = problem.code().status();
    response
}

fn form(state: &WebState, reader: &Reader, name: &str, problem: Option<String>) -> Response {
    let status = if problem.is_some() { StatusCode::BAD_REQUEST } else { StatusCode::OK };
    let mut frame = reader.frame(state, "setup", false);
    frame.problem = problem;
    page(status, &Setup { frame, name }).into_response()
}
