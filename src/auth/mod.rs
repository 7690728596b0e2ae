//! Who may do what: secrets that we hand out, how they are read from a request, and what they open.
//!
//! Owns: forms, hashes and comparisons of secrets, as pure functions; randomness is a parameter; what a shown key opens;
//! how attempts are counted and throttled; and the talk with a provider of identities. Must not know: the web framework,
//! SQL, and which route needs which scope.

pub mod attempts;
pub mod authorization;
pub mod keys;
pub mod oidc;
pub mod password;
pub mod password_rules;
pub mod predecessor_password;
pub mod proxy_word;
pub mod setup;
pub mod source;
pub mod throttle;
pub mod token;

pub use crate::domain::scope;
