//! Which link or candidate belongs to a grab.
//!
//! Owns: the order in which ways to a torrent are preferred, and the scoring of search results with reasons as data.
//! Pure decisions. Must not know: how anything is fetched, stored or scheduled.

pub mod plan;
pub mod query;
pub mod score;
