//! The HTTP face as strangers, apps, clients and Prometheus see it: the whole service in this process, with simulated
//! apps around it, and requests over real sockets.

mod access;
mod api;
mod api_keys;
mod downloads;
mod feeds;
mod hook_bodies;
mod hook_secrets;
mod hooks_under_load;
mod key_scopes;
mod listener;
mod metrics;
mod payloads;
mod slow_senders;
mod url_base;

use std::time::Duration;

use grabfeed::auth::token::{Token, TokenKind};
use grabfeed::store::NewApiKey;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::database::Home;
use crate::support::http::Http;
use crate::support::service::{Household, Plan, Service};

/// A household whose one webhook secret the test knows.
pub const SECRET: &str = "test-webhook-secret-0123456789";

/// In what time every grab of an undisturbed household is published.
pub const SETTLED: Duration = Duration::from_hours(1);

/// A running service with its household.
pub struct Running {
    pub home: Household,
    pub service: Service,
    pub http: Http,
}

impl Running {
    /// The usual household.
    pub async fn usual() -> Self {
        Self::with(Plan::default()).await
    }

    pub async fn with(plan: Plan) -> Self {
        let home = Household::new(Home::file(), plan).await;
        let service = home.start().await;
        Self { home, service, http: Http::new() }
    }

    /// One grab, published; gives the path of a feed that lists it.
    pub async fn with_one_item(plan: Plan) -> (Self, String) {
        let running = Self::with(plan).await;
        let feed = running.home.feed().await;
        running.home.grab("radarr", "A.Film.2026-GRP", "Alpha").await;
        running.home.settle(&running.service, SETTLED).await;
        (running, feed)
    }

    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.service.url)
    }

    /// A new key with these scopes.
    pub async fn key(&self, scopes: &str) -> String {
        let key = Token::generate(TokenKind::ApiKey, &mut rand::rng());
        let new = NewApiKey {
            name: key.shown(),
            key_hash: key.hash(),
            key_shown: key.shown(),
            scopes: scopes.to_owned(),
            expires_at: None,
        };
        self.home.store.create_key(new, self.home.now().await).await.unwrap();
        key.expose().to_owned()
    }

    /// The whole text of the metrics.
    pub async fn metrics(&self) -> String {
        let key = self.key("metrics").await;
        let reply = self.http.get_with(&self.url("/metrics"), &[("x-api-key", &key)]).await;
        assert_eq!(reply.status, 200);
        reply.text()
    }

    /// What the feed lists: guid and enclosure URL.
    pub async fn items(&self, feed: &str) -> Vec<(String, String)> {
        let reply = self.http.get(&self.url(feed)).await;
        assert_eq!(reply.status, 200, "{}", reply.text());
        items_of(&reply.body)
    }
}

/// Guid and enclosure URL of each item of a feed.
pub fn items_of(body: &[u8]) -> Vec<(String, String)> {
    let channel = rss::Channel::read_from(body).unwrap();
    let item = |item: &rss::Item| {
        (item.guid().unwrap().value().to_owned(), item.enclosure().unwrap().url().to_owned())
    };
    channel.items().iter().map(item).collect()
}

/// Settings by which the Radarr of the usual household has [`SECRET`].
pub fn known_secret() -> Plan {
    Plan::with("APPS__0__WEBHOOK_SECRET", SECRET)
}

/// Sends these bytes and gives everything that comes back until the server hangs up.
pub async fn raw(url: &str, request: &[u8]) -> String {
    let address = url.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).await.unwrap();
    // A server that has already answered may close before it has read everything.
    let _ = stream.write_all(request).await;
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8_lossy(&answer).into_owned()
}
