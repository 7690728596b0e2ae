//! The metrics as text: for Prometheus, and as the page of reference.
//!
//! Owns: the two forms. The library writes `OpenMetrics`, where a counter's description lacks the `_total` of its
//! samples; in the older text form, which every scraper reads, both have it.

use std::fmt::Write as _;

use prometheus_client::registry::Registry;

use super::{Described, process};

/// The type of what is sent to a scraper.
pub const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// All metrics of a registry in the text form 0.0.4.
pub(super) fn encode(registry: &Registry) -> String {
    let mut open_metrics = String::new();
    // Writing to a string cannot fail.
    let _ = prometheus_client::encoding::text::encode_registry(&mut open_metrics, registry);
    let mut text = String::with_capacity(open_metrics.len());
    let mut help = "";
    for line in open_metrics.lines() {
        if line.starts_with("# HELP ") {
            help = line;
        } else if let Some(described) = line.strip_prefix("# TYPE ") {
            let counter = described.strip_suffix(" counter");
            let name = described.split(' ').next().unwrap_or_default();
            let suffix = if counter.is_some() { "_total" } else { "" };
            let words =
                help.strip_prefix("# HELP ").and_then(|help| help.strip_prefix(name)).unwrap_or_default();
            let kind = described.strip_prefix(name).unwrap_or_default();
            let _ = writeln!(text, "# HELP {name}{suffix}{words}\n# TYPE {name}{suffix}{kind}");
        } else {
            text.push_str(&line.replacen("{} ", " ", 1));
            text.push('\n');
        }
    }
    text
}

/// The page of reference, in Markdown.
pub(super) fn reference(metrics: &[Described]) -> String {
    let mut page = String::from(
        "# Metrics\n\n<!-- Generated from `src/ops/metrics`; the test `the_reference_is_fresh` says how. -->\n\n\
         `GET /metrics` gives these in the text form of Prometheus. It asks no upstream and computes nothing.\n\n\
         | name | type | labels | what it says |\n| --- | --- | --- | --- |\n",
    );
    for Described(name, kind, labels, help) in metrics {
        let labels = labels.iter().map(|label| format!("`{label}`")).collect::<Vec<_>>().join(", ");
        let _ = writeln!(page, "| `{name}` | {kind} | {labels} | {help}. |");
    }
    for (name, kind, help) in process::STANDARD {
        let _ = writeln!(page, "| `{name}` | {kind} |  | {help} |");
    }
    page
}
