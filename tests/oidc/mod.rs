//! Signing in by way of an OpenID Connect provider: the whole service, a browser, and a provider that can misbehave;
//! and once more with a provider that others made.

mod browser;
mod misbehaviour;
mod person;
mod provider;
mod sign_in;
mod token;
mod tokens;

use grabfeed::store::NewAdministrator;

use browser::Browser;
use provider::{CLIENT, Provider, SECRET};

use crate::support::http::Reply;
use crate::support::service::Plan;
use crate::web::Running;

/// A service that knows a provider, and a browser.
struct Stage {
    running: Running,
    provider: Provider,
    browser: Browser,
}

impl Stage {
    /// With an account, and a person that the settings list by subject.
    async fn usual() -> Self {
        Self::with(&[("OIDC__CLIENT_SECRET", SECRET)], provider::SUBJECT).await
    }

    async fn with(settings: &[(&'static str, &str)], users: &str) -> Self {
        let provider = Provider::start().await;
        let mut plan = Plan::with("OIDC__ISSUER_URL", &provider.url);
        plan.settings.push(("OIDC__CLIENT_ID", CLIENT.to_owned()));
        plan.settings.push(("OIDC__USERS", users.to_owned()));
        plan.settings.extend(settings.iter().map(|(key, value)| (*key, (*value).to_owned())));
        let running = Running::with(plan).await;
        let stage = Self { running, provider, browser: Browser::new() };
        stage.set_up().await;
        stage
    }

    async fn set_up(&self) {
        let account = NewAdministrator { name: "admin".to_owned(), password_hash: "x".to_owned() };
        let home = &self.running.home;
        home.store.create_administrator(account, home.now().await).await.unwrap();
    }

    fn url(&self) -> &str {
        &self.running.service.url
    }

    /// The whole way; gives the answer to the browser that came back.
    async fn sign_in(&mut self) -> Reply {
        let url = self.url().to_owned();
        let back = self.browser.way_back(&url).await;
        self.browser.get(&back).await
    }

    /// The same, refused with this code; nobody is signed in.
    async fn is_refused(&mut self, status: u16, code: &str) {
        let reply = self.sign_in().await;
        self.expect_refusal(&reply, status, code).await;
    }

    async fn expect_refusal(&mut self, reply: &Reply, status: u16, code: &str) {
        assert_eq!((reply.status, reply.json()["code"].as_str()), (status, Some(code)), "{}", reply.text());
        assert_eq!(reply.header("content-type"), "application/problem+json; charset=utf-8");
        assert!(!reply.text().contains("test-"), "the provider's words: {}", reply.text());
        assert!(!self.browser.has_cookie("grabfeed"));
        let url = self.url().to_owned();
        assert!(!self.browser.is_signed_in(&url).await);
    }
}
