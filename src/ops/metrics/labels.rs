//! The closed sets of label values, so that the number of series is bounded by this file.
//!
//! Owns: the words of labels. A word that could come from outside (a title, an address, an error's text) has no
//! place here.

use crate::domain::app::AppKind;
use crate::domain::named::named_enum;

named_enum! {
    /// What became of a webhook.
    pub enum WebhookResult {
        /// A grab was stored or added to.
        Stored = "stored",
        /// The same report had been stored before.
        Duplicate = "duplicate",
        /// An event that needs nothing (a test, an import).
        Ignored = "ignored",
        /// Wrong secret, or not a webhook.
        Refused = "refused",
        /// It could not be stored; the app was told so.
        Failed = "failed",
    }
    /// The event that a webhook reports.
    pub enum WebhookEvent {
        /// A grab.
        Grab = "grab",
        /// The app's test button.
        Test = "test",
        /// Any other.
        Other = "other",
    }
    /// How an upstream request or a sync cycle ended.
    pub enum Outcome {
        /// As wanted.
        Ok = "ok",
        /// Not, and it will be tried again.
        Retry = "retry",
        /// Not, for good.
        Failed = "failed",
    }
    /// What a request to an upstream asked for.
    pub enum Operation {
        /// Whether it is there, and its version.
        Status = "status",
        /// Rows of a history.
        History = "history",
        /// A search.
        Search = "search",
        /// A torrent.
        Download = "download",
        /// Its settings: indexers, notifications.
        Settings = "settings",
    }
    /// Where a sync cycle reads.
    pub enum Source {
        /// The histories of the apps.
        AppHistory = "app_history",
        /// The history of Prowlarr.
        ProwlarrHistory = "prowlarr_history",
    }
    /// How a request for a feed was answered.
    pub enum FeedResult {
        /// With the feed.
        Sent = "sent",
        /// With 304: the client has it.
        NotModified = "not_modified",
        /// With a refusal: unknown or revoked.
        Refused = "refused",
    }
    /// Where an item stands in a feed.
    pub enum ItemState {
        /// Not fetched by its client yet.
        Waiting = "waiting",
        /// Fetched.
        Delivered = "delivered",
    }
    /// What failed in the database.
    pub enum DbError {
        /// No connection.
        Unavailable = "unavailable",
        /// Locked for too long.
        Busy = "busy",
        /// Anything else.
        Other = "other",
    }
    /// How somebody tried to get in.
    pub enum AuthMethod {
        /// With a password.
        Password = "password",
        /// By way of an OpenID Connect provider.
        Oidc = "oidc",
        /// With a session's cookie.
        Session = "session",
        /// With an API key.
        ApiKey = "api_key",
        /// With a webhook's secret.
        Webhook = "webhook",
        /// With a feed's token.
        Feed = "feed",
    }
}

/// A machine that requests go to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Service {
    /// An app of this kind.
    App(AppKind),
    /// An indexer or a tracker, reached directly.
    Indexer,
}

impl Service {
    /// The word in the metric.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::App(kind) => kind.as_str(),
            Self::Indexer => "indexer",
        }
    }
}

impl DbError {
    /// The label for a failure that the store calls by this word.
    pub fn from_kind(kind: &str) -> Self {
        match kind {
            "unavailable" | "connection" => Self::Unavailable,
            _ => Self::Other,
        }
    }
}
