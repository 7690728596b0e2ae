//! Describing a world before it starts.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use super::{TRACKER, World, WorldError};
use crate::arr::{Arr, ArrSpec};
use crate::jackett::{self, Jackett};
use crate::prowlarr::{self, IndexerSpec, Prowlarr, ProwlarrSpec};
use crate::server::Bound;
use crate::shared::{Shared, WorldClock};
use crate::tracker;
use grabfeed_domain::app::AppKind;

/// A world that is being described.
#[derive(Debug)]
pub struct WorldBuilder {
    clock: WorldClock,
    indexers: Vec<IndexerSpec>,
    apps: Vec<(String, AppKind)>,
    ports: HashMap<String, u16>,
    url_bases: HashMap<String, String>,
    seen_as: String,
    has_jackett: bool,
    tracker_pace: Duration,
}

impl WorldBuilder {
    pub(super) fn new(clock: WorldClock) -> Self {
        Self {
            clock,
            indexers: Vec::new(),
            apps: Vec::new(),
            ports: HashMap::new(),
            url_bases: HashMap::new(),
            seen_as: "http://localhost:9696".to_owned(),
            has_jackett: false,
            tracker_pace: Duration::ZERO,
        }
    }

    /// Adds ordinary indexers.
    #[must_use]
    pub fn indexers<'a>(mut self, names: impl IntoIterator<Item = &'a str>) -> Self {
        let spec = |name: &str| IndexerSpec { name: name.to_owned(), ..IndexerSpec::default() };
        self.indexers.extend(names.into_iter().map(spec));
        self
    }

    /// Adds an indexer.
    #[must_use]
    pub fn indexer(mut self, spec: IndexerSpec) -> Self {
        self.indexers.push(spec);
        self
    }

    /// Adds an app; its key is `test-key-{name}`.
    #[must_use]
    pub fn app(mut self, name: &str, kind: AppKind) -> Self {
        self.apps.push((name.to_owned(), kind));
        self
    }

    /// Gives an app, `prowlarr` or `tracker` a port of its own; any free one otherwise.
    #[must_use]
    pub fn port(mut self, name: &str, port: u16) -> Self {
        self.ports.insert(name.to_owned(), port);
        self
    }

    /// Gives an app or `prowlarr` a URL base, with a leading slash and no trailing one.
    #[must_use]
    pub fn url_base(mut self, name: &str, base: &str) -> Self {
        self.url_bases.insert(name.to_owned(), base.to_owned());
        self
    }

    /// By what scheme, host and port the apps know Prowlarr; `http://localhost:9696` otherwise, which is wrong from
    /// outside, as it is in most households.
    #[must_use]
    pub fn prowlarr_seen_as(mut self, origin: &str) -> Self {
        origin.clone_into(&mut self.seen_as);
        self
    }

    /// Adds a Jackett that knows every indexer of the world.
    #[must_use]
    pub fn jackett(mut self) -> Self {
        self.has_jackett = true;
        self
    }

    /// How far apart Prowlarr asks one tracker: 2 s in truth, and not at all unless a test is about it.
    #[must_use]
    pub fn tracker_pace(mut self, pace: Duration) -> Self {
        self.tracker_pace = pace;
        self
    }

    /// Starts everything.
    pub async fn start(self) -> Result<World, WorldError> {
        let shared = Arc::new(Shared::new(self.clock.clone()));
        let site = self.bind(TRACKER).await?;
        let site_url = site.origin();
        let mut servers =
            vec![(TRACKER.to_owned(), site.serve(tracker::routes(Arc::clone(&shared)), &self.clock))];

        let bound = self.bind(prowlarr::NAME).await?;
        let spec = ProwlarrSpec {
            origin: bound.origin(),
            url_base: self.url_base_of(prowlarr::NAME),
            seen_as: self.seen_as.clone(),
            key: key(prowlarr::NAME),
            indexers: self.indexers.clone(),
            tracker_pace: self.tracker_pace,
        };
        let prowlarr = Arc::new(Prowlarr::new(spec, Arc::clone(&shared)));
        servers.push((prowlarr::NAME.to_owned(), bound.serve(prowlarr.routes(), &self.clock)));

        let mut jackett = None;
        if self.has_jackett {
            let bound = self.bind(jackett::NAME).await?;
            let indexers = self.indexers.iter().map(|indexer| indexer.name.to_lowercase()).collect();
            let made = Arc::new(Jackett::new(bound.origin(), indexers, Arc::clone(&shared)));
            servers.push((jackett::NAME.to_owned(), bound.serve(made.routes(), &self.clock)));
            jackett = Some(made);
        }

        let mut apps = Vec::new();
        for (name, kind) in &self.apps {
            let bound = self.bind(name).await?;
            let spec = ArrSpec {
                name: name.clone(),
                kind: *kind,
                origin: bound.origin(),
                url_base: self.url_base_of(name),
                key: key(name),
            };
            let app = Arr::new(spec, Arc::clone(&prowlarr), jackett.clone(), Arc::clone(&shared));
            let app = Arc::new(app.ok_or(WorldError::SecondProwlarr)?);
            servers.push((name.clone(), bound.serve(app.routes(), &self.clock)));
            apps.push(app);
        }
        Ok(World { shared, prowlarr, jackett, apps, servers, site: site_url })
    }

    async fn bind(&self, name: &str) -> Result<Bound, WorldError> {
        Ok(Bound::take(self.ports.get(name).copied().unwrap_or(0)).await?)
    }

    fn url_base_of(&self, name: &str) -> String {
        self.url_bases.get(name).cloned().unwrap_or_default()
    }
}

fn key(name: &str) -> String {
    format!("test-key-{name}")
}
