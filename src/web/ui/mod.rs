//! The pages: one file per page, its form's actions beside it.
//!
//! Owns: which page answers what, and what a person is told after an action. The work is done by the same functions
//! that the API calls. Must not know: how a page looks ([`crate::web::ui::view`]).

pub mod account;
pub mod assets;
pub mod home;
pub mod login;
pub mod problem;
pub mod setup;
pub mod view;

use axum::extract::FromRequestParts;
use axum::http::{HeaderValue, StatusCode, header, request::Parts};
use axum::response::{IntoResponse, Response};

use crate::web::WebState;
use crate::web::middleware::caller::Caller;
use crate::web::middleware::host::Host;
use crate::web::middleware::observe::RequestLang;
use crate::web::problem::Problem;
use crate::web::ui::view::Frame;

/// Who looks at a page, and in which language.
pub struct Reader {
    /// Who.
    pub caller: Caller,
    /// In which language.
    pub lang: crate::ops::text::Lang,
}

impl FromRequestParts<WebState> for Reader {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &WebState) -> Result<Self, Problem> {
        let lang = parts.extensions.get::<RequestLang>().map_or(state.lang, |asked| asked.0);
        Ok(Self { caller: Caller::from_request_parts(parts, state).await?, lang })
    }
}

impl Reader {
    /// The frame of a page for this reader.
    pub fn frame(&self, state: &WebState, name: &'static str, signed_in: bool) -> Frame {
        // By the host's name, as the browser itself judges it, since a proxy may stand between.
        let on_this_machine = self.caller.host.as_ref().is_some_and(Host::is_loopback);
        let plain_http = !self.caller.https && !on_this_machine;
        Frame { signed_in, plain_http, ..Frame::bare(self.lang, &state.url_base, name) }
    }

    /// What a problem says to this reader.
    pub fn sentence(&self, problem: &Problem) -> String {
        problem.reason(self.lang)
    }
}

/// The page again, as a refusal: its status is the problem's, and it says how long to wait.
fn refused(mut page: Response, problem: &Problem) -> Response {
    *page.status_mut() = problem.code().status();
    if let Some(seconds) = problem.retry_after_seconds() {
        page.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    }
    if let Some(cause) = problem.cause() {
        page.extensions_mut().insert(cause.clone());
    }
    page
}

/// Leads the browser to a page of ours, after an action.
fn see(state: &WebState, path: &str, cookie: Option<HeaderValue>) -> Response {
    let mut response = StatusCode::SEE_OTHER.into_response();
    if let Ok(location) = HeaderValue::from_str(&format!("{}{path}", state.url_base)) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    if let Some(cookie) = cookie {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}
