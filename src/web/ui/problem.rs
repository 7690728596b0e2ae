//! The body of a refusal: a page for a person, JSON for a program.
//!
//! Handlers and guards answer with a bare [`Problem`]; here it gets its words, which need the caller's language and the
//! request's id.

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;

use super::view::{self, Frame, ProblemPage};
use crate::ops::text::Lang;
use crate::web::WebState;
use crate::web::middleware::observe::{RequestId, RequestLang};
use crate::web::problem::Problem;

/// Writes the body of every answer that is a problem.
pub async fn write_body(State(state): State<WebState>, request: Request, next: Next) -> Response {
    let lang = request.extensions().get::<RequestLang>().map_or(state.lang, |asked| asked.0);
    let id = request.extensions().get::<RequestId>().map(|id| id.0.clone()).unwrap_or_default();
    let to_a_person = wants_page(request.headers());
    let mut response = next.run(request).await;
    if let Some(problem) = response.extensions().get::<Problem>().cloned() {
        write(&state, &mut response, &problem, lang, &id, to_a_person);
    }
    response
}

fn write(
    state: &WebState,
    response: &mut Response,
    problem: &Problem,
    lang: Lang,
    id: &str,
    to_a_person: bool,
) {
    let headers = response.headers_mut();
    headers.remove(header::CONTENT_LENGTH);
    if to_a_person {
        let bare = Frame::bare(lang, &state.url_base, "problem");
        let frame = Frame { problem: Some(problem.sentence(lang)), ..bare };
        let shown = view::page(problem.code().status(), &ProblemPage { frame, request_id: id });
        if let Some(kind) = shown.headers().get(header::CONTENT_TYPE) {
            headers.insert(header::CONTENT_TYPE, kind.clone());
        }
        *response.body_mut() = shown.into_body();
    } else {
        let json = HeaderValue::from_static("application/problem+json; charset=utf-8");
        headers.insert(header::CONTENT_TYPE, json);
        *response.body_mut() = Body::from(problem.body(lang, id));
    }
}

/// Whether a browser shows the answer to a person: programs do not ask for HTML.
fn wants_page(headers: &HeaderMap) -> bool {
    let wanted = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    wanted.split(',').any(|kind| kind.split(';').next().is_some_and(|kind| kind.trim() == "text/html"))
}
