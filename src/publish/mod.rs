//! Writing feeds: one item model, one file per format, and what goes around a body (entity tag, links, file names).
//!
//! Owns: the exact bytes that torrent clients read. Bodies are deterministic: the same channel and items give the
//! same bytes on every replica. Must not know: the web framework, SQL, which items are listed (that is
//! [`crate::domain::feed_window`]) and whether a client may read them.

pub mod disposition;
pub mod etag;
pub mod feed;
pub mod format;
pub mod item;
pub mod links;
pub mod mac;
pub mod predecessor_json;
pub mod rendered;
pub mod rss;
pub mod xml;
