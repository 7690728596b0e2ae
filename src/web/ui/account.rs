//! `/account`: the administrator's sessions and password.

use axum::Extension;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use super::{Reader, refused, see};
use crate::domain::ids::SessionId;
use crate::store::Session;
use crate::web::WebState;
use crate::web::access::identity::Identity;
use crate::web::access::session;
use crate::web::input::form::Form;
use crate::web::problem::{Code, Problem};
use crate::web::ui::view::{Account, SessionRow, page};

/// What the address may say of the action before.
#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    done: Option<String>,
}

/// Shows the page.
pub async fn show(
    State(state): State<WebState>,
    reader: Reader,
    Extension(identity): Extension<Identity>,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Response {
    let done = match asked.ok().and_then(|Query(asked)| asked.done).as_deref() {
        Some("password") => Some("page-done-password"),
        Some("sessions") => Some("page-done-sessions"),
        _ => None,
    };
    list(&state, &reader, &identity, StatusCode::OK, done, None).await
}

/// Ends one session.
pub async fn end_session(
    State(state): State<WebState>,
    reader: Reader,
    Extension(identity): Extension<Identity>,
    id: Result<Path<i64>, PathRejection>,
) -> Response {
    let Ok(Path(id)) = id else { return Problem::new(Code::NotFound).into_response() };
    match state.accounts.end_session(&identity.actor(&reader.caller), SessionId(id)).await {
        Ok(()) => see(&state, "/account?done=sessions", None),
        Err(error) => Problem::from(error).into_response(),
    }
}

/// Ends all sessions but this one.
pub async fn end_others(
    State(state): State<WebState>,
    reader: Reader,
    Extension(identity): Extension<Identity>,
) -> Response {
    let actor = identity.actor(&reader.caller);
    match state.accounts.end_other_sessions(&actor, identity.session()).await {
        Ok(_ended) => see(&state, "/account?done=sessions", None),
        Err(failure) => Problem::from(failure).into_response(),
    }
}

/// Changes the password.
pub async fn change_password(
    State(state): State<WebState>,
    reader: Reader,
    Extension(identity): Extension<Identity>,
    headers: HeaderMap,
    form: Form,
) -> Response {
    let new = form.secret("new");
    if new.expose_secret() != form.text("again") {
        let differ = reader.lang.text("page-passwords-differ", &[]);
        return list(&state, &reader, &identity, StatusCode::BAD_REQUEST, None, Some(differ)).await;
    }
    let current = form.secret("current");
    match change(&state, &reader, &headers, &identity, current, new).await {
        Ok(cookie) => see(&state, "/account?done=password", cookie),
        Err(problem) => {
            let sentence = Some(reader.sentence(&problem));
            let page = list(&state, &reader, &identity, StatusCode::OK, None, sentence).await;
            refused(page, &problem)
        }
    }
}

async fn change(
    state: &WebState,
    reader: &Reader,
    headers: &HeaderMap,
    identity: &Identity,
    current: SecretString,
    new: SecretString,
) -> Result<Option<HeaderValue>, Problem> {
    let (actor, visitor) = (identity.actor(&reader.caller), session::visitor(state, &reader.caller, headers));
    let begun = state.accounts.change_password(&actor, &visitor, identity.session(), current, new).await?;
    begun.map(|begun| session::set_cookie(state, &reader.caller, &begun)).transpose()
}

async fn list(
    state: &WebState,
    reader: &Reader,
    identity: &Identity,
    status: StatusCode,
    done: Option<&'static str>,
    problem: Option<String>,
) -> Response {
    let sessions = match state.accounts.sessions().await {
        Ok(sessions) => sessions,
        Err(failure) => return Problem::from(failure).into_response(),
    };
    let name = match state.accounts.administrator().await {
        Ok(administrator) => administrator.map(|administrator| administrator.name).unwrap_or_default(),
        Err(failure) => return Problem::from(failure).into_response(),
    };
    let mut frame = reader.frame(state, "account", true);
    (frame.done, frame.problem) = (done, problem);
    let row = |session: Session| row(session, identity.session(), reader);
    page(status, &Account { frame, name, sessions: sessions.into_iter().map(row).collect() })
}

fn row(session: Session, present: Option<SessionId>, reader: &Reader) -> SessionRow {
    let method = match session.method.as_str() {
        "oidc" => "page-session-method-oidc",
        _ => "page-session-method-password",
    };
    SessionRow {
        id: session.id.0,
        network: session.network,
        client: session.client.unwrap_or_default(),
        method: reader.lang.text(method, &[]),
        began: session.created_at.rfc3339_seconds(),
        used: session.last_seen_at.rfc3339_seconds(),
        present: present == Some(session.id),
    }
}
