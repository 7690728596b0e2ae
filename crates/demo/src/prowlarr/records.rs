//! What the simulated Prowlarr writes down and tells of a download: the history row and the webhook.
//!
//! After `HistoryService.cs` and `WebhookBase.cs`. The row holds the tracker's link with its passkey, has no
//! `downloadId`, and its title went through URL decoding twice. The webhook fires for failures too and says nothing.

use std::time::Duration;

use serde_json::{Map, Value, json};

use super::{INDEXER_QUERY, Indexer, Prowlarr, RELEASE_GRABBED};
use crate::history::{Draft, Event};
use crate::lock::locked;
use crate::release::{Delivery, Release};
use crate::webhook::{Payload, Sent};
use grabfeed_domain::time::Ts;

/// How a download went.
#[derive(Debug, Clone, Copy)]
pub(super) struct Outcome {
    pub(super) successful: bool,
    pub(super) redirected: bool,
}

impl Prowlarr {
    /// Records a download by somebody's API call and tells the receivers.
    pub(super) async fn record(&self, release: &Release, source: &str, title: &str, outcome: Outcome) {
        let mut data = Map::from_iter([
            ("source".to_owned(), source.into()),
            ("host".to_owned(), "localhost".into()),
            ("grabMethod".to_owned(), if outcome.redirected { "Redirect" } else { "Proxy" }.into()),
            ("grabTitle".to_owned(), title.into()),
            ("url".to_owned(), link_behind(release).into()),
        ]);
        if !outcome.redirected {
            data.insert("elapsedTime".to_owned(), "12".into());
        }
        self.write(RELEASE_GRABBED, release.indexer_id, outcome.successful, data);
        let payload = webhook(
            json!({
                "releaseTitle": title, "indexer": release.indexer, "categories": [], "genres": [],
                "indexerFlags": [], "publishDate": "0001-01-01T00:00:00Z",
            }),
            [("trigger", "api".into()), ("source", source.into()), ("host", "localhost".into())].into(),
        );
        self.notifications.tell(&payload).await;
    }

    /// A grab made on Prowlarr's own search page: handed to its own download client.
    pub async fn grab_by_hand(&self, release: &Release) -> Vec<Sent> {
        let data = Map::from_iter([
            ("source".to_owned(), "Prowlarr".into()),
            ("host".to_owned(), "desktop".into()),
            ("grabMethod".to_owned(), "Proxy".into()),
            ("grabTitle".to_owned(), release.title.as_str().into()),
            ("url".to_owned(), link_behind(release).into()),
            ("infoUrl".to_owned(), release.details_url().into()),
            ("downloadClient".to_owned(), "qBittorrent".into()),
            ("downloadClientName".to_owned(), "qbit main".into()),
            ("publishedDate".to_owned(), release.published.rfc3339_seconds().into()),
        ]);
        self.write(RELEASE_GRABBED, release.indexer_id, true, data);
        let payload = webhook(
            json!({
                "releaseTitle": release.title, "indexer": release.indexer,
                "size": release.torrent.content_bytes(), "categories": ["Other", null], "genres": [],
                "indexerFlags": ["freeleech"], "publishDate": newtonsoft(release.published),
            }),
            vec![
                ("trigger", "manual".into()),
                ("source", "Prowlarr".into()),
                ("host", "desktop".into()),
                ("downloadClient", "qbit main".into()),
                ("downloadClientType", "qBittorrent".into()),
                ("downloadId", release.infohash_upper().into()),
            ],
        );
        self.notifications.tell(&payload).await
    }

    /// Records the query that a search made at one indexer.
    pub(super) fn record_query(&self, indexer: &Indexer, query: &str, found: usize) {
        let data = json!({
            "query": query, "queryType": "search", "categories": "", "source": "Prowlarr", "host": "localhost",
            "queryResults": found.to_string(), "elapsedTime": "35", "limit": "100", "offset": "0",
            "url": "http://127.0.0.1/search?passkey=test-passkey-in-a-query",
        });
        let data = if let Value::Object(data) = data { data } else { Map::new() };
        self.write(INDEXER_QUERY, indexer.id, true, data);
    }

    /// Rows of grabs at one indexer within the last 24 hours, failed ones too: what a limit counts.
    pub(super) fn grabs_of_a_day(&self, indexer: &Indexer) -> usize {
        let now = self.shared.clock.now();
        let since = now.minus(Duration::from_hours(24));
        locked(&self.history).count(now, |row| {
            row.event == RELEASE_GRABBED
                && row.date >= since
                && row.fields.get("indexerId").and_then(Value::as_i64) == Some(indexer.id)
        })
    }

    fn write(&self, event: Event, indexer_id: i64, successful: bool, data: Map<String, Value>) {
        let now = self.shared.clock.now();
        let fields = Map::from_iter([
            ("indexerId".to_owned(), indexer_id.into()),
            ("successful".to_owned(), successful.into()),
            ("data".to_owned(), Value::Object(data)),
        ]);
        locked(&self.history).write(Draft { date: now, due: now, event, fields });
    }
}

fn link_behind(release: &Release) -> String {
    if release.delivery == Delivery::Magnet { release.magnet() } else { release.tracker_url() }
}

fn webhook(release: Value, rest: Vec<(&'static str, Value)>) -> Payload {
    let base =
        [("eventType", "Grab".into()), ("instanceName", "Prowlarr".into()), ("applicationUrl", "".into())];
    Payload([("release", release)].into_iter().chain(rest).chain(base).collect())
}

/// A date as Newtonsoft writes it: up to seven fraction digits, trailing zeros left out.
fn newtonsoft(moment: Ts) -> String {
    let seconds = moment.rfc3339_seconds();
    let fraction = format!("{:03}4567", moment.millis().rem_euclid(1000));
    seconds.replace('Z', &format!(".{fraction}Z"))
}
