//! Every metric of grabfeed: names, labels, help, and the verbs by which code counts.
//!
//! Owns: all names (prefix `grabfeed_`) and their text form. Code calls a verb and sees no name. A metric's labels
//! are closed sets (`labels`), so the number of series is bounded. Nothing is fetched or computed for a scrape.

#[macro_use]
mod series;
mod labels;
mod process;
mod text;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use prometheus_client::metrics::family::Family;
use prometheus_client::registry::Registry;
use tracing::Level;

use crate::domain::app::AppKind;
use crate::domain::attempt::{AttemptOutcome, AttemptStep};
use crate::domain::grab::GrabState;
use crate::domain::reason::Reason;
use crate::domain::time::Ts;
use series::{Counter, Described, Histogram, LevelGauge, Series, WAITS, WORK, Word};

pub use labels::{
    AuthMethod, DbError, FeedResult, ItemState, Operation, Outcome, Service, Source, WebhookEvent,
    WebhookResult,
};
pub use text::CONTENT_TYPE;

macro_rules! metrics {
    ($($name:ident: $kind:ident [$($label:literal),*] $help:literal;)*) => {
        /// All series; a field's name is the metric's, without prefix and without `_total`.
        struct Families { $($name: Series<metric!(type $kind), { <[&str]>::len(&[$($label),*]) }>,)* }

        impl Families {
            fn register(registry: &mut Registry) -> Self {
                $(
                    let family = Family::new_with_constructor(metric!(new $kind) as fn() -> metric!(type $kind));
                    let $name = Series { labels: [$($label),*], family };
                    registry.register(stringify!($name), $help, $name.family.clone());
                )*
                Self { $($name,)* }
            }

            fn describe() -> Vec<Described> {
                vec![$(Described(
                    concat!("grabfeed_", stringify!($name), metric!(suffix $kind)).to_owned(),
                    metric!(kind $kind),
                    &[$($label),*],
                    $help,
                ),)*]
            }
        }
    };
}

metrics! {
    build_info: gauge ["version", "commit"] "Always 1; the labels say what runs";

    http_requests: counter ["method", "route", "code"] "HTTP requests answered; the route is a template";
    http_request_duration_seconds: waits ["method", "route"] "Time to answer an HTTP request";
    http_requests_in_flight: gauge [] "HTTP requests being answered";
    auth_failures: counter ["method"] "Refused attempts to get in";

    webhooks_received: counter ["app", "event", "result"] "Webhooks received";
    webhook_ack_duration_seconds: waits [] "Time to store a webhook and answer it";

    grabs: gauge ["state"] "Grabs by state";
    oldest_pending_age_seconds: gauge [] "Age of the oldest pending grab";
    attempts: counter ["kind", "outcome"] "Attempts to resolve a grab";
    grabs_failed: counter ["reason"] "Grabs given up";

    upstream_requests: counter ["service", "operation", "outcome"] "Requests to apps, Prowlarr and indexers";
    upstream_request_duration_seconds: waits ["service", "operation"] "Time of a request to an upstream";
    upstream_circuits_open: gauge ["service"] "Upstreams that are left alone for a while after failures";
    upstream_certificates_unchecked: gauge [] "Configured places whose certificate is not checked";
    indexers_held: gauge [] "Indexers that are left alone for a while after failures";

    sync_cycle_duration_seconds: work ["source"] "Time of a sync cycle";
    sync_cycles: counter ["source", "outcome"] "Sync cycles";
    sync_rows: counter ["source"] "History rows read by sync cycles";
    sync_rows_unreadable: counter ["source"] "History rows that could not be read; the others were";
    sync_last_success_timestamp_seconds: gauge ["source"] "When a sync cycle last succeeded";
    grabs_recovered: counter ["source"] "Grabs found by a sync cycle that no webhook had reported";
    webhooks_missed: gauge [] "Grabs that an app's history told of and its webhook did not";
    own_echoes_skipped: counter [] "History rows skipped because they are our own downloads";

    download_bytes: counter [] "Bytes of torrents downloaded";
    torrents_stored: counter [] "Torrents verified and stored";
    torrents: gauge [] "Torrents in the database";
    torrents_size_bytes: gauge [] "Bytes of the torrents in the database";
    database_size_bytes: gauge [] "Bytes that the database takes";
    torrents_rejected: counter ["reason"] "Downloads that were no torrent to keep";

    findings: gauge ["finding"] "What a person should know of and can mend";

    feed_requests: counter ["format", "result"] "Requests for feeds";
    feed_items: gauge ["state"] "Items of all feeds by state";
    torrents_served: counter [] "Torrents sent to clients";

    db_errors: counter ["kind"] "Failures of the database";
    log_messages: counter ["level"] "Records logged";
}

/// All metrics. Clones count together.
#[derive(Clone)]
pub struct Metrics(Arc<Inner>);

struct Inner {
    registry: Registry,
    all: Families,
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Metrics")
    }
}

impl Metrics {
    /// Metrics of a process of this version, built from this commit.
    pub fn new(version: &'static str, commit: &'static str) -> Self {
        let mut registry = Registry::with_prefix("grabfeed");
        let all = Families::register(&mut registry);
        let metrics = Self(Arc::new(Inner { registry, all }));
        metrics.all().build_info.at([version.into(), commit.into()]).set(1.0);
        metrics.show_zeros();
        metrics
    }

    fn all(&self) -> &Families {
        &self.0.all
    }

    /// A series that appears with its first event hides that event from `increase()`: those that alerts are made of
    /// exist from the start.
    fn show_zeros(&self) {
        let all = self.all();
        let _ = (all.http_requests_in_flight.at([]), all.webhook_ack_duration_seconds.at([]));
        let _ =
            (all.oldest_pending_age_seconds.at([]), all.own_echoes_skipped.at([]), all.download_bytes.at([]));
        let _ = (all.torrents_stored.at([]), all.torrents_served.at([]));
        for reason in Reason::ALL {
            let _ = all.grabs_failed.at([reason.code().into()]);
        }
        for source in Source::ALL {
            let _ = all.grabs_recovered.at([source.as_str().into()]);
            for outcome in Outcome::ALL {
                let _ = all.sync_cycles.at([source.as_str().into(), outcome.as_str().into()]);
            }
        }
        for kind in DbError::ALL {
            let _ = all.db_errors.at([kind.as_str().into()]);
        }
    }

    /// An HTTP request begins; it ends when the value is dropped, also if its client goes away.
    pub fn request_begins(&self) -> InFlight {
        self.all().http_requests_in_flight.at([]).inc();
        InFlight(self.clone())
    }

    /// An HTTP request was answered. `route` is the template that matched, or one fixed word for all others.
    pub fn request_answered(&self, method: &str, route: &str, code: u16, took: Duration) {
        let method = bounded_method(method);
        let route = Word::Owned(route.to_owned());
        self.all().http_requests.at([method.into(), route.clone(), code.to_string().into()]).inc();
        self.all().http_request_duration_seconds.at([method.into(), route]).observe(took.as_secs_f64());
    }

    /// Somebody was not let in.
    pub fn auth_failed(&self, method: AuthMethod) {
        self.all().auth_failures.at([method.as_str().into()]).inc();
    }

    /// A webhook was answered; `app` is absent if no app has the name in its address.
    pub fn webhook_received(
        &self,
        app: Option<AppKind>,
        event: WebhookEvent,
        result: WebhookResult,
        took: Duration,
    ) {
        let app = app.map_or("unknown", AppKind::as_str);
        self.all().webhooks_received.at([app.into(), event.as_str().into(), result.as_str().into()]).inc();
        self.all().webhook_ack_duration_seconds.at([]).observe(took.as_secs_f64());
    }

    /// How many grabs are in a state.
    pub fn set_grabs(&self, state: GrabState, count: u32) {
        self.all().grabs.at([state.as_str().into()]).set(count.into());
    }

    /// The age of the oldest pending grab; zero if none is pending.
    pub fn set_oldest_pending(&self, age: Duration) {
        self.all().oldest_pending_age_seconds.at([]).set(age.as_secs_f64());
    }

    /// One attempt to resolve a grab ended.
    pub fn attempt_ended(&self, step: AttemptStep, outcome: AttemptOutcome) {
        self.all().attempts.at([step.as_str().into(), outcome.as_str().into()]).inc();
    }

    /// A grab was given up.
    pub fn grab_failed(&self, reason: Reason) {
        self.all().grabs_failed.at([reason.code().into()]).inc();
    }

    /// A request to an upstream ended.
    pub fn upstream_answered(
        &self,
        service: Service,
        operation: Operation,
        outcome: Outcome,
        took: Duration,
    ) {
        let (service, operation) = (service.as_str(), operation.as_str());
        self.all().upstream_requests.at([service.into(), operation.into(), outcome.as_str().into()]).inc();
        let durations = &self.all().upstream_request_duration_seconds;
        durations.at([service.into(), operation.into()]).observe(took.as_secs_f64());
    }

    /// How many upstreams of this service have an open circuit.
    pub fn set_circuits_open(&self, service: Service, count: u32) {
        self.all().upstream_circuits_open.at([service.as_str().into()]).set(count.into());
    }

    /// At how many configured places certificates are not checked.
    pub fn set_certificates_unchecked(&self, count: usize) {
        let count = u32::try_from(count).unwrap_or(u32::MAX);
        self.all().upstream_certificates_unchecked.at([]).set(count.into());
    }

    /// How many indexers are held.
    pub fn set_indexers_held(&self, count: u32) {
        self.all().indexers_held.at([]).set(count.into());
    }

    /// How many findings of one kind there are.
    pub fn set_findings(&self, kind: &'static str, count: u32) {
        self.all().findings.at([kind.into()]).set(count.into());
    }

    /// How many grabs a history told of and no webhook did.
    pub fn set_webhooks_missed(&self, count: u32) {
        self.all().webhooks_missed.at([]).set(count.into());
    }

    /// What the database takes.
    pub fn set_database(&self, size_bytes: u64) {
        #[expect(clippy::cast_precision_loss, reason = "a gauge is a float; it is exact up to 8 PiB")]
        self.all().database_size_bytes.at([]).set(size_bytes as f64);
    }

    /// How many torrents are stored, and their bytes together.
    pub fn set_torrents(&self, count: u32, size_bytes: u64) {
        self.all().torrents.at([]).set(count.into());
        #[expect(clippy::cast_precision_loss, reason = "a gauge is a float; it is exact up to 8 PiB")]
        self.all().torrents_size_bytes.at([]).set(size_bytes as f64);
    }

    /// A sync cycle ended at `now`, having read `rows`.
    pub fn sync_ended(&self, source: Source, outcome: Outcome, rows: u64, took: Duration, now: Ts) {
        let source = source.as_str();
        self.all().sync_cycles.at([source.into(), outcome.as_str().into()]).inc();
        self.all().sync_rows.at([source.into()]).inc_by(rows);
        self.all().sync_cycle_duration_seconds.at([source.into()]).observe(took.as_secs_f64());
        if outcome == Outcome::Ok {
            let since_epoch = now.since(Ts::MIN).as_secs_f64();
            self.all().sync_last_success_timestamp_seconds.at([source.into()]).set(since_epoch);
        }
    }

    /// Rows of a history could not be read.
    pub fn rows_unreadable(&self, source: Source, rows: usize) {
        let rows = u64::try_from(rows).unwrap_or(u64::MAX);
        self.all().sync_rows_unreadable.at([source.as_str().into()]).inc_by(rows);
    }

    /// A sync cycle found a grab that no webhook had reported.
    pub fn grab_recovered(&self, source: Source) {
        self.all().grabs_recovered.at([source.as_str().into()]).inc();
    }

    /// A history row was our own download.
    pub fn own_echo_skipped(&self) {
        self.all().own_echoes_skipped.at([]).inc();
    }

    /// Bytes of a torrent came in.
    pub fn downloaded(&self, bytes: u64) {
        self.all().download_bytes.at([]).inc_by(bytes);
    }

    /// A torrent was verified and stored.
    pub fn torrent_stored(&self) {
        self.all().torrents_stored.at([]).inc();
    }

    /// What was downloaded is not kept.
    pub fn torrent_rejected(&self, reason: Reason) {
        self.all().torrents_rejected.at([reason.code().into()]).inc();
    }

    /// A request for a feed was answered.
    /// `format`: its metric label, of a closed set.
    pub fn feed_requested(&self, format: &'static str, result: FeedResult) {
        self.all().feed_requests.at([format.into(), result.as_str().into()]).inc();
    }

    /// How many items of all feeds are in a state.
    pub fn set_feed_items(&self, state: ItemState, count: u32) {
        self.all().feed_items.at([state.as_str().into()]).set(count.into());
    }

    /// A torrent was sent to a client.
    pub fn torrent_served(&self) {
        self.all().torrents_served.at([]).inc();
    }

    /// The database failed.
    pub fn db_failed(&self, kind: DbError) {
        self.all().db_errors.at([kind.as_str().into()]).inc();
    }

    /// A record was logged.
    pub fn log_message(&self, level: Level) {
        let level = match level {
            Level::ERROR => "error",
            Level::WARN => "warn",
            Level::INFO => "info",
            Level::DEBUG => "debug",
            Level::TRACE => "trace",
        };
        self.all().log_messages.at([level.into()]).inc();
    }

    /// All metrics in the text form of Prometheus (0.0.4), [`CONTENT_TYPE`].
    pub fn encode(&self) -> String {
        let mut text = text::encode(&self.0.registry);
        process::append(&mut text);
        text
    }

    /// The reference of all metrics, for `docs/reference/metrics.md`.
    pub fn reference() -> String {
        text::reference(&Families::describe())
    }
}

/// An HTTP request that is being answered.
#[derive(Debug)]
pub struct InFlight(Metrics);

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.all().http_requests_in_flight.at([]).dec();
    }
}

/// A method that anybody can make up must not make a series.
fn bounded_method(method: &str) -> &'static str {
    const METHODS: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
    METHODS.into_iter().find(|known| *known == method).unwrap_or("other")
}

#[cfg(test)]
#[path = "metrics_tests.rs"]
mod tests;
