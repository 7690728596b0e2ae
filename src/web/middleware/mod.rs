//! What surrounds every request, in the order in which a request meets it: who calls and under which host, the headers
//! of every answer, the log and the metrics, the refusal of foreign hosts, and other sites' pages.
//!
//! Must not know: routes, and what handlers do.

pub mod caller;
pub mod cors;
pub mod forwarded;
pub mod headers;
pub mod host;
pub mod observe;
pub mod slashes;
