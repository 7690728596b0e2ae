//! The guard before every handler of the table.
//!
//! Owns: that it lets a request pass, or answers, before anything else looks at it, so a wrong secret learns nothing.
//! Must not know: what handlers do.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};

use super::identity::Identity;
use super::proxy::Vouched;
use super::{Access, cross_site, feed_secret, key, session, setup_token, webhook_secret};
use crate::auth::scope::Scope;
use crate::web::WebState;
use crate::web::middleware::caller::Caller;
use crate::web::problem::{Code, Problem};

/// Lets a request pass, or not.
pub async fn guard(
    State((state, access)): State<(WebState, Access)>,
    caller: Caller,
    request: Request,
    next: Next,
) -> Response {
    let sign_in_path = (access == Access::Page).then(|| session::sign_in_path(&state, &request));
    match (judge(&state, access, &caller, request).await, sign_in_path) {
        (Ok(request), _) => next.run(request).await,
        (Err(problem), Some(path)) if problem.code() == Code::Unauthorized => {
            Redirect::to(&path).into_response()
        }
        (Err(problem), _) => problem.into_response(),
    }
}

/// The request with what was proved, for its handler.
async fn judge(
    state: &WebState,
    access: Access,
    caller: &Caller,
    mut request: Request,
) -> Result<Request, Problem> {
    match access {
        Access::Public => {}
        Access::BeforeSetup => while_setup_is_needed(state).await?,
        Access::SetupToken => {
            while_setup_is_needed(state).await?;
            return setup_token::judge(state, caller, request).await;
        }
        Access::FeedToken => return feed_secret::judge_token(state, caller, request).await,
        Access::DownloadLink => return feed_secret::judge_link(state, caller, request).await,
        Access::WebhookSecret => {
            let senders = webhook_secret::judge(state, caller, &mut request).await?;
            request.extensions_mut().insert(senders);
        }
        Access::Scope(scope) => {
            let identity = with_scope(state, ShownProof::from_request(caller, &request), scope).await?;
            request.extensions_mut().insert(identity);
        }
        Access::Administrator | Access::Page => {
            let identity = administrator(state, ShownProof::from_request(caller, &request)).await?;
            request.extensions_mut().insert(identity);
        }
    }
    Ok(request)
}

async fn while_setup_is_needed(state: &WebState) -> Result<(), Problem> {
    if state.accounts.is_setup_needed().await? { Ok(()) } else { Err(Problem::new(Code::NotFound)) }
}

/// What a request shows of its caller.
#[derive(Clone, Copy)]
struct ShownProof<'a> {
    caller: &'a Caller,
    method: &'a Method,
    headers: &'a HeaderMap,
    /// Whether a trusted proxy vouches for the administrator.
    vouched: bool,
}

impl<'a> ShownProof<'a> {
    fn from_request(caller: &'a Caller, request: &'a Request) -> Self {
        let vouched = request.extensions().get::<Vouched>().is_some();
        Self { caller, method: request.method(), headers: request.headers(), vouched }
    }
}

/// A caller who shows a key is judged by it alone, whatever cookie comes along.
async fn with_scope(state: &WebState, shown: ShownProof<'_>, scope: Scope) -> Result<Identity, Problem> {
    let basic = key::takes_basic(scope);
    if key::is_shown(shown.headers, basic) {
        return key::judge(state, shown.caller, shown.headers, scope).await.map(Identity::Key);
    }
    administrator(state, shown).await.map_err(|problem| match problem.code() {
        Code::Unauthorized if basic => problem.asking_for_basic(),
        _ => problem,
    })
}

async fn administrator(state: &WebState, shown: ShownProof<'_>) -> Result<Identity, Problem> {
    let session = session::current(state, shown.caller, shown.headers).await?.map(|session| session.id);
    if session.is_none() && !shown.vouched {
        return Err(Problem::new(Code::Unauthorized));
    }
    if is_unsafe(shown.method) {
        // A browser sends the cookie by itself, whichever page made it ask; and the proxy adds its word to anything.
        cross_site::check(state, shown.caller, shown.headers, cross_site::Ambient::Cookie)?;
    }
    Ok(Identity::Administrator { session })
}

/// Whether a method may change something.
pub fn is_unsafe(method: &Method) -> bool {
    !matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}
