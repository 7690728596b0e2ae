//! Who may use a route, and how the caller proves it.
//!
//! Owns: the guard before every handler, the ways to prove oneself, the throttle. Must not know: what handlers do.

pub mod account;
pub mod cross_site;
pub mod guard;
pub mod oidc;
pub mod proxy;
pub mod session;
pub mod sessions;
pub mod sign_in;
pub mod throttle;
