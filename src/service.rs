//! The composition root: from settings to a running service, readable from top to bottom.
//!
//! Owns: which part gets what, and the order of starting and stopping. Must not know: how any part does its work.

mod counting;
mod facts;
mod made_possible;
mod oidc;
mod outbound;
mod start_error;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Once};
use std::time::Duration;

use secrecy::SecretString;
use tokio::net::TcpListener;
use tracing::info;
use url::Url;

use self::counting::Counting;
pub use self::facts::configured_apps;
pub use self::start_error::StartError;
use crate::admin::account::{Accounts, SessionRules};
use crate::admin::webhook_secret;
use crate::auth::password::Passwords;
use crate::auth::password_rules::PasswordRules;
use crate::auth::proxy_word::ProxyWord;
use crate::auth::setup::{Setup, SetupError, SetupOptions};
use crate::config::{Loaded, Settings};
use crate::domain::app::{AppKind, AppName, JACKETT, PROWLARR};
use crate::fetch::arrived::ArrivedFiles;
use crate::fetch::download::{DownloadLimits, Downloader};
use crate::ops::clock::Clock;
use crate::ops::health::Health;
use crate::ops::metrics::Metrics;
use crate::ops::redact::Redactor;
use crate::ops::shutdown::{Deadlines, Lifecycle, Stopped};
use crate::ops::text::Lang;
use crate::pipeline::proxies::UntrustedProxies;
use crate::pipeline::test_requests::{LastTests, WebhookTests};
use crate::pipeline::{self, deps};
use crate::publish::feed::ChannelText;
use crate::publish::rendered::RenderedFeeds;
use crate::store::{Store, UnfetchedLimits};
use crate::upstream::arr::ArrClient;
use crate::upstream::circuit::CircuitPolicy;
use crate::upstream::connection::UpstreamOptions;
use crate::upstream::jackett::JackettPlace;
use crate::upstream::jackett_test::JackettClient;
use crate::upstream::observe::Observer;
use crate::upstream::prowlarr::ProwlarrClient;
use crate::upstream::retry::RetryPolicy;
use crate::web::base::Base;
use crate::web::feed_lookups::FeedLookups;
use crate::web::outgoing::OutgoingFiles;
use crate::web::serve::ServeLimits;
use crate::web::state::{ArrivalRules, Hook, Parts};
use crate::web::{Router, WebState, router, serve};

/// The longest wait between two tries of one API call.
const LONGEST_BACKOFF: Duration = Duration::from_secs(30);
/// A longer `Retry-After` is not waited for inside a call.
const LONGEST_INLINE_RETRY_AFTER: Duration = Duration::from_secs(20);
/// The shortest retention that is kept: well past every overlap of the histories, or a purged grab would be found
/// there again.
const SHORTEST_RETENTION: Duration = Duration::from_hours(72);

pub use crate::web::serve::listen;

/// What stands around the service in its process.
#[derive(Debug, Clone)]
pub struct Surroundings {
    /// The time.
    pub clock: Clock,
    /// What is counted.
    pub metrics: Metrics,
    /// What masks secrets in logs.
    pub redactor: Redactor,
    /// The language of a reader who asks for none.
    pub lang: Lang,
    /// Where a token for the first set-up is written; `None`: nowhere.
    pub setup_token_file: Option<PathBuf>,
    /// Where files wait that have arrived and are not in the database yet; `None`: they do not wait.
    pub arrived_folder: Option<PathBuf>,
}

impl Surroundings {
    /// New counters and nothing to mask yet.
    pub fn new(clock: Clock, lang: Lang) -> Self {
        let metrics =
            Metrics::new(env!("CARGO_PKG_VERSION"), option_env!("GRABFEED_COMMIT").unwrap_or("unknown"));
        Self {
            clock,
            metrics,
            redactor: Redactor::default(),
            lang,
            setup_token_file: None,
            arrived_folder: None,
        }
    }
}

/// The service, put together and not yet running.
pub struct Service {
    /// The pipeline's parts.
    pub deps: Arc<deps::Deps>,
    /// The HTTP face.
    pub router: Router,
    /// Whether requests are wanted.
    pub health: Health,
    /// What connections may take.
    pub limits: ServeLimits,
}

/// Puts the service together.
pub async fn build(loaded: &Loaded, store: Store, around: &Surroundings) -> Result<Service, StartError> {
    let settings = &loaded.settings;
    let brought = pipeline::revival::bring_back(&store, &made_possible::parts(settings)).await?;
    if brought > 0 {
        info!(event = "service.grabs-possible-again", grabs = brought);
    }
    let deps = Arc::new(pipeline_parts(settings, store, around)?);
    let hooks = hooks(settings, &deps.store, &around.redactor).await?;
    let passwords = Passwords::default();
    let password_rules = PasswordRules { min_chars: settings.auth.password_min_length };
    let setup = prepare_setup(settings, &deps.store, &passwords, password_rules, around).await?;
    let session_rules =
        SessionRules { idle: settings.auth.session_idle, lifetime: settings.auth.session_lifetime };
    let (store, metrics) = (deps.store.clone(), deps.metrics.clone());
    let accounts = Accounts::new(store, metrics, passwords, password_rules, setup, session_rules);
    let server = &settings.server;
    let base = Base::new(server.public_url.as_ref(), &server.url_base).map_err(|_| StartError::PublicUrl)?;
    let health = Health::default();
    let channel =
        ChannelText { title: settings.feeds.title.clone(), description: settings.feeds.description.clone() };
    let state = WebState::new(Parts {
        deps: Arc::clone(&deps),
        hooks,
        base,
        url_base: server.url_base.clone(),
        arrival: ArrivalRules {
            trusted_proxies: server.trusted_proxies.clone(),
            allowed_hosts: server.allowed_hosts.clone(),
            public_url: server.public_url.clone(),
        },
        cors_origins: settings.cors.allow_origins.clone(),
        cookie_secure: settings.auth.cookie_secure,
        accounts,
        oidc: oidc::sign_in(settings, around)?,
        proxy_sign_in: ProxyWord::new(settings.auth.proxy_header.as_deref(), &settings.auth.proxy_users),
        plain_http_told: Once::new(),
        facts: facts::gather(loaded, around),
        feed_lookups: FeedLookups::default(),
        rendered_feeds: RenderedFeeds::default(),
        outgoing: OutgoingFiles::default(),
        channel,
        expose_torrents: settings.torrents.expose_static,
        health: health.clone(),
        lang: around.lang,
        metrics_enabled: settings.metrics.enabled,
    });
    let router = router(state, &server.url_base);
    let limits = ServeLimits { trusted_proxies: server.trusted_proxies.clone(), ..ServeLimits::default() };
    Ok(Service { deps, router, health, limits })
}

async fn prepare_setup(
    settings: &Settings,
    store: &Store,
    passwords: &Passwords,
    rules: PasswordRules,
    around: &Surroundings,
) -> Result<Setup, SetupError> {
    let auth = &settings.auth;
    auth.setup_token.iter().chain(&auth.admin_password).for_each(|secret| around.redactor.learn(secret));
    let options = SetupOptions::from_settings(auth, around.setup_token_file.clone());
    Setup::prepare(store, passwords, rules, options).await
}

/// Runs the service until something ends its life; then stops in order.
pub async fn run(service: Service, listener: TcpListener, life: &Lifecycle) -> Result<Stopped, StartError> {
    let address = listener.local_addr().map_err(StartError::Process)?;
    pipeline::take_over_leases(&service.deps.store).await?;
    pipeline::start(&service.deps, life);
    let web = life.clone();
    life.spawn(serve::serve(listener, service.router, service.limits, web));
    service.health.ready();
    info!(event = "service.started", address = %address, version = env!("CARGO_PKG_VERSION"));
    life.stopping().cancelled().await;
    service.health.drain();
    let stopped = life.finish(Deadlines::default()).await;
    service.deps.store.close().await;
    Ok(stopped)
}

/// Everything below the HTTP face.
pub fn pipeline_parts(
    settings: &Settings,
    store: Store,
    around: &Surroundings,
) -> Result<deps::Deps, StartError> {
    let enabled = || settings.apps.iter().filter(|app| app.enabled && app.kind != AppKind::Prowlarr);
    let secrets =
        enabled().map(|app| &app.api_key).chain(settings.prowlarr.iter().map(|prowlarr| &prowlarr.api_key));
    let secrets = secrets.chain(settings.jackett.iter().map(|jackett| &jackett.api_key));
    secrets.for_each(|secret| around.redactor.learn(secret));
    let http = outbound::http(settings, around)?;
    let observer: Arc<dyn Observer> = Arc::new(Counting::new(settings, around.metrics.clone()));
    let retry = retry_policy(settings);
    let upstream = |kind, name: &str, url: &Url, key: &SecretString| UpstreamOptions {
        kind,
        name: name.to_owned(),
        base_url: url.clone(),
        api_key: key.clone(),
        timeout: settings.network.timeout,
        retry,
        circuit: CircuitPolicy::default(),
    };
    let mut apps = Vec::new();
    for app in enabled() {
        let options = upstream(app.kind, app.name.as_str(), &app.url, &app.api_key);
        let client = ArrClient::new(http.clone(), options, Arc::clone(&observer))
            .map_err(|_| StartError::App(app.name.to_string()))?;
        apps.push(deps::App { name: app.name.clone(), kind: app.kind, client });
    }
    let prowlarr = match &settings.prowlarr {
        None => None,
        Some(section) => {
            let failed = || StartError::App(PROWLARR.to_owned());
            let options = upstream(AppKind::Prowlarr, PROWLARR, &section.url, &section.api_key);
            let client =
                ProwlarrClient::new(http.clone(), options, Arc::clone(&observer)).map_err(|_| failed())?;
            Some(deps::Prowlarr { name: prowlarr_name().ok_or_else(failed)?, client })
        }
    };
    let jackett_test = match &settings.jackett {
        None => None,
        Some(section) => {
            // The kind only says how its answers are read, which are its own.
            let options = upstream(AppKind::Prowlarr, JACKETT, &section.url, &section.api_key);
            let client = JackettClient::new(http.clone(), options, Arc::clone(&observer));
            Some(client.map_err(|_| StartError::App(JACKETT.to_owned()))?)
        }
    };
    let mut downloader = Downloader::new(http, retry, observer);
    if let Some(prowlarr) = &prowlarr {
        downloader = downloader.with_prowlarr_circuit(Arc::clone(prowlarr.client.circuit()));
    }
    Ok(deps::Deps {
        store,
        clock: around.clock.clone(),
        metrics: around.metrics.clone(),
        apps,
        prowlarr,
        jackett: jackett(settings),
        jackett_test,
        downloader,
        arrived: ArrivedFiles::new(around.arrived_folder.clone()),
        rules: rules(settings),
        polls: deps::PollCounter::default(),
        last_tests: LastTests::default(),
        untrusted_proxies: UntrustedProxies::default(),
        indexers: pipeline::indexers::IndexerList::default(),
        wake: tokio::sync::Notify::new(),
    })
}

/// Jackett as the settings name it; else the one place that links may be fetched from, if there is just one.
fn jackett(settings: &Settings) -> Option<JackettPlace> {
    match (&settings.jackett, &settings.network.link_sources[..]) {
        (Some(jackett), _) => {
            Some(JackettPlace::Configured { url: jackett.url.clone(), api_key: jackett.api_key.clone() })
        }
        (None, [only]) => Some(JackettPlace::LinkSource(only.clone())),
        (None, _) => None,
    }
}

fn prowlarr_name() -> Option<AppName> {
    AppName::parse(PROWLARR).ok()
}

fn retry_policy(settings: &Settings) -> RetryPolicy {
    RetryPolicy {
        tries: settings.network.retries,
        base: settings.network.backoff,
        cap: LONGEST_BACKOFF,
        longest_retry_after: LONGEST_INLINE_RETRY_AFTER,
        random: rand::random,
    }
}

fn rules(settings: &Settings) -> deps::Rules {
    let retention = settings.sync.retention;
    deps::Rules {
        mode: settings.sync.mode,
        interval: settings.sync.interval,
        lookback: settings.sync.lookback,
        retention: (settings.sync.auto_purge && !retention.is_zero())
            .then(|| retention.max(SHORTEST_RETENTION)),
        unfetched: UnfetchedLimits {
            kept_for: Some(settings.sync.unfetched_retention).filter(|length| !length.is_zero()),
            max_bytes: settings.sync.unfetched_max_bytes,
        },
        webhook_tests: if settings.sync.test_webhooks {
            WebhookTests::AskedFor
        } else {
            WebhookTests::LeftToThePerson
        },
        session_idle: settings.auth.session_idle,
        min_score: settings.matching.min_score,
        strict_hash: settings.matching.strict_hash,
        allow_search: settings.matching.allow_search,
        grab_sources: settings
            .prowlarr
            .as_ref()
            .map_or_else(Vec::new, |prowlarr| prowlarr.grab_sources.clone()),
        searches_per_hour: settings.matching.searches_per_hour,
        host_spacing: settings.network.host_spacing,
        allow_magnets: settings.matching.allow_magnets,
        download: DownloadLimits {
            max_size_bytes: usize::try_from(settings.torrents.max_size_bytes).unwrap_or(usize::MAX),
            ..DownloadLimits::default()
        },
        feed_window: settings.feeds.window,
    }
}

/// The apps whose webhooks are taken, with their secrets: those of the settings, else generated once and kept.
async fn hooks(
    settings: &Settings,
    store: &Store,
    redactor: &Redactor,
) -> Result<HashMap<AppName, Hook>, StartError> {
    let mut hooks = HashMap::new();
    for app in settings.apps.iter().filter(|app| app.enabled) {
        let secret = match &app.webhook_secret {
            Some(secret) => secret.clone(),
            None => webhook_secret::of_app(store, &app.name).await?,
        };
        hooks.insert(app.name.clone(), Hook { kind: app.kind, secret });
    }
    if let (Some(_), Some(name)) = (&settings.prowlarr, prowlarr_name()) {
        let secret = webhook_secret::of_app(store, &name).await?;
        hooks.entry(name).or_insert(Hook { kind: AppKind::Prowlarr, secret });
    }
    for hook in hooks.values() {
        redactor.learn(&hook.secret);
    }
    Ok(hooks)
}
