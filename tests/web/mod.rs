//! The HTTP face as strangers, apps, clients and Prometheus see it: the whole service in this process, with simulated
//! apps around it, and requests over real sockets.

mod access;
mod ambient;
mod api;
mod api_keys;
mod behind_https;
mod cors;
mod downloads;
mod feeds;
mod headers;
mod hook_bodies;
mod hook_secrets;
mod hooks_under_load;
mod hosts;
mod key_scopes;
mod listener;
mod metrics;
mod old_webhook;
mod outgoing;
mod paths;
mod payloads;
mod predecessor;
mod proxy_sign_in;
mod rotation;
mod sessions;
mod setup;
mod sign_in;
mod slow_senders;
mod throttle;
mod url_base;

use std::time::Duration;

use grabfeed::auth::token::{Token, TokenKind};
use grabfeed::store::{NewApiKey, NewSession};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::account::{self, NAME, PASSWORD, Page, cookie_of};
use crate::support::database::Home;
use crate::support::http::{Http, Reply};
use crate::support::service::{Household, Plan, Service};

/// A household whose one webhook secret the test knows.
pub(crate) const SECRET: &str = "test-webhook-secret-0123456789";

/// In what time every grab of an undisturbed household is published.
pub(crate) const SETTLED: Duration = Duration::from_hours(1);

/// A running service with its household.
pub(crate) struct Running {
    pub home: Household,
    pub service: Service,
    pub http: Http,
}

impl Running {
    /// The usual household.
    pub(crate) async fn usual() -> Self {
        Self::with(Plan::default()).await
    }

    pub(crate) async fn with(plan: Plan) -> Self {
        let home = Household::new(Home::file(), plan).await;
        let service = home.start().await;
        Self { home, service, http: Http::new() }
    }

    /// One grab, published; gives the path of a feed that lists it.
    pub(crate) async fn with_one_item(plan: Plan) -> (Self, String) {
        let running = Self::with(plan).await;
        let feed = running.home.feed().await;
        running.home.grab("radarr", "A.Film.2026-GRP", "Alpha").await;
        running.home.settle(&running.service, SETTLED).await;
        (running, feed)
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.service.url)
    }

    /// A new key with these scopes.
    pub(crate) async fn key(&self, scopes: &str) -> String {
        let key = Token::generate(TokenKind::ApiKey, &mut rand::rng());
        let new = NewApiKey {
            name: key.shown(),
            key_hash: key.hash(),
            key_shown: key.shown(),
            scopes: scopes.parse().unwrap(),
            expires_at: None,
        };
        self.home.store.create_key(new, self.home.now().await).await.unwrap();
        key.expose().to_owned()
    }

    /// Makes the account, unless there is one.
    pub(crate) async fn make_account(&self) {
        account::make(&self.home.store).await;
    }

    /// Signs in to the account, which is made if there is none, and gives the `Cookie` header.
    pub(crate) async fn sign_in(&self) -> String {
        self.make_account().await;
        let reply = self.try_sign_in(NAME, PASSWORD).await;
        assert_eq!(reply.status, 204, "{}", reply.text());
        cookie_of(&reply)
    }

    /// The cookie of a new session, without a sign-in and without an account.
    pub(crate) async fn begin_session(&self) -> String {
        let token = Token::generate(TokenKind::Session, &mut rand::rng());
        let new = NewSession {
            token_hash: token.hash(),
            method: "password",
            network: "127.0.0.1".to_owned(),
            client: None,
            browser: None,
            lifetime: Duration::from_hours(1),
        };
        self.home.store.begin_session(new, self.home.now().await).await.unwrap();
        format!("grabfeed={}", token.expose())
    }

    /// The service, as a page of its own asks it.
    fn page(&self) -> Page<'_> {
        Page { http: &self.http, url: &self.service.url }
    }

    /// Tries to sign in, as a script does.
    pub(crate) async fn try_sign_in(&self, name: &str, password: &str) -> Reply {
        self.page().sign_in(name, password).await
    }

    /// Asks as a page of ours does: with this cookie, and our origin.
    pub(crate) async fn ask(&self, method: &str, path: &str, cookie: &str, body: &Value) -> Reply {
        self.page().ask(method, path, cookie, body).await
    }

    /// The status of `GET` with this cookie.
    pub(crate) async fn status_with(&self, path: &str, cookie: &str) -> u16 {
        self.page().status(path, cookie).await
    }

    /// The whole text of the metrics.
    pub(crate) async fn metrics(&self) -> String {
        let key = self.key("metrics").await;
        let reply = self.http.get_with(&self.url("/metrics"), &[("x-api-key", &key)]).await;
        assert_eq!(reply.status, 200);
        reply.text()
    }

    /// What the feed lists: guid and enclosure URL.
    pub(crate) async fn items(&self, feed: &str) -> Vec<(String, String)> {
        let reply = self.http.get(&self.url(feed)).await;
        assert_eq!(reply.status, 200, "{}", reply.text());
        items_of(&reply.body)
    }
}

/// Guid and enclosure URL of each item of a feed.
pub(crate) fn items_of(body: &[u8]) -> Vec<(String, String)> {
    let channel = rss::Channel::read_from(body).unwrap();
    let item = |item: &rss::Item| {
        (item.guid().unwrap().value().to_owned(), item.enclosure().unwrap().url().to_owned())
    };
    channel.items().iter().map(item).collect()
}

/// Settings by which the Radarr of the usual household has [`SECRET`].
pub(crate) fn known_secret() -> Plan {
    Plan::with("APPS__0__WEBHOOK_SECRET", SECRET)
}

/// Sends these bytes and gives everything that comes back until the server hangs up.
pub(crate) async fn raw(url: &str, request: &[u8]) -> String {
    let address = url.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).await.unwrap();
    // A server that has already answered may close before it has read everything.
    let _ = stream.write_all(request).await;
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8_lossy(&answer).into_owned()
}
