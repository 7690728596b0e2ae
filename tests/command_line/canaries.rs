//! Secrets of every kind, each a text that occurs nowhere else, and the search for them where they must not be.

use std::time::Duration;

use grabfeed::auth::password::Passwords;
use grabfeed::auth::token::{Token, TokenKind};
use grabfeed::config::key_path::SECTIONS;
use grabfeed::domain::time::Ts;
use grabfeed::store::{NewAdministrator, NewSession, Store};

/// The secrets of the settings: the key, its variable without `GRABFEED__`, and the canary. A new secret key needs one
/// line here, or the test of this list fails. Those without a canary have one that the household gives: a simulated
/// app's key, which begins with `test-key-`, and the database's password.
pub(super) const SETTINGS: &[(&str, &str, Option<&str>)] = &[
    ("database.url", "DATABASE__URL", None),
    ("prowlarr.api_key", "PROWLARR__API_KEY", None),
    ("jackett.api_key", "JACKETT__API_KEY", Some("test-canary-key-of-jackett")),
    ("apps.api_key", "APPS__0__API_KEY", None),
    ("apps.webhook_secret", "APPS__0__WEBHOOK_SECRET", Some("test-canary-webhook-of-the-settings")),
    ("auth.setup_token", "AUTH__SETUP_TOKEN", Some("test-canary-set-up-token-of-the-settings")),
    ("auth.admin_password", "AUTH__ADMIN_PASSWORD", Some("test-canary-password-of-the-settings")),
    ("oidc.client_secret", "OIDC__CLIENT_SECRET", Some("test-canary-secret-of-a-client")),
];

/// What the secrets of the settings need beside them.
pub(super) const BESIDE: &[(&str, &str)] = &[
    ("AUTH__ADMIN_NAME", "admin"),
    ("JACKETT__URL", "http://127.0.0.1:9/"),
    ("OIDC__ISSUER_URL", "http://127.0.0.1:9/"),
    ("OIDC__CLIENT_ID", "test-client"),
    ("OIDC__USERS", "owner@example.org"),
];

/// The administrator's password.
pub(super) const PASSWORD: &str = "test-canary-administrator-password";

#[test]
fn every_secret_of_the_settings_has_its_canary() {
    let secrets = SECTIONS.iter().flat_map(|section| {
        let of = |key: &'static grabfeed::config::key::Key| format!("{}.{}", section.name, key.name);
        section.keys.iter().filter(|key| key.is_secret()).map(of)
    });
    let listed: Vec<_> = SETTINGS.iter().map(|(key, ..)| (*key).to_owned()).collect();
    assert_eq!(secrets.collect::<Vec<_>>(), listed);
}

/// Where a secret may be kept in clear.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum AtRest {
    /// In the database, because it is used again.
    Clear,
    /// Nowhere: the database has its hash.
    Hashed,
}

/// Every secret of a household.
#[derive(Debug, Default)]
pub(super) struct Canaries(Vec<(&'static str, String, AtRest)>);

impl Canaries {
    /// A secret that the program uses again.
    pub(super) fn clear(&mut self, kind: &'static str, secret: impl Into<String>) {
        self.0.push((kind, secret.into(), AtRest::Clear));
    }

    /// A secret of which the program keeps a hash.
    pub(super) fn hashed(&mut self, kind: &'static str, secret: impl Into<String>) {
        self.0.push((kind, secret.into(), AtRest::Hashed));
    }

    /// The first secret of each kind.
    pub(super) fn one_of_each(&self) -> Vec<String> {
        let mut kinds = std::collections::BTreeSet::new();
        let first = self.0.iter().filter(|(kind, ..)| kinds.insert(*kind));
        first.map(|(_, secret, _)| secret.clone()).collect()
    }

    /// No secret is in it.
    #[track_caller]
    pub(super) fn absent_from(&self, place: &str, text: &str) {
        self.search(place, text, &[AtRest::Clear, AtRest::Hashed]);
    }

    /// No secret is in it that the database knows by its hash.
    #[track_caller]
    pub(super) fn absent_at_rest_from(&self, place: &str, bytes: &[u8]) {
        self.search(place, &String::from_utf8_lossy(bytes), &[AtRest::Hashed]);
    }

    #[track_caller]
    fn search(&self, place: &str, text: &str, sought: &[AtRest]) {
        for (kind, secret, _) in self.0.iter().filter(|(.., at_rest)| sought.contains(at_rest)) {
            if let Some(at) = text.find(secret.as_str()) {
                let around: String =
                    text.get(at.saturating_sub(200)..).unwrap_or(text).chars().take(400).collect();
                panic!("{kind} is in {place}: …{around}…");
            }
        }
    }
}

/// Makes the account, with a session and a set-up token, as the web pages would; gives the session's token.
pub(super) async fn make_account(store: &Store, now: Ts, canaries: &mut Canaries) -> String {
    let token = |kind| Token::generate(kind, &mut rand::rng());
    let (session, setup) = (token(TokenKind::Session), token(TokenKind::Setup));
    store.add_setup_token(&setup.hash(), now).await.unwrap();
    let password_hash = Passwords::default().hash(PASSWORD.into()).await.unwrap();
    let new = NewAdministrator { name: "admin".to_owned(), password_hash };
    assert!(store.create_administrator(new, now).await.unwrap());
    let new = NewSession {
        token_hash: session.hash(),
        method: "password",
        network: "127.0.0.1".to_owned(),
        client: None,
        browser: None,
        lifetime: Duration::from_hours(1),
    };
    store.begin_session(new, now).await.unwrap();
    canaries.hashed("the administrator's password", PASSWORD);
    canaries.hashed("a set-up token", setup.expose());
    canaries.hashed("a session's cookie", session.expose());
    session.expose().to_owned()
}

#[test]
#[should_panic(expected = "a key is in an answer: …<test-canary>…")]
fn a_secret_that_is_found_is_told() {
    let mut canaries = Canaries::default();
    canaries.clear("a key", "test-canary");
    canaries.absent_at_rest_from("the database", b"test-canary");
    canaries.absent_from("an answer", "<test-canary>");
}

#[test]
#[should_panic(expected = "a token is in the database")]
fn a_hashed_secret_that_is_kept_in_clear_is_told() {
    let mut canaries = Canaries::default();
    canaries.hashed("a token", "test-canary");
    canaries.absent_at_rest_from("the database", b"\xff\0test-canary");
}
