//! The name by which a torrent client or a browser introduces itself.

use axum::http::{HeaderMap, header};

use crate::domain::text::clean;

/// What is kept of a client's name: clients tell more of the machine than the person needs to see.
pub fn client_name(headers: &HeaderMap) -> Option<String> {
    const LONGEST: usize = 120;
    let agent = headers.get(header::USER_AGENT)?.to_str().ok()?;
    Some(clean(agent, LONGEST))
}
