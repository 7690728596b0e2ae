//! `torrents`: the files that are fetched and kept.

use super::section;
use crate::config::key::{Key, Kind, Unit};

section! {
    /// The files that are fetched and kept.
    Torrents = "torrents", Always {
        /// The largest torrent file that is taken, in bytes.
        max_size_bytes: u64 = Key::new("max_size_mb", Kind::Integer(1, 256)).unit(Unit::Megabytes).default("50")
            .short_variable("TORRENTS_MAX_SIZE_MB");
        /// Whether `/torrents` is served, behind authentication.
        expose_static: bool = Key::new("expose_static", Kind::Boolean).default("false")
            .short_variable("TORRENTS_EXPOSE_STATIC");
    }
}
