//! Everything that speaks HTTP to an upstream: the *arr apps, Prowlarr, and a provider of identities.
//!
//! Owns: the one way to build an HTTP client ([`http`]), where it may connect ([`policy`]),
//! whose certificates it believes ([`trust`]), when a call is repeated
//! ([`retry`]) or not made at all ([`circuit`]), and what the apps' answers mean ([`arr`], [`prowlarr`]).
//! Must not know: the database, the pipeline, or what is done with an answer.

pub mod address;
pub mod arr;
pub mod circuit;
pub mod connection;
pub mod error;
pub mod http;
pub mod jackett;
pub mod jackett_test;
pub mod observe;
pub mod oidc;
pub mod policy;
pub mod prowlarr;
pub mod release;
pub mod retry;
pub mod retry_after;
pub mod transport;
pub mod trust;
pub mod webhooks;

mod record;

use url::Url;

/// The base path of an upstream, without a slash at its end.
fn base_path(base_url: &Url) -> &str {
    base_url.path().trim_end_matches('/')
}
