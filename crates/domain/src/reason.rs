//! Why a grab waits, failed or was skipped: reasons as data.
//!
//! Each reason has a stable code, which the database, the API, the logs and the metrics carry, and a sentence for
//! the person in the catalogues under `reason-{code}`.

use std::fmt;

/// What a reason means for the next attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RetryRule {
    /// The attempt touched only machines of the household (an app, Prowlarr itself): trying again soon costs nobody.
    RetrySoon,
    /// The attempt reached an indexer or its tracker: trying again follows the long, persisted schedule.
    RetryLater,
    /// The place itself said, in its own form, that there is nothing: it is asked a few times more over some hours, and
    /// believed if it goes on saying so.
    Confirm,
    /// Trying again by itself would not change the answer; only the person's retry button does.
    Final,
}

macro_rules! reasons {
    ($($(#[$doc:meta])* $name:ident = $code:literal => $rule:ident,)*) => {
        /// Why a grab is not ready (yet).
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Reason { $($(#[$doc])* $name,)* }

        impl Reason {
            /// Every reason.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The stable code.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// What it means for the next attempt.
            pub const fn retry_rule(self) -> RetryRule {
                match self { $(Self::$name => RetryRule::$rule,)* }
            }

            /// The reason with this code.
            pub fn from_code(code: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|reason| reason.code() == code)
            }
        }
    };
}

reasons! {
    // Skipped: nothing to fetch.
    /// The grab is for Usenet: there is no torrent.
    Usenet = "usenet" => Final,
    /// Only a magnet link exists, and magnets are not allowed by the settings.
    MagnetOnly = "magnet-only" => Final,
    /// Prowlarr served a download to an app that we poll, but the app never recorded a grab.
    NotRecordedByApp = "not-recorded-by-app" => Final,

    // Looking for a link.
    /// The app's history has no row for the grab yet.
    AwaitingHistory = "awaiting-history" => RetrySoon,
    /// The app could not be asked.
    AppUnavailable = "app-unavailable" => RetrySoon,
    /// The app's webhook told of the grab, and its history never did: nobody knows what it was.
    NotInHistory = "not-in-history" => Final,
    /// The searches of the hour at the indexer are spent.
    SearchBudget = "search-budget" => RetrySoon,
    /// Others of the same site are fetched first.
    AwaitingTurn = "awaiting-turn" => RetrySoon,
    /// There is no usable link, and searching is not allowed by the settings.
    NoLink = "no-link" => Final,
    /// There is no usable link, and no Prowlarr that could be searched.
    NoProwlarr = "no-prowlarr" => Final,
    /// The link belongs to Prowlarr, and no Prowlarr is configured.
    ProwlarrNotConfigured = "prowlarr-not-configured" => RetrySoon,
    /// The search gave nothing that belongs to the grab. It is made once.
    NoCandidate = "no-candidate" => Final,

    // Prowlarr itself.
    /// Prowlarr refused the connection or is still starting.
    ProwlarrUnavailable = "prowlarr-unavailable" => RetrySoon,
    /// Prowlarr refused our API key.
    ProwlarrKeyRefused = "prowlarr-key-refused" => RetrySoon,
    /// Prowlarr itself leaves the indexer alone for a while after failures, and says until when.
    IndexerBlocked = "indexer-blocked" => RetrySoon,

    // The indexer or the tracker.
    /// Too many requests; the time that the upstream asks for is kept.
    RateLimited = "rate-limited" => RetryLater,
    /// The indexer answered with a server error.
    IndexerError = "indexer-error" => RetryLater,
    /// The answer did not come in time.
    TimedOut = "timed-out" => RetryLater,
    /// The connection failed or broke before the end.
    ConnectionFailed = "connection-failed" => RetryLater,
    /// The certificate or the TLS handshake is bad.
    TlsFailed = "tls-failed" => RetryLater,
    /// The answer breaks HTTP.
    BadAnswer = "bad-answer" => RetryLater,
    /// A page that only a person can pass (Cloudflare or the like).
    ChallengePage = "challenge-page" => RetryLater,
    /// 401 or 403 from the indexer or tracker: a session that ended, a quota, an address that is blocked for a while.
    AccessRefused = "access-refused" => RetryLater,
    /// 404. Jackett says it for every failure, and whatever stands in front of a program says it too.
    NotFound = "not-found" => RetryLater,
    /// 410: the release is gone, or the indexer is disabled in Prowlarr.
    Gone = "gone" => Confirm,
    /// Another client error.
    RequestRefused = "request-refused" => RetryLater,

    // Redirects and addresses.
    /// More redirects than allowed, or a loop.
    TooManyRedirects = "too-many-redirects" => RetryLater,
    /// The redirect leads to something that is not fetched (`file:`, no address, from https to http).
    RedirectRefused = "redirect-refused" => Confirm,
    /// The link points into a private network that no setting names.
    AddressRefused = "address-refused" => Final,
    /// The link cannot be read as a URL of a kind that is fetched.
    BadLink = "bad-link" => Final,

    // The bytes.
    /// The temporary folder took no more of a large file: the disk is full or not writable.
    NoTemporarySpace = "no-temporary-space" => RetrySoon,
    /// Larger than `torrents.max_size_mb`.
    TooLarge = "too-large" => Final,
    /// A web page in place of a torrent: a quota, maintenance, a sign-in.
    HtmlPage = "html-page" => RetryLater,
    /// Not a torrent.
    NotATorrent = "not-a-torrent" => RetryLater,
    /// A torrent that clients refuse.
    InvalidTorrent = "invalid-torrent" => Confirm,
    /// A torrent, but not the one that the app grabbed.
    WrongInfohash = "wrong-infohash" => Final,

    // The end.
    /// The step broke off by a defect of grabfeed.
    InternalError = "internal-error" => RetryLater,
    /// The schedule is used up; the last attempt's reason is in its timeline.
    GaveUp = "gave-up" => Final,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_reads_back_from_its_code() {
        for reason in Reason::ALL {
            assert_eq!(Reason::from_code(reason.code()), Some(*reason));
        }
    }
}
