//! What handlers work with.

use std::collections::HashMap;
use std::sync::Arc;

use secrecy::SecretString;

use super::base::Base;
use super::feeds::FeedCache;
use crate::config::section::sync::SyncMode;
use crate::domain::app::{AppKind, AppName};
use crate::ops::clock::Clock;
use crate::ops::health::Health;
use crate::ops::metrics::Metrics;
use crate::ops::text::Lang;
use crate::pipeline::deps::Deps;
use crate::store::Store;

/// What handlers work with. Cheap to clone.
#[derive(Clone)]
pub struct WebState {
    /// The pipeline's parts: the database, the counters, the rules.
    pub deps: Arc<Deps>,
    /// The apps whose webhooks are taken, by name.
    pub hooks: Arc<HashMap<AppName, Hook>>,
    /// Where clients reach us.
    pub base: Arc<Base>,
    /// Rendered feeds.
    pub feeds: Arc<FeedCache>,
    /// What feeds say of themselves.
    pub channel: Arc<ChannelText>,
    /// Whether requests are wanted.
    pub health: Health,
    /// The language of who asks for none.
    pub lang: Lang,
    /// Whether `/metrics` is served.
    pub metrics_enabled: bool,
}

/// An app whose webhooks are taken.
pub struct Hook {
    /// What the app is.
    pub kind: AppKind,
    /// What its webhooks must show.
    pub secret: SecretString,
}

/// What feeds say of themselves.
#[derive(Debug)]
pub struct ChannelText {
    /// `feeds.title`.
    pub title: String,
    /// `feeds.description`.
    pub description: String,
}

impl WebState {
    /// The database.
    pub fn store(&self) -> &Store {
        &self.deps.store
    }

    /// The time.
    pub fn clock(&self) -> &Clock {
        &self.deps.clock
    }

    /// What is counted.
    pub fn metrics(&self) -> &Metrics {
        &self.deps.metrics
    }

    /// Which ways in are used.
    pub fn mode(&self) -> SyncMode {
        self.deps.rules.mode
    }
}
