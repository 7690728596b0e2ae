//! What programs without an account use: feeds, downloads, webhooks, health, metrics, and the predecessor's paths.
//!
//! Must not know: pages, the API.

pub mod downloads;
pub mod feeds;
pub mod health;
pub mod hooks;
pub mod metrics;
pub mod predecessor;
pub mod reading;

mod sent_body;
