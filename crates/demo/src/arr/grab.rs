//! A grab, in the order of the real apps: fetch from Prowlarr, tell the receivers, write the history.
//!
//! After `DownloadService.cs` and `DownloadClientBase.cs` of Radarr and Sonarr. The order is the trap: who looks the
//! history up from inside a webhook finds nothing.

use std::time::Duration;

use super::grabbed::Grabbed;
use super::options::{DownloadUrl, GrabOptions, HistoryRow, Webhook};
use super::{Arr, payload, profile, rows, user_agent};
use crate::history::Draft;
use crate::lock::locked;
use crate::release::{Delivery, Release};
use crate::tracker::ON_BEHALF;
use crate::webhook::Sent;
use crate::wire::{self, Call, Reply};
use grabfeed_domain::time::Ts;

/// What a grab did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrabReport {
    /// False if the app itself could not fetch the release: then there is neither a webhook nor a row.
    pub grabbed: bool,
    /// The status of the app's own download.
    pub status: Option<u16>,
    /// `downloadId` of the webhook and of the rows.
    pub download_id: Option<String>,
    /// What became of the webhooks, one by one.
    pub webhooks: Vec<Sent>,
}

/// Tries of a torrent download: a 5xx or 408 is tried twice more.
const TRIES: usize = 3;

impl Arr {
    /// Grabs a release.
    pub async fn grab(&self, release: &Release, options: &GrabOptions) -> GrabReport {
        let link = self.own_link(release, options);
        let status = self.fetch(&link).await;
        // A client that only takes files swallows a failed download: the app says that it grabbed all the same.
        if !options.blackhole && !matches!(status, Some(200 | 301 | 302)) {
            return GrabReport { grabbed: false, status, download_id: None, webhooks: Vec::new() };
        }
        let at = self.shared.clock.now();
        let grabbed = Grabbed {
            release,
            options,
            download_id: download_id(release, options),
            download_url: self.download_url(release, options, &link),
        };
        let webhooks = self.tell(&grabbed).await;
        self.write(&grabbed, at);
        GrabReport { grabbed: true, status, download_id: grabbed.download_id, webhooks }
    }

    /// The link that the app follows itself.
    fn own_link(&self, release: &Release, options: &GrabOptions) -> String {
        match (&self.jackett, options.download_url) {
            (Some(jackett), DownloadUrl::Jackett) => jackett.reached(&jackett.link(release)),
            _ => self.prowlarr.link(release),
        }
    }

    /// The app's own download, with the status it ended with; the pause between tries is left out.
    async fn fetch(&self, link: &str) -> Option<u16> {
        let mut status = None;
        for _ in 0..TRIES {
            status = self.fetch_once(link).await;
            if !matches!(status, Some(408 | 500..)) {
                break;
            }
        }
        status
    }

    /// One try. A redirect to the tracker is followed, as the apps do; a magnet needs no fetch.
    async fn fetch_once(&self, link: &str) -> Option<u16> {
        let reply = self.get(link).await?;
        match reply.header("location").filter(|location| location.starts_with("http")) {
            Some(location) => Some(self.get(location).await?.status),
            None => Some(reply.status),
        }
    }

    async fn get(&self, url: &str) -> Option<Reply> {
        let headers =
            vec![("User-Agent", user_agent(&self.profile)), (ON_BEHALF, self.profile.app_name.to_owned())];
        wire::send(Call { method: "GET", url, headers, body: Vec::new() }, Duration::from_secs(100))
            .await
            .ok()
    }

    async fn tell(&self, grabbed: &Grabbed<'_>) -> Vec<Sent> {
        let payload = payload::grab(self.kind, &self.profile, grabbed);
        match grabbed.options.webhook {
            Webhook::Drop => self.notifications.drop_event(),
            Webhook::Send => self.notifications.tell(&payload).await,
            Webhook::Twice => {
                let mut sent = self.notifications.tell(&payload).await;
                sent.extend(self.notifications.tell(&payload).await);
                sent
            }
        }
    }

    fn write(&self, grabbed: &Grabbed<'_>, at: Ts) {
        let due = match grabbed.options.history {
            HistoryRow::Now => at,
            HistoryRow::After(length) => at.plus(length),
            HistoryRow::Never => return,
        };
        let mut history = locked(&self.history);
        for fields in rows::rows(self.kind, &self.profile, grabbed, at) {
            history.write(Draft { date: at, due, event: profile::GRABBED, fields });
        }
    }

    fn download_url(&self, release: &Release, options: &GrabOptions, link: &str) -> Option<String> {
        match options.download_url {
            DownloadUrl::Proxy => Some(self.prowlarr.as_seen_by_apps(link)),
            DownloadUrl::StaleProxy => {
                Some(self.prowlarr.as_seen_by_apps(link).replacen("link=", "link=c3RhbGU", 1))
            }
            DownloadUrl::Jackett => self.jackett.as_ref().map(|jackett| jackett.link(release)),
            DownloadUrl::Direct => Some(release.tracker_url()),
            DownloadUrl::Magnet => Some(release.magnet()),
            DownloadUrl::Null => None,
        }
    }
}

fn download_id(release: &Release, options: &GrabOptions) -> Option<String> {
    match release.delivery {
        _ if options.blackhole => None,
        Delivery::Usenet => Some(format!("SABnzbd_nzo_demo{:04}", release.id.0)),
        Delivery::Torrent | Delivery::Magnet => Some(release.infohash_upper()),
    }
}
