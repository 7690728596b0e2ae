//! `apps`: the programs whose grabs are collected.

use secrecy::SecretString;
use url::Url;

use super::section;
use crate::config::key::{Key, Kind};
use crate::domain::app::{AppKind, AppName};

section! {
    /// One program whose grabs are collected.
    App = "apps", List {
        /// The name, unique, in lower case; part of the webhook's address.
        name: AppName = Key::new("name", Kind::AppName).required().example("radarr");
        /// Which program it is.
        kind: AppKind = Key::new("type", Kind::Choice(KINDS)).required().example("radarr");
        /// Its address as this service reaches it, URL base included.
        url: Url = Key::new("url", Kind::HttpUrl).required().example("http://radarr:7878");
        /// Its API key.
        api_key: SecretString =
            Key::new("api_key", Kind::Secret).required().example("0123456789abcdef0123456789abcdef");
        /// Whether its certificate is checked, if its address is https.
        verify_tls: bool = Key::new("verify_tls", Kind::Boolean).default("true");
        /// Whether it is asked and its webhooks are taken.
        enabled: bool = Key::new("enabled", Kind::Boolean).default("true");
        /// What its webhooks must show; `None`: generated once and kept in the database.
        webhook_secret: Option<SecretString> =
            Key::new("webhook_secret", Kind::Secret).example("choose-a-long-random-text");
    }
}

const KINDS: &[&str] = &[
    AppKind::Radarr.as_str(),
    AppKind::Sonarr.as_str(),
    AppKind::Lidarr.as_str(),
    AppKind::Readarr.as_str(),
    AppKind::Whisparr.as_str(),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_app_but_prowlarr_can_be_written() {
        let kinds = AppKind::ALL.into_iter().filter(|kind| *kind != AppKind::Prowlarr);
        assert_eq!(KINDS, kinds.map(AppKind::as_str).collect::<Vec<_>>());
    }
}
