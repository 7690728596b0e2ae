//! The set-up token in a request: in the header `X-Setup-Token`, or as `token` in the JSON or the form of the body.
//!
//! The guard reads the body for it and hands it on unread, so that nothing of it is judged before the token is right.

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, header};
use bytes::Bytes;

use super::cross_site::{self, Ambient};
use crate::auth::token::token_hash;
use crate::web::WebState;
use crate::web::input::body;
use crate::web::middleware::caller::Caller;
use crate::web::problem::Problem;

/// The header with the token, for a caller who wants it out of the body.
const HEADER: &str = "x-setup-token";
/// The largest body, in bytes.
pub const MAX_BODY_BYTES: usize = 16 * 1024;

/// Judges the set-up token that a request shows, and gives the request on.
pub async fn judge(state: &WebState, caller: &Caller, request: Request) -> Result<Request, Problem> {
    cross_site::check(state, caller, request.headers(), Ambient::Nothing)?;
    let (parts, unread) = request.into_parts();
    let copy = Request::from_parts(parts.clone(), unread);
    let bytes = body::read_whole(copy, MAX_BODY_BYTES).await.map_err(Problem::new)?;
    let shown = shown_token(&parts.headers, &bytes);
    state.accounts.check_setup_token(caller.source(), shown).await?;
    Ok(Request::from_parts(parts, Body::from(bytes)))
}

fn shown_token(headers: &HeaderMap, body: &Bytes) -> Option<[u8; 32]> {
    if let Some(value) = headers.get(HEADER) {
        return value.to_str().ok().map(|text| token_hash(text.trim()));
    }
    if is_form(headers) {
        let mut fields = url::form_urlencoded::parse(body);
        return fields.find(|(name, _)| name == "token").map(|(_, text)| token_hash(text.trim()));
    }
    let body: serde_json::Value = serde_json::from_slice(body).ok()?;
    body.get("token")?.as_str().map(|text| token_hash(text.trim()))
}

fn is_form(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    kind.trim_start().to_ascii_lowercase().starts_with("application/x-www-form-urlencoded")
}
