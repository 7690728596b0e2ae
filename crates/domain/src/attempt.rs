//! Attempts to get a grab's torrent: what is tried, and how it ends. The words stand in the database, the API and metrics.

use super::named::named_enum;

named_enum! {
    /// What an attempt tried.
    pub enum AttemptStep {
        /// Looked for the link in the app's history, or for the torrent in the database.
        History = "history",
        /// Downloaded the torrent.
        Download = "download",
        /// Searched through Prowlarr.
        Search = "search",
    }

    /// How an attempt ended, for the grab.
    pub enum AttemptOutcome {
        /// The grab is ready.
        Ready = "ready",
        /// It is tried again.
        Retry = "retry",
        /// It was given up.
        Failed = "failed",
        /// There is nothing to fetch.
        Skipped = "skipped",
    }
}
