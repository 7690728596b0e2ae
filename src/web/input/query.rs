//! The parameters of a query, read strictly.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use crate::domain::text::is_plain;
use crate::web::problem::{Code, Problem};

/// The parameters of a query. What is not taken by name is refused at the end: a misspelt filter must not list all.
#[derive(Debug)]
pub struct Query(Vec<(String, String)>);

impl<S: Send + Sync> FromRequestParts<S> for Query {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Problem> {
        Ok(Self::parse(parts.uri.query().unwrap_or_default()))
    }
}

impl Query {
    fn parse(text: &str) -> Self {
        Self(url::form_urlencoded::parse(text.as_bytes()).into_owned().collect())
    }

    /// A parameter's value; `None` if it is absent. Twice the same parameter, or what `read` does not know, is refused.
    pub fn take<T>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Result<Option<T>, Problem> {
        let mut given = self.0.extract_if(.., |(known, _)| known == name);
        let first = given.next();
        if given.count() > 0 {
            return Err(Problem::invalid(name));
        }
        first.map(|(_, value)| read(&value).ok_or(Problem::invalid(name))).transpose()
    }

    /// A text to look for.
    pub fn take_text(&mut self, name: &'static str) -> Result<Option<String>, Problem> {
        self.take(name, |text| is_plain(text, MAX_TEXT_CHARS).then(|| text.to_owned()))
    }

    /// Nothing else was asked for.
    pub fn finish(self) -> Result<(), Problem> {
        if self.0.is_empty() { Ok(()) } else { Err(Problem::new(Code::BadRequest)) }
    }
}

/// The longest text to look for, in characters.
const MAX_TEXT_CHARS: usize = 200;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_is_given_once_and_none_is_left_over() {
        let mut query = Query::parse("page=2&app=a&app=b");
        assert_eq!(query.take("page", |text| text.parse::<u32>().ok()).unwrap(), Some(2));
        assert_eq!(query.take_text("title").unwrap(), None);
        assert_eq!(query.take_text("app").unwrap_err().code(), Code::Invalid);
        assert_eq!(Query::parse("sort=title").finish().unwrap_err().code(), Code::BadRequest);
        assert!(Query::parse("").finish().is_ok());
    }
}
