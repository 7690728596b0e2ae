//! `sync`: how grabs are collected, and how long they are kept.

use std::time::Duration;

use super::section;
use crate::config::key::{Key, Kind, Unit};
use crate::config::value::choice;

choice! {
    /// Which ways of learning of a grab are used.
    SyncMode {
        /// Webhooks only: what an app fails to send is lost.
        WebhookOnly = "webhook_only",
        /// Webhooks for speed, histories for truth.
        WebhookPlusHistory = "webhook_plus_history",
        /// Histories only.
        HistoryOnly = "history_only",
    }
}

section! {
    /// How grabs are collected, and how long they are kept.
    Sync = "sync", Always {
        /// Which ways are used.
        mode: SyncMode = Key::new("mode", Kind::Choice(SyncMode::WORDS)).default("webhook_plus_history");
        /// Time between two readings of the histories.
        interval: Duration =
            Key::new("interval_seconds", Kind::Integer(10, 86_400)).unit(Unit::Seconds).default("60");
        /// Whether an app that may have given our webhook up is asked to test it, which ends its silence.
        test_webhooks: bool = Key::new("test_webhooks", Kind::Boolean).default("true");
        /// How far back the first reading of a history goes.
        lookback: Duration = Key::new("lookback_days", Kind::Integer(0, 365)).unit(Unit::Days).default("7");
        /// How long a finished grab is kept; zero: forever.
        retention: Duration =
            Key::new("retention_hours", Kind::Integer(0, 87_600)).unit(Unit::Hours).default("2160");
        /// How long a torrent is kept that a feed lists and no client of the feed has fetched; zero: for ever.
        unfetched_retention: Duration =
            Key::new("unfetched_retention_days", Kind::Integer(0, 3_650)).unit(Unit::Days).default("365");
        /// How many bytes such torrents may take together once they are past the retention; the oldest go first.
        unfetched_max_bytes: u64 =
            Key::new("unfetched_max_mb", Kind::Integer(1, 1_048_576)).unit(Unit::Megabytes).default("1024");
        /// Whether what is older than that is deleted without being asked.
        auto_purge: bool = Key::new("auto_purge", Kind::Boolean).default("true");
    }
}
