//! The name or number in a path, read strictly.

use std::str::FromStr;

use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;

use crate::web::problem::{Code, Problem};

/// The one name or number in a path. What has not its form names nothing.
#[derive(Debug, Clone, Copy)]
pub struct InPath<T>(pub T);

impl<T: FromStr, S: Send + Sync> FromRequestParts<S> for InPath<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let unknown = Code::NotFound;
        let Path(text) = Path::<String>::from_request_parts(parts, state).await.map_err(|_| unknown)?;
        Ok(Self(text.parse().map_err(|_| unknown)?))
    }
}
