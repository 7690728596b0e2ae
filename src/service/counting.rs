//! Exchanges with apps and Prowlarr, as the metrics count them. Must not know: what is exchanged.

use std::collections::HashMap;

use crate::config::Settings;
use crate::domain::app::{AppKind, PROWLARR};
use crate::ops::metrics::{Metrics, Operation, Outcome, Service};
use crate::upstream::observe::{Exchange, Observer};

/// Counts exchanges with upstreams by kind of app, since names are the person's and unbounded.
pub(super) struct Counting {
    metrics: Metrics,
    kinds: HashMap<String, AppKind>,
}

impl Counting {
    pub(super) fn new(settings: &Settings, metrics: Metrics) -> Self {
        let mut kinds: HashMap<String, AppKind> =
            settings.apps.iter().map(|app| (app.name.to_string(), app.kind)).collect();
        kinds.insert(PROWLARR.to_owned(), AppKind::Prowlarr);
        Self { metrics, kinds }
    }
}

impl Observer for Counting {
    fn exchanged(&self, exchange: &Exchange<'_>) {
        let service = self.kinds.get(exchange.upstream).map_or(Service::Indexer, |kind| Service::App(*kind));
        let operation = match exchange.operation {
            "status" => Operation::Status,
            "history" => Operation::History,
            "search" => Operation::Search,
            "download" => Operation::Download,
            _ => Operation::Settings,
        };
        let outcome = if exchange.outcome == "ok" { Outcome::Ok } else { Outcome::Failed };
        self.metrics.upstream_answered(service, operation, outcome, exchange.elapsed);
    }
}
