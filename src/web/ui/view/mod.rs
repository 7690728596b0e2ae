//! Pages as typed values: what each template is given, and how it becomes an answer.
//!
//! Owns: the templates' contexts and the frame around every page. Templates escape what they are given. Must not know:
//! the database, and who may see which page.

mod frame;

use askama::Template;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use tracing::error;

pub use frame::{Frame, STYLE};

use crate::web::problem::{Code, Problem};

/// The sign-in.
#[derive(Template)]
#[template(path = "login.html")]
pub struct Login<'a> {
    /// The frame.
    pub frame: Frame,
    /// Where to go afterwards.
    pub back: &'a str,
    /// The name that was typed.
    pub name: &'a str,
    /// The OpenID Connect provider, if one is configured.
    pub provider: Option<Provider<'a>>,
}

/// Another way to sign in.
pub struct Provider<'a> {
    /// Its name.
    pub name: &'a str,
    /// Where it begins.
    pub path: String,
}

/// The set-up, as long as there is no account.
#[derive(Template)]
#[template(path = "setup.html")]
pub struct Setup<'a> {
    /// The frame.
    pub frame: Frame,
    /// The name that was typed.
    pub name: &'a str,
}

/// What there is, in figures.
#[derive(Template)]
#[template(path = "home.html")]
pub struct Home {
    /// The frame.
    pub frame: Frame,
    /// The figures.
    pub figures: Vec<Figure>,
    /// What the administrator should know of.
    pub findings: Vec<String>,
}

/// A number with what it counts.
pub struct Figure {
    /// The number.
    pub count: u64,
    /// What it counts.
    pub label: String,
}

/// The administrator's sessions and password.
#[derive(Template)]
#[template(path = "account.html")]
pub struct Account {
    /// The frame.
    pub frame: Frame,
    /// The account's name, by which a browser knows whose password it keeps.
    pub name: String,
    /// The sessions, the latest used first.
    pub sessions: Vec<SessionRow>,
}

/// A session in the list.
pub struct SessionRow {
    /// Its number.
    pub id: i64,
    /// The network it was begun from.
    pub network: String,
    /// The browser it was begun with.
    pub client: String,
    /// How its owner signed in.
    pub method: String,
    /// When it began.
    pub began: String,
    /// When it was last used.
    pub used: String,
    /// Whether it is the one that asks.
    pub present: bool,
}

/// Something went wrong, for a person in a browser.
#[derive(Template)]
#[template(path = "problem.html")]
pub struct ProblemPage<'a> {
    /// The frame.
    pub frame: Frame,
    /// The request's id.
    pub request_id: &'a str,
}

/// A page as an answer.
pub fn page(status: StatusCode, template: &impl Template) -> Response {
    match template.render() {
        Ok(text) => (status, Html(text)).into_response(),
        Err(cause) => {
            error!(event = "web.page-failed", cause = %cause);
            Problem::new(Code::Internal).into_response()
        }
    }
}
