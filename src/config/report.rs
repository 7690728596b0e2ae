//! Findings as sentences: for people in their language, with the line of the file; for programs as JSON.

use super::finding::{Finding, Findings};

/// Everything that is wrong with the settings.
#[derive(Debug, Clone)]
pub struct Report {
    /// The findings, in the order of the file; at most a hundred.
    pub findings: Vec<Finding>,
    /// How many more there were.
    pub more: usize,
}

impl Report {
    pub(super) fn new(findings: Findings, source: &str) -> Self {
        let (findings, more) = findings.finish(source);
        Self { findings, more }
    }
}
