//! What the steps work with, and the rules of the settings that they follow.

use std::time::Duration;

use secrecy::SecretString;
use tokio::sync::Notify;

use crate::config::section::sync::SyncMode;
use crate::domain::app::{AppKind, AppName};
use crate::fetch::arrived::ArrivedFiles;
use crate::fetch::download::{DownloadLimits, Downloader};
use crate::matching::plan::{Plan, plan};
use crate::ops::clock::Clock;
use crate::ops::metrics::Metrics;
use crate::pipeline::indexers::IndexerList;
pub use crate::pipeline::polls::PollCounter;
use crate::pipeline::proxies::UntrustedProxies;
use crate::pipeline::test_requests::{LastTests, WebhookTests};
use crate::store::{Store, UnfetchedLimits};
use crate::upstream::arr::ArrClient;
use crate::upstream::jackett::JackettPlace;
use crate::upstream::jackett_test::JackettClient;
use crate::upstream::prowlarr::ProwlarrClient;
use crate::upstream::webhooks::Webhooks;

/// What the steps work with.
pub struct Deps {
    /// The database.
    pub store: Store,
    /// The time.
    pub clock: Clock,
    /// What is counted.
    pub metrics: Metrics,
    /// The apps whose histories are read.
    pub apps: Vec<App>,
    /// Prowlarr, if one is configured.
    pub prowlarr: Option<Prowlarr>,
    /// Jackett as we reach it, if we know.
    pub jackett: Option<JackettPlace>,
    /// Jackett as something that can be asked, if its address and key are configured.
    pub jackett_test: Option<JackettClient>,
    /// Fetches links.
    pub downloader: Downloader,
    /// What was fetched and is not written down yet.
    pub arrived: ArrivedFiles,
    /// The rules.
    pub rules: Rules,
    /// Polls of feeds that are not written down yet.
    pub polls: PollCounter,
    /// When apps were asked to test our webhooks.
    pub last_tests: LastTests,
    /// Proxies in front of us whose word is not believed.
    pub untrusted_proxies: UntrustedProxies,
    /// Prowlarr's indexers.
    pub indexers: IndexerList,
    /// Rung when work may have become due before its date says so.
    pub wake: Notify,
}

/// An app whose history is read.
pub struct App {
    /// The person's name for it.
    pub name: AppName,
    /// What it is.
    pub kind: AppKind,
    /// Asks it.
    pub client: ArrClient,
}

/// Our Prowlarr.
pub struct Prowlarr {
    /// The name under which its own grabs are listed.
    pub name: AppName,
    /// Asks it.
    pub client: ProwlarrClient,
}

/// The rules that the settings set.
#[derive(Debug, Clone)]
pub struct Rules {
    /// Which ways in are used.
    pub mode: SyncMode,
    /// Time between two readings of a history.
    pub interval: Duration,
    /// How far back the first reading of a history goes.
    pub lookback: Duration,
    /// How long finished grabs are kept; `None`: for ever.
    pub retention: Option<Duration>,
    /// What is kept longer, because no client has fetched it.
    pub unfetched: UnfetchedLimits,
    /// Whether apps are asked to test our webhooks.
    pub webhook_tests: WebhookTests,
    /// How long a session may be unused before it is removed.
    pub session_idle: Duration,
    /// The least score of a search result.
    pub min_score: u32,
    /// Whether a torrent must have the infohash that the app named.
    pub strict_hash: bool,
    /// Whether Prowlarr may be searched.
    pub allow_search: bool,
    /// Further programs whose downloads through Prowlarr are grabs.
    pub grab_sources: Vec<String>,
    /// Searches that one indexer is asked for in an hour.
    pub searches_per_hour: u32,
    /// The least time between two requests for torrents at one host.
    pub host_spacing: Duration,
    /// Whether magnets are published.
    pub allow_magnets: bool,
    /// The bounds of one download.
    pub download: DownloadLimits,
    /// How many items a feed lists.
    pub feed_window: usize,
}

impl Deps {
    /// The app with this name, if its history is read.
    pub fn app(&self, name: &AppName) -> Option<&App> {
        self.apps.iter().find(|app| app.name == *name)
    }

    /// The apps whose histories are read, Prowlarr last.
    pub fn apps_with_history(&self) -> impl Iterator<Item = &AppName> {
        self.apps.iter().map(|app| &app.name).chain(self.prowlarr.iter().map(|prowlarr| &prowlarr.name))
    }

    /// The webhooks that an app, or Prowlarr, has saved, as something that can be asked for.
    pub fn webhooks_of(&self, app: &AppName) -> Option<Webhooks<'_>> {
        let of_prowlarr = || self.prowlarr.as_ref().filter(|prowlarr| prowlarr.name == *app);
        match self.app(app) {
            Some(app) => Some(app.client.webhooks()),
            None => of_prowlarr().map(|prowlarr| prowlarr.client.webhooks()),
        }
    }

    /// Whether a link leads to our Prowlarr.
    pub fn is_link_of_prowlarr(&self, link: Option<&SecretString>) -> bool {
        matches!(self.plan(link), Plan::ThroughProwlarr { .. })
    }

    /// The way that a link says to take.
    pub fn plan(&self, link: Option<&SecretString>) -> Plan {
        plan(link, self.prowlarr.as_ref().map(|prowlarr| &prowlarr.client), self.jackett.as_ref())
    }

    /// Name of the job that reads an app's history.
    pub fn sync_job(app: &AppName) -> String {
        format!("sync:{app}")
    }
}
