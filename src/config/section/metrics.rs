//! `metrics`: numbers for Prometheus.

use super::section;
use crate::config::key::{Key, Kind};

section! {
    /// Numbers for Prometheus.
    Metrics = "metrics", Always {
        /// Whether `/metrics` is served.
        enabled: bool = Key::new("enabled", Kind::Boolean).default("true");
    }
}
