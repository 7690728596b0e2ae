//! The HTTP face: routes, who may use them, what they answer.
//!
//! Owns: the one table of routes, authentication of requests, the shape of errors, what is told of each request. The
//! only room (but for the simulated apps of the demo) that names the web framework. Must not know: SQL, how a feed
//! is written, what the pipeline does.

pub mod access;
pub mod account;
pub mod answer;
pub mod api;
pub mod arrival;
pub mod attempt;
pub mod base;
pub mod body;
pub mod cors;
pub mod cross_site;
pub mod downloads;
pub mod feeds;
pub mod form;
pub mod forwarded;
pub mod health;
pub mod hooks;
pub mod host;
pub mod json;
pub mod local_path;
pub mod metrics;
pub mod new_feed;
pub mod observe;
pub mod oidc;
mod old_paths;
pub mod problem;
pub mod proxy_sign_in;
pub mod routes;
pub mod serve;
pub mod session;
pub mod sessions;
pub mod setup;
pub mod shared_lookup;
pub mod sign_in;
pub mod state;
pub mod ui;
pub mod view;

pub use axum::Router;
pub use routes::router;
pub use state::{Hook, WebState};
