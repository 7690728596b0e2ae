//! Seam.
use axum::http::{HeaderMap, HeaderValue};
use secrecy::SecretString;
use super::{WebState, arrival::Client, problem::Problem, session};
pub async fn create(state: &WebState, client: &Client, headers: &HeaderMap, _token: &SecretString, name: &str, password: SecretString) -> Result<HeaderValue, Problem> {
    let hash = state.passwords.hash(password).await.unwrap(); let now = state.store().now().await.unwrap();
    state.store().create_administrator(crate::store::NewAdministrator{ name: name.to_owned(), password_hash: hash }, now).await.unwrap();
    Ok(session::begin(state, client, headers, "password").await?.1)
}
