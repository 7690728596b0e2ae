//! What an app tells when it has taken a finished download over: a row of its history and a webhook.
//!
//! As recorded: the row is named after the file, not after the release, and holds neither an indexer nor a link; its
//! `downloadId` is the grab's, or `bh_…` where the client is a watch directory, and missing in the apps that took it over by
//! hand. The webhook comes first.

use serde_json::{Map, Value, json};

use super::{Arr, payload, rows};
use crate::history::{Draft, Event};
use crate::lock::locked;
use crate::release::Release;
use crate::webhook::Sent;
use grabfeed_domain::app::AppKind;

/// The number of the row in every program; its name is each one's own.
const IMPORTED: u8 = 3;
/// What a file of the simulated downloads ends with.
const EXTENSION: &str = "mkv";

impl Arr {
    /// Takes the finished download of a release over.
    pub async fn import(&self, release: &Release, blackhole: bool) -> Vec<Sent> {
        let download_id = if blackhole {
            format!("bh_{}.{EXTENSION}_{}", release.title, self.shared.clock.now().millis())
        } else {
            release.infohash_upper()
        };
        let sent =
            self.notifications.tell(&payload::import(self.kind, &self.profile, release, &download_id)).await;
        let at = self.shared.clock.now();
        let known = self.profile.events.iter().find(|event| event.0 == IMPORTED);
        if let Some(Event(number, name)) = known {
            let event = Event(*number, name);
            let fields = self.imported(release, &download_id);
            locked(&self.history).write(Draft { date: at, due: at, event, fields });
        }
        sent
    }

    fn imported(&self, release: &Release, download_id: &str) -> Map<String, Value> {
        let file = format!("{}.{EXTENSION}", release.title);
        let mut row = rows::about(self.kind, &self.profile, release, 1);
        row.insert("sourceTitle".to_owned(), file.as_str().into());
        let names_download = matches!(self.kind, AppKind::Radarr | AppKind::Sonarr);
        if names_download {
            row.insert("downloadId".to_owned(), download_id.into());
        }
        let mut data = json!({
            "droppedPath": format!("/downloads/{}/{file}", release.title),
            "importedPath": format!("/media/{file}"),
            "downloadClient": names_download.then_some("qBittorrent"),
        });
        if !matches!(self.kind, AppKind::Lidarr | AppKind::Readarr) {
            data["fileId"] = release.id.0.to_string().into();
            data["releaseGroup"] = release.title.rsplit_once('-').map(|(_, group)| group).into();
        }
        row.insert("data".to_owned(), data);
        row
    }
}
