//! The kinds of metric, and a metric with its series.
//!
//! Owns: which type of the client library stands for which kind, and the buckets. Must not know: any metric's name.

use std::borrow::Cow;
use std::ops::Deref;
use std::sync::atomic::AtomicU64;

pub(super) use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
pub(super) use prometheus_client::metrics::histogram::Histogram;

/// Buckets of what a person or a program waits for, in seconds (OpenTelemetry's for HTTP).
pub(super) const WAITS: [f64; 14] =
    [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0];
/// Buckets of work in the background, in seconds.
pub(super) const WORK: [f64; 10] = [0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0, 60.0, 300.0, 900.0];

pub(super) type LevelGauge = Gauge<f64, AtomicU64>;
pub(super) type Word = Cow<'static, str>;
pub(super) type Labels<const N: usize> = [(&'static str, Word); N];

/// A metric with its series, one per combination of label values.
pub(super) struct Series<M, const N: usize> {
    pub(super) labels: [&'static str; N],
    pub(super) family: Family<Labels<N>, M, fn() -> M>,
}

impl<M: Clone, const N: usize> Series<M, N> {
    pub(super) fn at(&self, values: [Word; N]) -> impl Deref<Target = M> + '_ {
        let mut names = self.labels.into_iter();
        self.family.get_or_create(&values.map(|value| (names.next().unwrap_or_default(), value)))
    }
}

/// One row of the reference: name, kind, labels, help.
pub(super) struct Described(
    pub(super) String,
    pub(super) &'static str,
    pub(super) &'static [&'static str],
    pub(super) &'static str,
);

macro_rules! metric {
    (type counter) => {
        Counter
    };
    (type gauge) => {
        LevelGauge
    };
    (type waits) => {
        Histogram
    };
    (type work) => {
        Histogram
    };
    (new counter) => {
        Counter::default
    };
    (new gauge) => {
        LevelGauge::default
    };
    (new waits) => {
        || Histogram::new(WAITS)
    };
    (new work) => {
        || Histogram::new(WORK)
    };
    (kind counter) => {
        "counter"
    };
    (kind gauge) => {
        "gauge"
    };
    (kind waits) => {
        "histogram"
    };
    (kind work) => {
        "histogram"
    };
    (suffix counter) => {
        "_total"
    };
    (suffix $other:ident) => {
        ""
    };
}
