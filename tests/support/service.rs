//! The whole service in this process, and around it everything that a test decides: simulated apps, database, time.
//!
//! On SQLite the clock stands still until the test moves it, so that a moment at which something must not happen yet
//! can be looked at; on PostgreSQL it runs with the server's, and can be set forward as well. Nothing here sleeps for
//! a state: [`Household::rest`] asks the database whether anything is left to do at the present moment.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use grabfeed::auth::token::{Token, TokenKind, random_identifier};
use grabfeed::config::{Inputs, Loaded, SettingsFile, load};
use grabfeed::demo::{GrabOptions, ReleaseId, ReleaseSpec, WebhookAuth, World, WorldBuilder};
use grabfeed::domain::app::PROWLARR;
use grabfeed::domain::app::{AppKind, AppName};
use grabfeed::domain::feed::{FeedName, FeedPublicId};
use grabfeed::domain::feed_begin::FeedBegin;
use grabfeed::domain::feed_filter::FeedFilter;
use grabfeed::domain::grab::{Grab, GrabState};
use grabfeed::domain::time::Ts;
use grabfeed::ops::clock::Clock;
use grabfeed::ops::shutdown::{Deadlines, Lifecycle, Stopped};
use grabfeed::ops::text::Lang;
use grabfeed::pipeline::{self, deps::Deps};
use grabfeed::publish::mac::DownloadSecret;
use grabfeed::service::{self, Surroundings};
use grabfeed::store::{Attempt, GrabFilter, NewFeed, Store};
use secrecy::ExposeSecret;
use tokio::task::JoinHandle;

use super::database::Home;
use super::ledger::Ledger;
use super::wait::until;

/// The moment at which every story begins.
pub(crate) const START: Ts = Ts::from_millis(1_795_366_902_000);
/// How long a state may take to come, by the machine's clock.
const PATIENCE: Duration = Duration::from_mins(1);

/// How a household differs from the usual one.
pub(crate) struct Plan {
    /// The simulated apps that are configured: their name in the world, and the name that the settings give them.
    pub configured: Vec<(&'static str, &'static str)>,
    /// More settings: `("SYNC__MODE", "history_only")`.
    pub settings: Vec<(&'static str, String)>,
    /// What stands in Prowlarr's place, by its URL.
    pub prowlarr_url: Option<String>,
    /// The world's description, completed.
    pub describe: fn(WorldBuilder) -> WorldBuilder,
}

impl Default for Plan {
    fn default() -> Self {
        let same = |name| (name, name);
        Self {
            configured: ["radarr", "sonarr", "lidarr"].map(same).into(),
            settings: Vec::new(),
            prowlarr_url: None,
            describe: |world| world,
        }
    }
}

impl Plan {
    /// The usual household with one setting changed.
    pub(crate) fn with(setting: &'static str, value: &str) -> Self {
        Self { settings: vec![(setting, value.to_owned())], ..Self::default() }
    }
}

/// Simulated apps, a database, a clock, and the settings that join them.
pub(crate) struct Household {
    /// The apps.
    pub world: World,
    /// The time, of the apps and of the service.
    pub clock: Clock,
    home: Home,
    /// The service's view of the database.
    pub store: Store,
    ledger: Ledger,
    plan: Plan,
}

/// A running service. Without [`Service::stop`] it ends with the test's runtime.
pub(crate) struct Service {
    /// Its parts.
    pub deps: Arc<Deps>,
    /// `http://127.0.0.1:port`
    pub url: String,
    life: Lifecycle,
    running: JoinHandle<Stopped>,
}

impl Household {
    /// Three indexers, Alpha, Beta and Gamma, and one each of Radarr, Sonarr and Lidarr.
    pub(crate) async fn new(home: Home, plan: Plan) -> Self {
        let clock = match home {
            Home::File(_) => Clock::fixed(START),
            Home::Postgres(_) => Clock::system(),
        };
        let time = clock.clone();
        let builder = World::builder(move || time.now())
            .indexers(["Alpha", "Beta", "Gamma"])
            .app("radarr", AppKind::Radarr)
            .app("sonarr", AppKind::Sonarr)
            .app("lidarr", AppKind::Lidarr);
        let world = (plan.describe)(builder).start().await.unwrap();
        let store = home.open(&clock).await;
        let ledger = Ledger::open(&home).await;
        Self { world, clock, home, store, ledger, plan }
    }

    /// The same with other settings, for the next start.
    pub(crate) fn with_plan(self, plan: Plan) -> Self {
        Self { plan, ..self }
    }

    /// Starts the service and waits until it has its periodic work.
    pub(crate) async fn start(&self) -> Service {
        let service = self.launch(Vec::new()).await;
        self.connect_webhooks(&service).await;
        let jobs = self.plan.configured.len() + 2; // one each, Prowlarr's and the purge
        until("the jobs are known", PATIENCE, async || {
            (self.count("SELECT COUNT(*) FROM job").await >= jobs).then_some(())
        })
        .await;
        service
    }

    /// Starts the service as one of several, with more settings of its own.
    pub(crate) async fn launch(&self, settings: Vec<(&'static str, String)>) -> Service {
        let listener = grabfeed::web::serve::listen(([127, 0, 0, 1], 0).into()).unwrap();
        let port = listener.local_addr().unwrap().port();
        let settings = self.settings(port, settings);
        let around = Surroundings::new(self.clock.clone(), Lang::Fr);
        let service = service::build(&settings, self.home.open(&self.clock).await, &around).await.unwrap();
        let life = Lifecycle::default();
        let deps = Arc::clone(&service.deps);
        let its_life = life.clone();
        let running = tokio::spawn(async move { service::run(service, listener, &its_life).await.unwrap() });
        Service { deps, url: format!("http://127.0.0.1:{port}"), life, running }
    }

    /// Starts the service without its HTTP face, some of its parts changed.
    pub(crate) async fn launch_changed(&self, change: impl FnOnce(&mut Deps)) -> Service {
        let around = Surroundings::new(self.clock.clone(), Lang::Fr);
        let store = self.home.open(&self.clock).await;
        let mut deps =
            service::pipeline_parts(&self.settings(1, Vec::new()).settings, store, &around).unwrap();
        change(&mut deps);
        let (deps, life) = (Arc::new(deps), Lifecycle::default());
        pipeline::start(&deps, &life);
        let its_life = life.clone();
        let running = tokio::spawn(async move { its_life.finish(Deadlines::default()).await });
        Service { deps, url: String::new(), life, running }
    }

    /// Points every configured app's webhook at a service.
    pub(crate) async fn connect_webhooks(&self, service: &Service) {
        for (app, name) in &self.plan.configured {
            let secret = grabfeed::admin::webhook_secret::of_app(&self.store, &AppName::parse(name).unwrap())
                .await
                .unwrap();
            let auth = WebhookAuth::Header("X-Webhook-Token".to_owned(), secret.expose_secret().to_owned());
            self.world.set_webhook(app, &format!("{}/hooks/{name}", service.url), auth).unwrap();
        }
    }

    /// Points Prowlarr's webhook at a service; it knows no headers.
    pub(crate) async fn connect_prowlarr(&self, service: &Service) {
        let secret = grabfeed::admin::webhook_secret::of_app(&self.store, &AppName::parse(PROWLARR).unwrap())
            .await
            .unwrap();
        let auth = WebhookAuth::Basic(PROWLARR.to_owned(), secret.expose_secret().to_owned());
        self.world.set_webhook(PROWLARR, &format!("{}/hooks/{PROWLARR}", service.url), auth).unwrap();
    }

    fn settings(&self, port: u16, more: Vec<(&'static str, String)>) -> Loaded {
        let mut environment = BTreeMap::new();
        let mut set = |key: &str, value: String| environment.insert(format!("GRABFEED__{key}"), value);
        set("SERVER__HOST", "127.0.0.1".to_owned());
        set("SERVER__PORT", port.to_string());
        set("NETWORK__BACKOFF_SECONDS", "0.1".to_owned());
        let prowlarr = self.world.prowlarr();
        set("PROWLARR__URL", self.plan.prowlarr_url.clone().unwrap_or_else(|| prowlarr.url()));
        set("PROWLARR__API_KEY", prowlarr.key().to_owned());
        for (number, (app, name)) in self.plan.configured.iter().enumerate() {
            let app = self.world.app(app).unwrap();
            set(&format!("APPS__{number}__NAME"), (*name).to_owned());
            set(&format!("APPS__{number}__TYPE"), app.kind().as_str().to_owned());
            set(&format!("APPS__{number}__URL"), app.url());
            set(&format!("APPS__{number}__API_KEY"), app.key().to_owned());
        }
        for (key, value) in self.plan.settings.iter().cloned().chain(more) {
            set(key, value);
        }
        let inputs = Inputs { file: SettingsFile::None, environment, saved: BTreeMap::new() };
        load(&inputs).unwrap_or_else(|report| panic!("{}", report.render(Lang::En)))
    }

    /// The present moment, as the service knows it.
    pub(crate) async fn now(&self) -> Ts {
        self.store.now().await.unwrap()
    }

    /// Waits until nothing is left that could be done at the present moment.
    pub(crate) async fn rest(&self, service: &Service) {
        until("the service rests", PATIENCE, async || {
            service.deps.wake.notify_one();
            let now = self.now().await;
            (self.ledger.in_work(now).await == 0).then_some(())
        })
        .await;
    }

    /// Moves the clock forward and waits for what that makes due.
    pub(crate) async fn advance(&self, service: &Service, length: Duration) {
        self.clock.advance(length);
        self.rest(service).await;
    }

    /// Moves the clock from one due moment to the next until no grab is pending; it may take so long at most.
    pub(crate) async fn settle(&self, service: &Service, limit: Duration) {
        let end = self.now().await.plus(limit);
        loop {
            self.rest(service).await;
            if self.grabs_in(GrabState::Pending).await.is_empty() {
                return;
            }
            let next = self.ledger.next_event().await;
            assert!(next <= end, "after {limit:?} still pending: {:?}", self.grabs().await);
            self.clock.advance(next.since(self.now().await));
        }
    }

    /// Offers a small release and lets an app grab it.
    pub(crate) async fn grab(&self, app: &str, title: &str, indexer: &str) -> ReleaseId {
        self.grab_as(app, title, indexer, GrabOptions::default()).await
    }

    /// The same in an unusual way.
    pub(crate) async fn grab_as(
        &self,
        app: &str,
        title: &str,
        indexer: &str,
        options: GrabOptions,
    ) -> ReleaseId {
        let release = self.world.release(title, indexer, small()).unwrap();
        let report = self.world.grab(app, release, options).await.unwrap();
        assert!(report.grabbed, "{report:?}");
        release
    }

    /// Every grab, oldest first.
    pub(crate) async fn grabs(&self) -> Vec<Grab> {
        let page = self.store.grabs(&GrabFilter::default(), 10_000, 0).await.unwrap();
        page.grabs.into_iter().rev().collect()
    }

    /// The grabs in a state.
    pub(crate) async fn grabs_in(&self, state: GrabState) -> Vec<Grab> {
        self.grabs().await.into_iter().filter(|grab| grab.state == state).collect()
    }

    /// The one grab with this title.
    pub(crate) async fn grab_of(&self, title: &str) -> Grab {
        let mut found: Vec<_> = self.grabs().await.into_iter().filter(|grab| grab.title == title).collect();
        assert_eq!(found.len(), 1, "grabs named {title}: {found:?}");
        found.remove(0)
    }

    /// State and reason of the one grab with this title: `failed gone`.
    pub(crate) async fn state_of(&self, title: &str) -> String {
        let grab = self.grab_of(title).await;
        let reason = grab.reason.map(|reason| format!(" {reason}")).unwrap_or_default();
        format!("{}{reason}", grab.state.as_str())
    }

    /// The attempts of the one grab with this title.
    pub(crate) async fn attempts_of(&self, title: &str) -> Vec<Attempt> {
        self.store.attempts(self.grab_of(title).await.id).await.unwrap()
    }

    /// How many there are in the database.
    pub(crate) async fn count(&self, sql: &'static str) -> usize {
        usize::try_from(self.ledger.number(sql).await).unwrap()
    }

    /// Waits until each item that a feed listed counts as read.
    pub(crate) async fn readings_are_noted(&self) {
        const UNREAD: &str = "SELECT COUNT(*) FROM feed_item WHERE readings = 0 AND pub_at IS NOT NULL AND delivered_at IS NULL";
        until("the reading is noted", Duration::from_secs(10), async || {
            (self.count(UNREAD).await == 0).then_some(())
        })
        .await;
    }

    /// The files of a SQLite database.
    pub(crate) fn database_files(&self) -> Vec<PathBuf> {
        let Home::File(folder) = &self.home else { return Vec::new() };
        let files = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path());
        files.filter(|path| path.is_file()).collect()
    }

    /// Downloads through Prowlarr that the service made.
    pub(crate) fn our_downloads(&self) -> u64 {
        self.world.counters().all_downloads_by("Grabfeed")
    }

    /// Downloads of one release through Prowlarr that the service made.
    pub(crate) fn our_downloads_of(&self, release: ReleaseId) -> u64 {
        self.world.counters().downloads_by(release, "Grabfeed")
    }

    /// Makes a feed of everything and gives its path.
    pub(crate) async fn feed(&self) -> String {
        let mut rng = rand::rng();
        let token = Token::generate(TokenKind::Feed, &mut rng);
        let feed = NewFeed {
            public_id: FeedPublicId::parse(&random_identifier(&mut rng, FeedPublicId::NEW_CHARS)).unwrap(),
            name: FeedName::parse("everything").unwrap(),
            filter: FeedFilter::default(),
            begins: FeedBegin::Everything,
            token_hash: token.hash(),
            token_shown: token.shown(),
            link_secret: *DownloadSecret::generate(&mut rng).expose_bytes(),
        };
        self.store.create_feed(feed, self.now().await).await.unwrap();
        format!("/f/{}/rss.xml", token.expose())
    }
}

impl Service {
    /// Stops it in order.
    pub(crate) async fn stop(self) -> Stopped {
        self.life.stop();
        self.running.await.unwrap()
    }
}

/// A torrent of one small file.
pub(crate) fn small() -> ReleaseSpec {
    sized(20_001)
}

/// A torrent of one file of so many bytes.
pub(crate) fn sized(file_bytes: usize) -> ReleaseSpec {
    grabfeed::demo::TorrentSpec { file_bytes, ..Default::default() }.into()
}
