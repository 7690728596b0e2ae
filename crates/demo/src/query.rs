//! Query strings as ASP.NET binds them: names in any case, a wrong type answered with a `ProblemDetails` document.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;

/// A parsed query string.
#[derive(Debug, Default)]
pub(crate) struct Query(Vec<(String, String)>);

/// A value that does not bind to its parameter.
#[derive(Debug)]
pub(crate) struct BadQuery {
    name: &'static str,
    value: String,
}

impl Query {
    /// Parses what follows the `?`.
    pub(crate) fn parse(raw: &str) -> Self {
        Self(url::form_urlencoded::parse(raw.as_bytes()).into_owned().collect())
    }

    /// The first value of a parameter that is not empty.
    pub(crate) fn first(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    }

    /// Every value of a repeated parameter.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// A whole number.
    pub(crate) fn number(&self, name: &'static str) -> Result<Option<u64>, BadQuery> {
        self.first(name).map(|text| text.parse().map_err(|_| BadQuery::new(name, text))).transpose()
    }

    /// A repeated whole number.
    pub(crate) fn numbers(&self, name: &'static str) -> Result<Vec<i64>, BadQuery> {
        self.all(name).map(|text| text.parse().map_err(|_| BadQuery::new(name, text))).collect()
    }
}

impl BadQuery {
    /// The parameter and its value.
    pub(crate) fn new(name: &'static str, value: &str) -> Self {
        Self { name, value: value.to_owned() }
    }
}

impl IntoResponse for BadQuery {
    fn into_response(self) -> Response {
        let sentence = format!("The value '{}' is not valid.", self.value);
        let body = json!({
            "type": "https://tools.ietf.org/html/rfc9110#section-15.5.1",
            "title": "One or more validation errors occurred.",
            "status": 400,
            "errors": { self.name: [sentence] },
            "traceId": "00-00000000000000000000000000000000-0000000000000000-00",
        });
        let kind = [("content-type", "application/json; charset=utf-8")];
        (StatusCode::BAD_REQUEST, kind, body.to_string()).into_response()
    }
}
