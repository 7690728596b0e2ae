//! The database: one SQL text for SQLite and PostgreSQL.
//!
//! Owns: every statement, one file per table or per transaction; the engines; migrations. Store functions speak the
//! domain, take the moment as a parameter where a rule depends on it, and answer `Ok(None)` for what is not there.
//! Must not know: HTTP, apps, feeds' formats, what should happen next. Nobody outside sees a pool, a row or `sqlx`.
//!
//! Every public function is called by the test that runs on both engines (`tests/store`).

#[macro_use]
mod engine;
mod administrator;
mod api_key;
mod app_sync;
mod attempt;
mod clock;
mod database_time;
mod error;
mod feed;
mod feed_health;
mod feed_queue;
mod file;
mod foreign;
mod grab;
mod hold;
mod host_pace;
mod intake;
mod job;
mod key_feed;
mod ledger;
mod login_flow;
mod new_feed;
mod open;
mod order;
mod place;
mod purge;
mod queue;
mod resolve;
mod row;
mod search_budget;
mod session;
mod size;
mod step_end;
mod throttle;
mod torrent;
mod torrent_list;

pub use administrator::{Administrator, NewAdministrator};
pub use api_key::{ApiKey, NewApiKey};
pub use app_sync::{AppSync, Cursor, MissedWebhooks};
pub use attempt::Attempt;
pub use engine::Store;
pub use error::StoreError;
pub use feed::{Feed, NewFeed, Polls};
pub use feed_health::Unfetched;
pub use foreign::ForeignSource;
pub use grab::{GrabFilter, GrabPage, GrabSort, StateCount};
pub use intake::{Batch, Recorded};
pub use job::JobLease;
pub use key_feed::KeyFeed;
pub use ledger::{FeedCounts, ListedItem, Listing};
pub use login_flow::LoginFlow;
pub use open::{OpenError, OpenOptions};
pub use order::Direction;
pub use purge::{Purged, UnfetchedLimits};
pub use queue::Claimed;
pub use session::{NewSession, Session};
pub use step_end::{Ending, StepEnd};
pub use torrent::{NewTorrent, StoredTorrent, TorrentBody};
pub use torrent_list::{TorrentFilter, TorrentPage, TorrentSort, TorrentSummary};
