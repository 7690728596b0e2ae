//! A whole simulated world: one Prowlarr with its indexers, a tracker, any number of apps, and the verbs of a test.
//!
//! Everything listens on 127.0.0.1 and stops when the world is dropped. Keys are obvious fakes: `test-key-{name}`.

mod builder;

use std::sync::Arc;
use std::time::Duration;

use super::arr::{Arr, GrabOptions, GrabReport};
use super::counters::Counters;
use super::faults::{Fault, Target};
use super::jackett::Jackett;
use super::prowlarr::{self, Prowlarr};
use super::release::{Release, ReleaseId, ReleaseSpec};
use super::server::Server;
use super::shared::{Shared, WorldClock};
use super::torrents::{self, GeneratedTorrent};
use super::webhook::{Notifications, Sent, WebhookAuth};
use crate::lock::locked;
use grabfeed_domain::time::Ts;

pub use builder::WorldBuilder;

/// Why a world cannot be made or asked.
#[derive(Debug, thiserror::Error)]
pub enum WorldError {
    /// A port could not be taken.
    #[error("a port could not be taken")]
    Port(#[from] std::io::Error),
    /// No app of this name.
    #[error("the world has no app named {0}")]
    NoSuchApp(String),
    /// No indexer of this name.
    #[error("the world has no indexer named {0}")]
    NoSuchIndexer(String),
    /// No release of this number.
    #[error("the world has no release {0}")]
    NoSuchRelease(ReleaseId),
    /// Prowlarr is in every world already.
    #[error("an app of the world cannot be a second Prowlarr")]
    SecondProwlarr,
}

/// A running world.
#[derive(Debug)]
pub struct World {
    shared: Arc<Shared>,
    prowlarr: Arc<Prowlarr>,
    jackett: Option<Arc<Jackett>>,
    apps: Vec<Arc<Arr>>,
    servers: Vec<(String, Server)>,
    site: String,
}

/// The tracker's name where servers are named.
pub const TRACKER: &str = "tracker";

impl World {
    /// A world to be described. It takes its time from `clock`.
    pub fn builder(clock: impl Fn() -> Ts + Send + Sync + 'static) -> WorldBuilder {
        WorldBuilder::new(WorldClock::new(clock))
    }

    /// Prowlarr.
    pub fn prowlarr(&self) -> &Arc<Prowlarr> {
        &self.prowlarr
    }

    /// Jackett, if the world has it.
    pub fn jackett(&self) -> Option<&Arc<Jackett>> {
        self.jackett.as_ref()
    }

    /// Every app but Prowlarr.
    pub fn apps(&self) -> &[Arc<Arr>] {
        &self.apps
    }

    /// The app of this name.
    pub fn app(&self, name: &str) -> Result<&Arc<Arr>, WorldError> {
        self.apps.iter().find(|app| app.name() == name).ok_or_else(|| WorldError::NoSuchApp(name.to_owned()))
    }

    /// `http://127.0.0.1:port` of the tracker.
    pub fn tracker_url(&self) -> &str {
        &self.site
    }

    /// Offers a release on an indexer. It was published 75 minutes ago.
    pub fn release(
        &self,
        title: &str,
        indexer: &str,
        spec: impl Into<ReleaseSpec>,
    ) -> Result<ReleaseId, WorldError> {
        let spec = spec.into();
        let indexer_id =
            self.prowlarr.indexer(indexer).ok_or_else(|| WorldError::NoSuchIndexer(indexer.to_owned()))?.id;
        let announce = format!("{}/announce?passkey={}", self.site, super::release::PASSKEY);
        let torrent = torrents::generate(title, &announce, &spec.torrent);
        let published = self.shared.clock.now().minus(Duration::from_mins(75));
        Ok(self.shared.add_release(|id| Release {
            id,
            title: title.to_owned(),
            indexer_id,
            indexer: indexer.to_owned(),
            delivery: spec.delivery,
            parts: spec.parts,
            lists_infohash: spec.lists_infohash,
            published,
            torrent,
            site: self.site.clone(),
        }))
    }

    /// A release that was offered.
    pub fn released(&self, id: ReleaseId) -> Result<Arc<Release>, WorldError> {
        self.shared.release(id).ok_or(WorldError::NoSuchRelease(id))
    }

    /// The torrent of a release.
    pub fn torrent(&self, id: ReleaseId) -> Result<GeneratedTorrent, WorldError> {
        Ok(self.released(id)?.torrent.clone())
    }

    /// Lets an app grab a release. Grabbing twice is grabbing again.
    pub async fn grab(
        &self,
        app: &str,
        release: ReleaseId,
        options: GrabOptions,
    ) -> Result<GrabReport, WorldError> {
        let release = self.released(release)?;
        Ok(self.app(app)?.grab(&release, &options).await)
    }

    /// Lets an app take a finished download over; `blackhole` if its client is a watch directory.
    pub async fn import(
        &self,
        app: &str,
        release: ReleaseId,
        blackhole: bool,
    ) -> Result<Vec<Sent>, WorldError> {
        let release = self.released(release)?;
        Ok(self.app(app)?.import(&release, blackhole).await)
    }

    /// A grab made on Prowlarr's own search page.
    pub async fn grab_in_prowlarr(&self, release: ReleaseId) -> Result<Vec<Sent>, WorldError> {
        let release = self.released(release)?;
        Ok(self.prowlarr.grab_by_hand(&release).await)
    }

    /// Makes `url` the one receiver of an app's grabs (`prowlarr` is an app here).
    pub fn set_webhook(&self, app: &str, url: &str, auth: WebhookAuth) -> Result<(), WorldError> {
        self.notifications(app)?.set(url, auth);
        Ok(())
    }

    /// Lets the next `times` requests at a target go wrong; `u32::MAX` is for ever. The apps' own requests are spared.
    pub fn fault(&self, target: Target, fault: Fault, times: u32) {
        self.shared.faults.arm(target, fault, times);
    }

    /// The same, and the apps' own requests are not spared.
    pub fn fault_for_all(&self, target: Target, fault: Fault, times: u32) {
        self.shared.faults.arm_for_all(target, fault, times);
    }

    /// Takes away the faults of a target.
    pub fn clear_faults(&self, target: &Target) {
        self.shared.faults.clear(target);
    }

    /// Puts an older backup of an app's database in place: the newest rows vanish and their numbers come again.
    pub fn restore_backup(&self, app: &str, rows_lost: usize) -> Result<(), WorldError> {
        if app == prowlarr::NAME {
            self.prowlarr.restore_backup(rows_lost);
        } else {
            self.app(app)?.restore_backup(rows_lost);
        }
        Ok(())
    }

    /// Closes the port of an app, of `prowlarr` or of `tracker`: callers get "connection refused".
    pub async fn down(&self, name: &str) -> Result<(), WorldError> {
        self.server(name)?.down().await;
        Ok(())
    }

    /// Opens it again.
    pub async fn up(&self, name: &str) -> Result<(), WorldError> {
        Ok(self.server(name)?.up().await?)
    }

    /// What was asked until now.
    pub fn counters(&self) -> Counters {
        locked(&self.shared.counters).clone()
    }

    /// Stops everything.
    pub async fn stop(self) {
        for (_, server) in &self.servers {
            server.down().await;
        }
    }

    fn notifications(&self, app: &str) -> Result<&Notifications, WorldError> {
        if app == prowlarr::NAME {
            return Ok(&self.prowlarr.notifications);
        }
        Ok(&self.app(app)?.notifications)
    }

    fn server(&self, name: &str) -> Result<&Server, WorldError> {
        let found = self.servers.iter().find(|(known, _)| known == name);
        found.map(|(_, server)| server).ok_or_else(|| WorldError::NoSuchApp(name.to_owned()))
    }
}
