//! Seam.
use axum::http::{HeaderMap, HeaderValue};
use secrecy::SecretString;
use super::{WebState, arrival::Client, problem::Problem, access::Identity};
pub async fn change_password(state: &WebState, _client: &Client, _headers: &HeaderMap, identity: &Identity, _current: SecretString, new: SecretString) -> Result<Option<HeaderValue>, Problem> {
    let hash = state.passwords.hash(new).await.unwrap(); let now = state.store().now().await.unwrap();
    state.store().change_password(&hash, identity.session(), now).await.unwrap(); Ok(None)
}
