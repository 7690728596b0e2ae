//! What the outside world may count of each exchange with an upstream.
//!
//! Owns: the labels. Must not know: the metrics registry, which is wired in by the composition root.

use std::time::Duration;

/// One HTTP exchange, told once it is over. Nothing in it is secret.
#[derive(Debug, Clone, Copy)]
pub struct Exchange<'a> {
    /// The person's name for the upstream, or the kind of link for downloads.
    pub upstream: &'a str,
    /// What was asked: `status`, `history`, `indexers`, `search` or `download`.
    pub operation: &'static str,
    /// `ok`, or why not: one of a small, closed set of words.
    pub outcome: &'static str,
    /// From the first byte out to the last byte in.
    pub elapsed: Duration,
}

/// The observer of every exchange. It must return at once.
pub trait Observer: Send + Sync {
    /// One exchange is over.
    fn exchanged(&self, exchange: &Exchange<'_>);
}

/// Counts nothing, for commands that have no metrics.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoObserver;

impl Observer for NoObserver {
    fn exchanged(&self, _exchange: &Exchange<'_>) {}
}
