//! The settings as the rest of the program reads them: typed, checked, complete.
//!
//! Must not know: files, layers or text; a `Settings` that exists is valid.

use super::section::{
    apps::App, auth::Auth, cors::Cors, database::Database, feeds::Feeds, jackett::Jackett, logging::Logging,
    matching::Matching, metrics::Metrics, network::Network, oidc::Oidc, prowlarr::Prowlarr, server::Server,
    sync::Sync, torrents::Torrents,
};

/// Every setting, effective and valid. `Debug` shows no secret.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where the service listens, and under which address the household reaches it.
    pub server: Server,
    /// Where everything is kept.
    pub database: Database,
    /// The indexer manager, if there is one.
    pub prowlarr: Option<Prowlarr>,
    /// Jackett, if there is one.
    pub jackett: Option<Jackett>,
    /// The programs whose grabs are collected.
    pub apps: Vec<App>,
    /// How grabs are collected, and how long they are kept.
    pub sync: Sync,
    /// Which link or candidate belongs to a grab.
    pub matching: Matching,
    /// Patience with the apps and Prowlarr.
    pub network: Network,
    /// The files that are fetched and kept.
    pub torrents: Torrents,
    /// How feeds present themselves.
    pub feeds: Feeds,
    /// Signing in.
    pub auth: Auth,
    /// Signing in by way of an OpenID Connect provider, if there is one.
    pub oidc: Option<Oidc>,
    /// Which other web pages may read our answers.
    pub cors: Cors,
    /// What is written down.
    pub logging: Logging,
    /// Numbers for Prometheus.
    pub metrics: Metrics,
}
