//! Settings: declared once, read from four layers, checked all at once.
//!
//! Owns: the table of keys (`key`, `section`), the layers (defaults < database < `settings.yml` < environment) with
//! the origin of every value, and everything generated from the table. Must not know: the process's environment
//! (handed in), the network, the database (its layer is handed in), the service.

pub mod describe;
pub mod env;
mod excerpt;
pub mod file;
pub mod finding;
pub mod ip_range;
pub mod key;
pub mod key_path;
mod layer;
mod load;
mod nearest;
pub mod provenance;
pub mod reference;
pub mod report;
mod saved;
mod scalar;
pub mod schema;
pub mod section;
pub mod settings;
pub mod template;
mod together;
pub mod value;
mod walk;
mod web_address;
mod yaml;

pub use finding::{Finding, Problem, ValueOrigin};
pub use ip_range::IpRange;
pub use load::{Inputs, Loaded, SettingsFile, language, load};
pub use provenance::Provenance;
pub use report::Report;

pub use section::{
    apps::App,
    auth::{Auth, CookieSecure},
    cors::Cors,
    database::{Database, DatabaseUrl},
    feeds::Feeds,
    jackett::Jackett,
    logging::{LogFormat, LogLevel, Logging},
    matching::Matching,
    metrics::Metrics,
    network::Network,
    oidc::Oidc,
    prowlarr::Prowlarr,
    server::Server,
    sync::{Sync, SyncMode},
    torrents::Torrents,
};
pub use settings::Settings;
