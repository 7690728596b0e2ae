//! Whether another site's page made the browser ask (cross-site request forgery).
//!
//! Owns: the judgement by `Sec-Fetch-Site`, which browsers send over HTTPS and to localhost, with `Origin` in its place
//! where a household has plain HTTP only. Must not know: routes.

use axum::http::HeaderMap;

use super::WebState;
use super::arrival::Client;
use super::problem::{Code, Problem};

/// Why the browser could be abused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ambient {
    /// The browser adds the session's cookie by itself, or the proxy its word.
    Cookie,
    /// Nothing of the person's is used yet: a sign-in or a set-up, by a page or by a script.
    Nothing,
}

/// Refuses what another site's page asks for.
pub fn check(
    _state: &WebState,
    client: &Client,
    headers: &HeaderMap,
    ambient: Ambient,
) -> Result<(), Problem> {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("unreadable"));
    let ours = match (text("sec-fetch-site"), text("origin")) {
        (Some(site), _) => site == "same-origin",
        (None, Some(origin)) => client.origin().is_some_and(|ours| ours.eq_ignore_ascii_case(origin)),
        (None, None) => ambient == Ambient::Nothing,
    };
    if ours { Ok(()) } else { Err(Problem::new(Code::CrossSite)) }
}
