//! Seam.
use super::{WebState, arrival::Client, problem::Problem, access::Identity};
use crate::{domain::ids::SessionId, store::Session};
pub async fn all(state: &WebState) -> Result<Vec<Session>, Problem> { let now = state.store().now().await.unwrap(); Ok(state.store().sessions(state.sessions.idle, now).await.unwrap()) }
pub async fn end(state: &WebState, _client: &Client, _identity: &Identity, id: SessionId) -> Result<(), Problem> { state.store().end_session(id).await.unwrap(); Ok(()) }
pub async fn end_others(state: &WebState, _client: &Client, identity: &Identity) -> Result<u64, Problem> { Ok(state.store().end_other_sessions(identity.session()).await.unwrap()) }
