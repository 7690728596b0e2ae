//! What was asked of the simulated world: the numbers by which a test proves that a promise costs nothing.

use std::collections::BTreeMap;

use super::release::ReleaseId;

/// Webhooks of one sender.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct WebhookCounts {
    /// Answered below 400.
    pub delivered: u64,
    /// Answered 400 or above, or not at all.
    pub failed: u64,
    /// Not sent: the app silenced the receiver after failures.
    pub silenced: u64,
    /// Not sent: the script dropped it.
    pub dropped: u64,
}

/// A snapshot of everything that was asked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counters {
    /// Downloads through Prowlarr, whatever their outcome, by release and by the caller's product name.
    pub downloads: BTreeMap<ReleaseId, BTreeMap<String, u64>>,
    /// `.torrent` requests that reached the tracker, by release.
    pub tracker_downloads: BTreeMap<ReleaseId, u64>,
    /// Announces, by release.
    pub announces: BTreeMap<ReleaseId, u64>,
    /// Announces for torrents that the tracker does not know.
    pub unknown_announces: u64,
    /// Searches through Prowlarr.
    pub searches: u64,
    /// Queries that searches made at each indexer.
    pub indexer_queries: BTreeMap<String, u64>,
    /// History requests, by app.
    pub history_requests: BTreeMap<String, u64>,
    /// API requests of every kind, by app.
    pub api_requests: BTreeMap<String, u64>,
    /// Requests with no key or a wrong one, by app.
    pub refused_keys: BTreeMap<String, u64>,
    /// Webhooks, by sender.
    pub webhooks: BTreeMap<String, WebhookCounts>,
}

impl Counters {
    /// Downloads of a release through Prowlarr by one program, such as `Grabfeed`.
    pub fn downloads_by(&self, release: ReleaseId, source: &str) -> u64 {
        self.downloads.get(&release).and_then(|by| by.get(source)).copied().unwrap_or(0)
    }

    /// Downloads of every release through Prowlarr by one program.
    pub fn all_downloads_by(&self, source: &str) -> u64 {
        self.downloads.values().filter_map(|by| by.get(source)).sum()
    }

    /// Webhooks of one sender.
    pub fn webhooks_of(&self, app: &str) -> WebhookCounts {
        self.webhooks.get(app).copied().unwrap_or_default()
    }

    pub(super) fn bump(map: &mut BTreeMap<String, u64>, key: &str) {
        *map.entry(key.to_owned()).or_default() += 1;
    }
}
