//! The way of a grab, from an app's decision to a torrent that a client seeds.
//!
//! Modules are listed in the order of the flow; `ARCHITECTURE.md` is the map.

// What everything speaks of: pure types and decisions.
pub use grabfeed_domain as domain;

// The flow.
pub mod fetch;
pub mod intake;
pub mod matching;
pub mod pipeline;
pub mod publish;

// What the flow stands on.
pub mod auth;
pub mod config;
pub mod ops;
pub mod store;
pub mod upstream;

// What an administrator does.
pub mod admin;

// The simulated apps, indexers and tracker.
pub use grabfeed_demo as demo;

// The faces.
pub mod cli;
pub mod service;
pub mod web;
