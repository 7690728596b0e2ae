//! A simulated upstream world: Prowlarr, the apps behind it and a tracker, with real torrents and bad manners.
//!
//! `grabfeed demo` plays with it and the tests measure with it. It behaves as the real programs do on the wire (field
//! names, types, status codes, side effects) and counts what it is asked. Owns nothing of the product: it must not use
//! any module of ours but `domain`, so that a mistake of the product cannot hide behind the same mistake here.

pub mod answers;
pub mod arr;
mod backoff;
pub mod counters;
pub mod faults;
mod gate;
mod history;
pub mod jackett;
mod lock;
pub mod prowlarr;
mod query;
pub mod release;
pub mod script;
mod server;
mod shared;
pub mod torrents;
mod tracker;
pub mod webhook;
mod wire;
pub mod world;

pub use arr::{DownloadUrl, GrabOptions, GrabReport, HistoryRow, Webhook};
pub use counters::Counters;
pub use faults::{Fault, RetryAfter, Target};
pub use release::{Delivery, ReleaseId, ReleaseSpec};
pub use shared::WorldClock;
pub use torrents::{TorrentSpec, Version};
pub use webhook::{Sent, WebhookAuth};
pub use world::{World, WorldBuilder, WorldError};
