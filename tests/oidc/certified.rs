//! The same with a certified provider that others made, in a process of its own: what we take to be the standard is so.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use grabfeed::store::NewAdministrator;
use tempfile::TempDir;

use super::browser::Browser;
use super::provider::SECRET;
use crate::support::database::Home;
use crate::support::http::Http;
use crate::support::service::{Household, Plan, Service};
use crate::support::wait::{free_port, until};

/// Where the provider has been told that browsers go back to.
const PUBLIC: &str = "http://grabfeed.test";
const SUBJECT: &str = "me";
const ADDRESS: &str = "me@example.org";

/// The running provider; ended when dropped.
struct Certified {
    url: String,
    child: Child,
    folder: TempDir,
}

impl Certified {
    async fn start() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let packages: PathBuf = root.join("target/test-node");
        assert!(
            packages.join("node_modules/oidc-provider").is_dir(),
            "install the provider: npm install --prefix target/test-node oidc-provider@8.8.1"
        );
        let folder = tempfile::tempdir().unwrap();
        let port = free_port();
        let output = File::create(folder.path().join("provider.log")).unwrap();
        let spawned = Command::new("node")
            .arg(root.join("tests/oidc/provider.mjs"))
            .arg(&packages)
            .arg(port.to_string())
            .arg(format!("{PUBLIC}/login/oidc/callback"))
            .stdin(Stdio::null())
            .stdout(output.try_clone().unwrap())
            .stderr(output)
            .spawn();
        let child =
            spawned.unwrap_or_else(|error| panic!("no Node.js ({error}): install the package `nodejs`"));
        let mut provider = Self { url: format!("http://127.0.0.1:{port}"), child, folder };
        let http = Http::new();
        until("the provider answers", Duration::from_mins(1), async || {
            provider.assert_running();
            http.answers(&provider.url).await.then_some(())
        })
        .await;
        provider
    }

    fn assert_running(&mut self) {
        if let Some(status) = self.child.try_wait().unwrap() {
            panic!("the provider ended ({status}): {}", self.log());
        }
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("provider.log")).unwrap_or_default()
    }

    async fn is_asked_by(&self, person: &str) {
        assert_eq!(Http::new().get(&format!("{}/as/{person}", self.url)).await.status, 200);
    }
}

impl Drop for Certified {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A service that is this client of the provider, with an account. The time is the machine's, as the provider's is.
async fn service(
    provider: &Certified,
    client: &str,
    secret: Option<&str>,
    users: &str,
) -> (Household, Service) {
    let mut settings = vec![
        ("OIDC__ISSUER_URL", provider.url.clone()),
        ("OIDC__CLIENT_ID", client.to_owned()),
        ("OIDC__USERS", users.to_owned()),
        ("SERVER__PUBLIC_URL", PUBLIC.to_owned()),
    ];
    settings.extend(secret.map(|secret| ("OIDC__CLIENT_SECRET", secret.to_owned())));
    let home = Household::new(Home::postgres(), Plan { settings, ..Plan::default() }).await;
    let service = home.launch(Vec::new()).await;
    let account = NewAdministrator { name: "admin".to_owned(), password_hash: "x".to_owned() };
    home.store.create_administrator(account, home.now().await).await.unwrap();
    (home, service)
}

/// Signs in with a new browser, and gives the answer's status and whether the person is signed in.
async fn sign_in(provider: &Certified, service: &Service) -> (u16, bool) {
    let mut browser = Browser::new();
    let reply = browser.get(&format!("{}/login/oidc", service.url)).await;
    assert_eq!(reply.status, 303, "{}", reply.text());
    let mut there = Browser::new();
    let mut place = reply.header("location").to_owned();
    while !place.starts_with(PUBLIC) {
        let reply = there.get(&place).await;
        assert!([302, 303].contains(&reply.status), "{place}: {}\n{}", reply.text(), provider.log());
        place = url::Url::parse(&place).unwrap().join(reply.header("location")).unwrap().into();
    }
    let reply = browser.get(&place.replace(PUBLIC, &service.url)).await;
    (reply.status, browser.is_signed_in(&service.url).await)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_certified_provider_signs_people_in_by_every_kind_of_client() {
    let provider = Certified::start().await;
    let long = format!("{SECRET}-0123456789");
    for (client, secret) in
        [("rs256", Some(SECRET)), ("post", Some(SECRET)), ("public", None), ("hs256", Some(&*long))]
    {
        let (_home, service) = service(&provider, client, secret, SUBJECT).await;
        assert_eq!(sign_in(&provider, &service).await, (303, true), "{client}: {}", provider.log());
        service.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_certified_providers_people_are_told_apart() {
    let provider = Certified::start().await;
    let (_home, service) =
        service(&provider, "rs256", Some(SECRET), &format!("{ADDRESS},unverified@example.org")).await;
    for (person, expected) in
        [("me", (303, true)), ("you", (403, false)), ("unverified", (403, false)), ("nobody", (403, false))]
    {
        provider.is_asked_by(person).await;
        assert_eq!(sign_in(&provider, &service).await, expected, "{person}: {}", provider.log());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_certified_provider_refuses_a_wrong_secret() {
    let provider = Certified::start().await;
    let (_home, service) = service(&provider, "rs256", Some("test-wrong-secret"), SUBJECT).await;
    assert_eq!(sign_in(&provider, &service).await, (403, false));
}
