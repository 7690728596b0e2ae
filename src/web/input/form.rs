//! Reading the body of a page's form.

use std::collections::HashMap;

use axum::extract::{FromRequest, Request};
use axum::http::header;
use secrecy::SecretString;

use crate::web::input::body;
use crate::web::problem::{Code, Problem};

/// The largest form, in bytes.
const MAX_BYTES: usize = 16 * 1024;
/// The most fields that a form has.
const MAX_FIELDS: usize = 20;

/// The fields of a form, each once.
pub struct Form(HashMap<String, SecretString>);

impl Form {
    /// A field; empty if the form has none of the name.
    pub fn text(&self, name: &str) -> &str {
        self.0.get(name).map_or("", secrecy::ExposeSecret::expose_secret)
    }

    /// A field that must not be shown.
    pub fn secret(&self, name: &str) -> SecretString {
        self.0.get(name).cloned().unwrap_or_default()
    }
}

impl<S: Send + Sync> FromRequest<S> for Form {
    type Rejection = Problem;

    async fn from_request(request: Request, _state: &S) -> Result<Self, Problem> {
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let kind = kind.unwrap_or_default().split(';').next().unwrap_or_default().trim();
        if !kind.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
            return Err(Problem::new(Code::FormType));
        }
        let body = body::read_whole(request, MAX_BYTES).await.map_err(Problem::new)?;
        let bad = Problem::new(Code::BadRequest);
        let mut fields = HashMap::new();
        for (name, value) in url::form_urlencoded::parse(&body) {
            let twice = fields.insert(name.into_owned(), SecretString::from(value.into_owned())).is_some();
            if twice || fields.len() > MAX_FIELDS {
                return Err(bad);
            }
        }
        Ok(Self(fields))
    }
}
