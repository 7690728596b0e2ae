//! The HTTP face: routes, who may use them, what they answer.
//!
//! Owns: the one table of routes, authentication of requests, the shape of errors, what is told of each request. The
//! only room (but for the simulated apps of the demo) that names the web framework. Must not know: SQL, how a feed
//! is written, what the pipeline does.

pub mod access;
pub mod api;
pub mod base;
mod common_headers;
pub mod feed_lookups;
pub mod input;
pub mod middleware;
pub mod outgoing;
mod places;
pub mod problem;
pub mod public;
pub mod routes;
pub mod serve;
pub mod shared_lookup;
mod standing_body;
pub mod state;
pub mod ui;
pub mod wire;

pub use axum::Router;
pub use routes::router;
pub use state::WebState;
