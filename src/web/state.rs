//! What handlers work with: what the composition root has put together.

use std::collections::HashMap;
use std::ops::Deref;
use std::sync::{Arc, Once};

use secrecy::SecretString;
use tracing::error;
use url::Url;

use super::base::Base;
use super::feed_lookups::FeedLookups;
use super::outgoing::OutgoingFiles;
use crate::admin::account::Accounts;
use crate::admin::facts::Facts;
use crate::auth::oidc::Provider;
use crate::auth::proxy_word::ProxyWord;
use crate::config::ip_range::IpRange;
use crate::config::section::auth::CookieSecure;
use crate::config::section::sync::SyncMode;
use crate::domain::app::{AppKind, AppName};
use crate::ops::clock::Clock;
use crate::ops::health::Health;
use crate::ops::metrics::{DbError, Metrics};
use crate::ops::text::Lang;
use crate::pipeline::deps::Deps;
use crate::publish::feed::ChannelText;
use crate::publish::rendered::RenderedFeeds;
use crate::store::{Store, StoreError};

/// The largest body of any request, in bytes.
pub const MAX_BODY_BYTES: usize = 1024 * 1024;

/// What handlers work with. Cheap to clone: every layer around a handler clones it for every request.
#[derive(Clone)]
pub struct WebState(Arc<Parts>);

/// The parts of [`WebState`].
pub struct Parts {
    /// The pipeline's parts: the database, the counters, the rules.
    pub deps: Arc<Deps>,
    /// The apps whose webhooks are taken, by name.
    pub hooks: HashMap<AppName, Hook>,
    /// Where clients reach us.
    pub base: Base,
    /// `server.url_base`, under which every path of ours lies.
    pub url_base: String,
    /// What may be believed of where requests come from.
    pub arrival: ArrivalRules,
    /// `cors.allow_origins`
    pub cors_origins: Vec<String>,
    /// `auth.cookie_secure`
    pub cookie_secure: CookieSecure,
    /// The account and its sessions.
    pub accounts: Accounts,
    /// The provider by way of which the administrator may sign in.
    pub oidc: Option<OidcSignIn>,
    /// What we believe of a proxy that names the person who has signed in to it.
    pub proxy_sign_in: Option<ProxyWord>,
    /// Done when the log was told that somebody signs in over plain HTTP.
    pub plain_http_told: Once,
    /// What does not change while the service runs.
    pub facts: Facts,
    /// Feeds by their tokens.
    pub feed_lookups: FeedLookups,
    /// Rendered feeds.
    pub rendered_feeds: RenderedFeeds,
    /// Torrents on their way out.
    pub outgoing: OutgoingFiles,
    /// What feeds say of themselves.
    pub channel: ChannelText,
    /// `torrents.expose_static`
    pub expose_torrents: bool,
    /// Whether requests are wanted.
    pub health: Health,
    /// The language of a reader who asks for none.
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

/// What may be believed of where requests come from.
#[derive(Debug)]
pub struct ArrivalRules {
    /// `server.trusted_proxies`
    pub trusted_proxies: Vec<IpRange>,
    /// `server.allowed_hosts`
    pub allowed_hosts: Vec<String>,
    /// `server.public_url`
    pub public_url: Option<Url>,
}

/// A provider by way of which the administrator may sign in.
pub struct OidcSignIn {
    /// The provider.
    pub provider: Provider,
    /// `oidc.name`
    pub name: String,
}

impl Deref for WebState {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl WebState {
    /// Of these parts.
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }

    /// The name of the OpenID Connect provider, if one is configured.
    pub fn provider_name(&self) -> Option<&str> {
        self.oidc.as_ref().map(|oidc| oidc.name.as_str())
    }

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

    /// Logs and counts a failure of the database that the request goes on without.
    pub fn go_on_without(&self, during: &'static str, failure: &StoreError) {
        self.metrics().db_failed(DbError::from_kind(failure.kind()));
        error!(event = "web.database-failed", during, cause = %failure);
    }
}
