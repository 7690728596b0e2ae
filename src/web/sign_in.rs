//! Seam.
use axum::http::{HeaderMap, HeaderValue};
use secrecy::SecretString;
use super::{WebState, arrival::Client, problem::{Problem, Code}, access::Identity, session, cross_site};
pub async fn with_password(state: &WebState, client: &Client, headers: &HeaderMap, _name: &str, password: SecretString) -> Result<HeaderValue, Problem> {
    cross_site::check(state, client, headers, cross_site::Ambient::Nothing)?;
    let admin = state.store().administrator().await.unwrap().unwrap();
    if state.passwords.verify(&admin.password_hash, password).await.unwrap() == crate::auth::password::Verdict::Wrong { return Err(Problem::new(Code::SignInFailed)); }
    Ok(session::begin(state, client, headers, "password").await?.1)
}
pub async fn out(state: &WebState, client: &Client, identity: &Identity) -> Result<Option<HeaderValue>, Problem> {
    if let Some(id) = identity.session() { state.store().end_session(id).await.unwrap(); }
    Ok(session::clear_cookie(state, client))
}
