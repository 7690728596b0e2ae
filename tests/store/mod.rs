//! The store's promises, each told once and proved on both engines.

mod administrator;
mod app_sync;
mod conservation;
mod feeds;
mod given;
mod intake;
mod jobs;
mod key_feeds;
mod keys;
mod ledger;
mod listings;
mod login_flow;
mod open;
mod places;
mod prowlarr_rows;
mod purge;
mod queue;
mod resolve;
mod rotation;
mod sessions;
mod speed;
mod throttle;
mod together;
