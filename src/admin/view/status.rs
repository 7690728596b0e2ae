//! How the service is doing, as programs read it: of the API and of the command line alike.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

use super::finding::FindingView;
use crate::admin::status::Status;
use crate::ops::text::Lang;

/// What there is, and what you should know of.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Counts)]
pub struct StatusView {
    /// Grabs, by state.
    grabs: BTreeMap<&'static str, u64>,
    /// Stored torrents.
    torrents: u64,
    /// Feeds.
    feeds: usize,
    /// Grabs that histories told of and webhooks did not.
    missed_webhooks: u64,
    /// Programs whose downloads through Prowlarr are not taken for grabs: apps that are not configured, and what only probes.
    foreign_sources: Vec<ForeignProgram>,
    /// What you should know of and can mend.
    findings: Vec<FindingView>,
}

/// A program whose downloads through Prowlarr are no grabs.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct ForeignProgram {
    /// Its name, as Prowlarr's history gives it.
    source: String,
    /// How many downloads there were.
    downloads: u64,
    /// When the last was.
    last_at: String,
}

impl StatusView {
    /// In this language.
    pub fn new(status: Status, lang: Lang) -> Self {
        let foreign_sources = status.foreign_sources.into_iter().map(|one| ForeignProgram {
            source: one.source,
            downloads: one.downloads,
            last_at: one.last_at.to_string(),
        });
        Self {
            grabs: status.grabs.into_iter().map(|(state, count)| (state.as_str(), count)).collect(),
            torrents: status.torrents,
            feeds: status.feeds,
            missed_webhooks: status.missed_webhooks,
            foreign_sources: foreign_sources.collect(),
            findings: status.findings.into_iter().map(|finding| FindingView::new(finding, lang)).collect(),
        }
    }
}
