//! What `grabfeed demo` plays: a believable evening of grabs, most of which succeed and some of which go wrong on
//! purpose, so that the reasons can be seen. Titles are invented.
//!
//! Owns the plan and its pace. What is printed about it is the caller's business: it gets each event as data.

use std::time::Duration;

use super::arr::{GrabOptions, HistoryRow, Webhook};
use super::faults::{Fault, RetryAfter, Target};
use super::release::{ReleaseId, ReleaseSpec};
use super::torrents::{TorrentSpec, Version};
use super::world::{World, WorldBuilder, WorldError};
use grabfeed_domain::app::AppKind;
use grabfeed_domain::time::Ts;

/// How a grab of the plan goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Case {
    /// As it should.
    Normal,
    /// The history row comes later than the webhook.
    LateRow,
    /// The webhook is lost; only polling finds the grab.
    LostWebhook,
    /// The indexer asks to come back later, once.
    RateLimited,
    /// There is only a magnet link.
    Magnet,
    /// The tracker removed the release.
    Gone,
}

impl Case {
    /// Every case.
    pub const ALL: [Self; 6] =
        [Self::Normal, Self::LateRow, Self::LostWebhook, Self::RateLimited, Self::Magnet, Self::Gone];

    /// The sentence about it in the catalogues.
    pub const fn text_id(self) -> &'static str {
        match self {
            Self::Normal => "demo-case-normal",
            Self::LateRow => "demo-case-late-row",
            Self::LostWebhook => "demo-case-lost-webhook",
            Self::RateLimited => "demo-case-rate-limited",
            Self::Magnet => "demo-case-magnet",
            Self::Gone => "demo-case-gone",
        }
    }
}

/// One grab of the plan.
#[derive(Debug, Clone)]
pub struct Step {
    /// The app that grabs.
    pub app: &'static str,
    /// The indexer that has it.
    pub indexer: &'static str,
    /// The release's title.
    pub title: String,
    /// How it goes.
    pub case: Case,
    spec: ReleaseSpec,
}

/// A grab of the plan has been made.
#[derive(Debug)]
pub struct Played<'a> {
    /// What was played.
    pub step: &'a Step,
    /// The release.
    pub release: ReleaseId,
    /// False if the app itself could not grab.
    pub grabbed: bool,
}

/// How fast the plan is played.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// Between the grabs of the plan.
    pub between: Duration,
    /// Between the episodes that go on after it; `None` ends with the plan.
    pub afterwards: Option<Duration>,
}

impl Default for Pace {
    fn default() -> Self {
        Self { between: Duration::from_secs(2), afterwards: Some(Duration::from_secs(45)) }
    }
}

/// The world that the plan needs.
pub fn world(clock: impl Fn() -> Ts + Send + Sync + 'static) -> WorldBuilder {
    World::builder(clock)
        .indexers(["Lanterne", "Boréal", "Saltmarsh"])
        .app("radarr", AppKind::Radarr)
        .app("sonarr", AppKind::Sonarr)
        .app("lidarr", AppKind::Lidarr)
}

/// The plan, in its order.
pub fn plan() -> Vec<Step> {
    let film =
        |version| ReleaseSpec::from(TorrentSpec { version, file_bytes: 400_003, ..TorrentSpec::default() });
    let album = || {
        let torrent =
            TorrentSpec { files: 9, file_bytes: 40_000, extension: "flac", ..TorrentSpec::default() };
        ReleaseSpec::from(torrent)
    };
    let step =
        |app, indexer, title: &str, case, spec| Step { app, indexer, title: title.to_owned(), case, spec };
    vec![
        step(
            "radarr",
            "Lanterne",
            "Le.Phare.Immobile.2024.MULTi.1080p.WEB.DDP5.1.H264-DEMO",
            Case::Normal,
            film(Version::V1),
        ),
        step(
            "sonarr",
            "Boréal",
            "Brumeval.S01.FRENCH.1080p.WEB.H264-DEMO",
            Case::Normal,
            ReleaseSpec::season(6),
        ),
        step(
            "lidarr",
            "Lanterne",
            "Orchestre des Confins - Marées d'Encre (2023) [FLAC]",
            Case::Normal,
            album(),
        ),
        step(
            "radarr",
            "Saltmarsh",
            "The.Salt.Cartographer.2023.2160p.WEB.DD+5.1.H265-DEMO",
            Case::LateRow,
            film(Version::Hybrid),
        ),
        step(
            "radarr",
            "Boréal",
            "Les.Heures.d'Argile.2022.FRENCH.1080p.BluRay.x264-DEMO",
            Case::RateLimited,
            film(Version::V1),
        ),
        step(
            "sonarr",
            "Lanterne",
            "Quai.Nord.S02E03.FRENCH.720p.WEB.H264-DEMO",
            Case::LostWebhook,
            film(Version::V1),
        ),
        step(
            "radarr",
            "Saltmarsh",
            "A.Quiet.Ledger.2021.1080p.WEB.H264-DEMO",
            Case::Magnet,
            ReleaseSpec::magnet(),
        ),
        step(
            "lidarr",
            "Saltmarsh",
            "Paper Harbours - Low Water Sessions (2024) [FLAC]",
            Case::Normal,
            album(),
        ),
        step(
            "radarr",
            "Boréal",
            "Verger.Sous.La.Lune.2020.FRENCH.1080p.WEB.H264-DEMO",
            Case::Gone,
            film(Version::V1),
        ),
        step(
            "sonarr",
            "Saltmarsh",
            "The.Lantern.Makers.S01.1080p.WEB.H264-DEMO",
            Case::Normal,
            ReleaseSpec::season(4),
        ),
        step(
            "radarr",
            "Lanterne",
            "Nuits.de.Craie.2024.MULTi.2160p.WEB.H265-DEMO",
            Case::Normal,
            film(Version::V2),
        ),
        step(
            "sonarr",
            "Boréal",
            "Quai.Nord.S02E04.FRENCH.720p.WEB.H264-DEMO",
            Case::Normal,
            film(Version::V1),
        ),
    ]
}

/// Plays the plan, then goes on with one episode after another for as long as the pace says.
pub async fn play(world: &World, pace: Pace, mut on_event: impl FnMut(Played<'_>)) -> Result<(), WorldError> {
    for step in plan() {
        on_event(perform(world, &step).await?);
        tokio::time::sleep(pace.between).await;
    }
    let Some(pause) = pace.afterwards else { return Ok(()) };
    for number in 1_u64.. {
        tokio::time::sleep(pause).await;
        on_event(perform(world, &episode(number)).await?);
    }
    Ok(())
}

/// Makes one grab of the plan.
pub async fn perform<'a>(world: &World, step: &'a Step) -> Result<Played<'a>, WorldError> {
    let release = world.release(&step.title, step.indexer, step.spec.clone())?;
    let mut options = GrabOptions::default();
    match step.case {
        Case::Normal | Case::Magnet => {}
        Case::LateRow => options.history = HistoryRow::After(Duration::from_secs(8)),
        Case::LostWebhook => options.webhook = Webhook::Drop,
        Case::RateLimited => {
            let fault = Fault::TooManyRequests(RetryAfter::Seconds(20));
            world.fault(Target::Release(release), fault, 1);
        }
        Case::Gone => world.fault(Target::Release(release), Fault::ReleaseGone, u32::MAX),
    }
    let report = world.grab(step.app, release, options).await?;
    Ok(Played { step, release, grabbed: report.grabbed })
}

fn episode(number: u64) -> Step {
    let indexer = if number.is_multiple_of(2) { "Boréal" } else { "Lanterne" };
    let title = format!("Brumeval.S02E{number:02}.FRENCH.1080p.WEB.H264-DEMO");
    Step { app: "sonarr", indexer, title, case: Case::Normal, spec: ReleaseSpec::default() }
}
