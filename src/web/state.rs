//! What handlers work with.

use std::collections::HashMap;
use std::ops::Deref;
use std::sync::{Arc, Once};

use secrecy::SecretString;
use tracing::error;

use crate::auth::password::Passwords;
use crate::auth::password_rules::PasswordRules;
use crate::auth::setup::Setup;
use crate::config::section::sync::SyncMode;
use crate::domain::app::{AppKind, AppName};
use crate::ops::clock::Clock;
use crate::ops::health::Health;
use crate::ops::metrics::{DbError, Metrics};
use crate::ops::text::Lang;
use crate::pipeline::deps::Deps;
use crate::store::{Store, StoreError};
use crate::web::access::oidc::OidcSignIn;
use crate::web::access::proxy::ProxySignIn;
use crate::web::access::session::SessionRules;
use crate::web::api::facts::Facts;
use crate::web::base::Base;
use crate::web::middleware::caller::ArrivalRules;
use crate::web::public::feeds::FeedCache;

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
    /// How long sessions last.
    pub sessions: SessionRules,
    /// What checks passwords.
    pub passwords: Passwords,
    /// The provider by way of which the administrator may sign in.
    pub oidc: Option<OidcSignIn>,
    /// What is believed of a proxy that names who has signed in to it.
    pub proxy_sign_in: Option<ProxySignIn>,
    /// Done when the log was told that somebody signs in over plain HTTP.
    pub plain_http_told: Once,
    /// What new passwords must be.
    pub password_rules: PasswordRules,
    /// Whether there is an account.
    pub setup: Setup,
    /// What the API tells of the service that does not change while it runs.
    pub api: Facts,
    /// Rendered feeds.
    pub feeds: FeedCache,
    /// What feeds say of themselves.
    pub channel: ChannelText,
    /// `torrents.expose_static`
    pub expose_torrents: bool,
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
        self.metrics().db_failed(DbError::of(failure.kind()));
        error!(event = "web.database-failed", during, cause = %failure);
    }
}
