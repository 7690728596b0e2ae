//! What is known of the service that does not change while it runs.

use url::Url;

use crate::config::Provenance;
use crate::domain::app::{AppKind, AppName};
use crate::domain::time::Ts;

/// What is known of the service that does not change while it runs.
#[derive(Debug)]
pub struct Facts {
    /// When it was put together.
    pub started_at: Ts,
    /// The apps of the settings, Prowlarr last.
    pub apps: Vec<ConfiguredApp>,
    /// Every setting with its origin; secrets are masked in it.
    pub settings: Provenance,
}

/// An app of the settings, without its keys.
#[derive(Debug)]
pub struct ConfiguredApp {
    /// The person's name for it.
    pub name: AppName,
    /// What it is.
    pub kind: AppKind,
    /// Where it is.
    pub url: Url,
    /// Whether its grabs are collected.
    pub enabled: bool,
}
