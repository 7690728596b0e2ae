//! The store's promises, each told once and proved on both engines.

mod app_sync;
mod conservation;
mod feeds;
mod given;
mod intake;
mod jobs;
mod keys;
mod ledger;
mod listings;
mod open;
mod prowlarr_rows;
mod purge;
mod queue;
mod resolve;
mod speed;
mod together;
