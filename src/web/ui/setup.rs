//! `/setup`: the account is made, once. The guard judges the set-up token that the form holds.

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use secrecy::ExposeSecret;

use super::{Reader, refused, see};
use crate::web::WebState;
use crate::web::access::session;
use crate::web::access::setup_token::MAX_BODY_BYTES;
use crate::web::input::body;
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
) -> Result<Response, Problem> {
    let (name, password) = (form_body.text("name"), form_body.secret("password"));
    if password.expose_secret() != form_body.text("again") {
        return Ok(form(&state, &reader, name, Some(reader.lang.text("page-passwords-differ", &[]))));
    }
    let visitor = session::visitor(&state, &reader.caller, &headers);
    let begun = state.accounts.create_first(&visitor, name, password).await?;
    Ok(see(&state, "/", Some(session::set_cookie(&state, &reader.caller, &begun)?)))
}

/// Shows the form again where what it held was refused, by the guard or by the handler, so that nobody has to type a name
/// twice. Stands around the guard.
pub async fn show_again(
    State(state): State<WebState>,
    reader: Reader,
    request: Request,
    next: Next,
) -> Response {
    let (parts, unread) = request.into_parts();
    let copy = Request::from_parts(parts.clone(), unread);
    let body = match body::read_whole(copy, MAX_BODY_BYTES).await {
        Ok(body) => body,
        Err(code) => return Problem::new(code).into_response(),
    };
    let name = url::form_urlencoded::parse(&body).find(|(field, _)| field == "name");
    let name = name.map(|(_, name)| name.into_owned()).unwrap_or_default();
    let response = next.run(Request::from_parts(parts, Body::from(body))).await;
    match response.extensions().get::<Problem>() {
        Some(problem) if is_about_the_form(problem.code()) => {
            refused(form(&state, &reader, &name, Some(reader.sentence(problem))), problem)
        }
        _ => response,
    }
}

/// Whether typing something else helps. There is nothing to set up any more after a 404.
const fn is_about_the_form(code: Code) -> bool {
    !matches!(code, Code::NotFound | Code::FormType | Code::BadRequest)
}

fn form(state: &WebState, reader: &Reader, name: &str, problem: Option<String>) -> Response {
    let status = if problem.is_some() { StatusCode::BAD_REQUEST } else { StatusCode::OK };
    let mut frame = reader.frame(state, "setup", false);
    frame.problem = problem;
    page(status, &Setup { frame, name }).into_response()
}
