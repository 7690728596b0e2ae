//! How a simulated grab goes: what becomes of its webhook, its history rows and its link.

use std::time::Duration;

/// What becomes of the webhook.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Webhook {
    /// Sent once, if a receiver is configured.
    #[default]
    Send,
    /// Lost.
    Drop,
    /// Sent twice.
    Twice,
}

/// When the history rows can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum HistoryRow {
    /// At once, after the webhook.
    #[default]
    Now,
    /// So long after the grab, with the grab's date: the hard case for a reader with a cursor.
    After(Duration),
    /// Never: the series was deleted meanwhile, or the database failed.
    Never,
}

/// What `data.downloadUrl` holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DownloadUrl {
    /// The proxy link, with the origin that the app knows and Prowlarr's key.
    #[default]
    Proxy,
    /// A proxy link that Prowlarr no longer understands: its database was made anew.
    StaleProxy,
    /// The tracker's own link, as of an indexer that the app knows by itself.
    Direct,
    /// Jackett's link, with the origin that the app knows; a world without Jackett has none.
    Jackett,
    /// The magnet link.
    Magnet,
    /// `null`
    Null,
}

/// How a grab goes. The default is the normal case.
#[derive(Debug, Clone)]
pub struct GrabOptions {
    /// The webhook.
    pub webhook: Webhook,
    /// The history rows.
    pub history: HistoryRow,
    /// `data.downloadUrl`.
    pub download_url: DownloadUrl,
    /// The client is a watch directory: there is no `downloadId`.
    pub blackhole: bool,
    /// Whether `data.torrentInfoHash` is filled.
    pub info_hash: bool,
}

impl Default for GrabOptions {
    fn default() -> Self {
        Self {
            webhook: Webhook::Send,
            history: HistoryRow::Now,
            download_url: DownloadUrl::Proxy,
            blackhole: false,
            info_hash: true,
        }
    }
}
