//! The sessions that are open, and ending them.

use tracing::info;

use crate::domain::ids::SessionId;
use crate::store::Session;
use crate::web::WebState;
use crate::web::access::guard::Identity;
use crate::web::middleware::caller::Caller;
use crate::web::problem::{Code, Problem};

/// Every session that counts, the latest used first.
pub async fn all(state: &WebState) -> Result<Vec<Session>, Problem> {
    let now = state.store().now().await?;
    Ok(state.store().sessions(state.sessions.idle, now).await?)
}

/// Ends one.
pub async fn end(
    state: &WebState,
    caller: &Caller,
    identity: &Identity,
    id: SessionId,
) -> Result<(), Problem> {
    let ended = state.store().end_session(id).await;
    if !ended? {
        return Err(Problem::new(Code::NotFound));
    }
    let (actor, address, method) = (identity.actor(), caller.address, identity.method());
    info!(event = "auth.session-ended", actor, address = %address, method, number = id.0);
    Ok(())
}

/// Ends all but the one by which it is asked, and says how many.
pub async fn end_others(state: &WebState, caller: &Caller, identity: &Identity) -> Result<u64, Problem> {
    let ended = state.store().end_other_sessions(identity.session()).await;
    let ended = ended?;
    let (actor, address, method) = (identity.actor(), caller.address, identity.method());
    info!(event = "auth.sessions-ended", actor, address = %address, method, ended);
    Ok(ended)
}
