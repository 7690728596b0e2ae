//! The words of grabfeed as types, and the decisions that need nothing but them.
//!
//! Owns: what a grab, a sighting, a torrent, a feed and a reason are, and every rule that can be decided from
//! values alone. Must not know: files, sockets, SQL, clocks, the environment, or any other module of ours.

pub mod app;
pub mod attempt;
pub mod feed;
pub mod feed_begin;
pub mod feed_filter;
pub mod feed_window;
pub mod grab;
pub mod ids;
pub mod infohash;
pub mod magnet;
pub mod merge;
pub mod named;
pub mod network;
pub mod place;
pub mod reason;
pub mod schedule;
pub mod scope;
pub mod sighting;
pub mod text;
pub mod throttle;
pub mod time;
pub mod torrent;
