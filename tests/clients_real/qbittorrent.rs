//! qBittorrent without a screen, driven through its Web API (version 2).

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use tempfile::TempDir;

use super::program::{LIMIT, Program, folder};
use crate::support::http::Http;
use crate::support::wait::{free_port, until};

pub(crate) struct QBittorrent {
    program: Program,
    http: Http,
    api: String,
    save_path: PathBuf,
    _profile: TempDir,
}

/// The display name, which is also the path, of the one feed that a test subscribes to.
const FEED: &str = "grabfeed";

impl QBittorrent {
    /// Starts it. `save_path` is where the rule of [`Self::subscribe`] says that the data is.
    pub(crate) async fn start(save_path: &Path) -> Self {
        let profile = folder();
        let port = free_port();
        let config = profile.path().join("qBittorrent/config");
        std::fs::create_dir_all(&config).unwrap();
        std::fs::write(config.join("qBittorrent.conf"), settings(port, save_path)).unwrap();
        let profile_option = format!("--profile={}", profile.path().display());
        let program =
            Program::start("qbittorrent-nox", "qbittorrent-nox", profile.path(), &[&profile_option]);
        let mut client = Self {
            program,
            http: Http::new(),
            api: format!("http://127.0.0.1:{port}/api/v2"),
            save_path: save_path.to_owned(),
            _profile: profile,
        };
        let version = format!("{}/app/version", client.api);
        until("qBittorrent answers", LIMIT, async || {
            client.program.assert_running();
            client.http.answers(&version).await.then_some(())
        })
        .await;
        client
    }

    /// Adds the feed, with a rule that downloads everything in it.
    pub(crate) async fn subscribe(&self, url: &str) {
        let rule = json!({
            "enabled": true, "mustContain": "", "affectedFeeds": [url],
            "addPaused": false, "savePath": self.save_path,
        });
        self.post("rss/setRule", &[("ruleName", FEED), ("ruleDef", &rule.to_string())]).await;
        self.post("rss/addFeed", &[("url", url), ("path", FEED)]).await;
    }

    /// Reads the feed again now, and waits until that is done.
    pub(crate) async fn refresh(&self) {
        self.post("rss/refreshItem", &[("itemPath", FEED)]).await;
        until("the feed is read", LIMIT, async || {
            let feed = self.feed().await;
            assert_ne!(feed["hasError"], true, "qBittorrent cannot read the feed");
            (feed["isLoading"] == false).then_some(())
        })
        .await;
    }

    /// The titles of the articles that it keeps of the feed.
    pub(crate) async fn articles(&self) -> Vec<String> {
        let feed = self.feed().await;
        let articles = feed["articles"].as_array().cloned().unwrap_or_default();
        articles.iter().map(|article| article["title"].as_str().unwrap().to_owned()).collect()
    }

    /// Waits until it has `count` torrents.
    pub(crate) async fn wait_for_torrents(&self, count: usize) {
        self.wait_for(count, "torrents", |_| true).await;
    }

    /// Waits until `count` torrents have all their data and seed.
    pub(crate) async fn wait_for_seeding(&self, count: usize) {
        let seeds = |torrent: &Value| {
            let state = torrent["state"].as_str().unwrap_or_default();
            matches!(state, "stalledUP" | "uploading" | "forcedUP" | "queuedUP") && torrent["progress"] == 1
        };
        self.wait_for(count, "seeding torrents", seeds).await;
    }

    async fn wait_for(&self, count: usize, what: &str, is_one: impl Fn(&Value) -> bool) {
        until(&format!("{count} {what} in qBittorrent"), LIMIT, async || {
            let torrents = self.get("torrents/info").await;
            let found = torrents.as_array().unwrap().iter().filter(|torrent| is_one(torrent)).count();
            assert!(found <= count, "{found} {what}, more than expected");
            (found == count).then_some(())
        })
        .await;
    }

    async fn feed(&self) -> Value {
        self.get("rss/items?withData=true").await[FEED].clone()
    }

    async fn get(&self, path: &str) -> Value {
        let reply = self.http.get(&format!("{}/{path}", self.api)).await;
        assert_eq!(reply.status, 200, "{path}: {}", reply.text());
        reply.json()
    }

    async fn post(&self, path: &str, fields: &[(&str, &str)]) {
        let reply = self.http.post_form(&format!("{}/{path}", self.api), fields).await;
        assert_eq!(reply.status, 200, "{path}: {}", reply.text());
    }
}

/// Loopback only, no discovery of peers, no queue; the number of articles kept stays the default, 50.
fn settings(port: u16, save_path: &Path) -> String {
    let (listen, save) = (free_port(), save_path.display());
    format!(
        r"[LegalNotice]
Accepted=true

[BitTorrent]
Session\DHTEnabled=false
Session\LSDEnabled=false
Session\PeXEnabled=false
Session\Interface=lo
Session\InterfaceName=lo
Session\Port={listen}
Session\DefaultSavePath={save}
Session\QueueingSystemEnabled=false
Session\MaxActiveCheckingTorrents=100

[Network]
PortForwardingEnabled=false

[Preferences]
WebUI\Address=127.0.0.1
WebUI\Port={port}
WebUI\LocalHostAuth=false
WebUI\UseUPnP=false

[RSS]
Session\EnableProcessing=true
AutoDownloader\EnableProcessing=true
"
    )
}
