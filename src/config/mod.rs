//! Settings: declared once, read from four layers, checked all at once.
//!
//! Owns: the table of keys (`key`, `section`), the layers (defaults < database < `settings.yml` < environment) with
//! the origin of every value, and everything generated from the table. Must not know: the process's environment
//! (handed in), the network, the database (its layer is handed in), the service.

pub mod ip_range;
pub mod key;
pub mod section;
pub mod settings;
pub mod value;

pub use section::{
    apps::App,
    auth::{Auth, CookieSecure},
    cors::Cors,
    database::{Database, DatabaseUrl},
    feeds::Feeds,
    logging::{LogFormat, LogLevel, Logging},
    matching::Matching,
    metrics::Metrics,
    network::Network,
    prowlarr::Prowlarr,
    server::Server,
    sync::{Sync, SyncMode},
    torrents::Torrents,
};
pub use settings::Settings;
