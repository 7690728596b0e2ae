//! Clients of servers on this machine, with time and chance fixed.

use std::net::IpAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use grabfeed::domain::app::AppKind;
use grabfeed::domain::time::Ts;
use grabfeed::upstream::circuit::CircuitPolicy;
use grabfeed::upstream::connection::UpstreamOptions;
use grabfeed::upstream::http::{Http, HttpOptions};
use grabfeed::upstream::observe::{Exchange, Observer};
use grabfeed::upstream::policy::{AddressPolicy, Lookup, Places};
use grabfeed::upstream::retry::RetryPolicy;
use rustls::pki_types::CertificateDer;
use url::Url;

/// Sun, 22 Nov 2026 17:01:42 GMT.
pub(crate) const NOW: Ts = Ts::from_millis(1_795_366_902_000);

/// The key that every simulated app knows.
pub(crate) const KEY: &str = "test-key-0123456789abcdef";

/// Clients that may reach these URLs' hosts and ports on private addresses.
pub(crate) fn http(configured: &[&str]) -> Http {
    http_with(configured, Vec::new(), None)
}

/// The same, with more authorities trusted and names that mean what the test says.
pub(crate) fn http_with(
    configured: &[&str],
    extra_roots: Vec<CertificateDer<'static>>,
    names: Option<Lookup>,
) -> Http {
    let mut options = options_for(configured);
    options.extra_roots = extra_roots;
    if let Some(lookup) = names {
        options.lookup = lookup;
    }
    Http::new(options).unwrap()
}

/// Clients that take any certificate at these of the configured places; every name is this machine.
pub(crate) fn http_unchecked(configured: &[&str], unchecked: &[&str]) -> Http {
    let mut options = options_for(configured);
    options.unchecked = Places::of(&urls(unchecked));
    options.lookup = every_name_is(&["127.0.0.1"]);
    Http::new(options).unwrap()
}

fn options_for(configured: &[&str]) -> HttpOptions {
    HttpOptions::new(AddressPolicy::allowing(&urls(configured)), Arc::new(|| NOW))
}

fn urls(texts: &[&str]) -> Vec<Url> {
    texts.iter().map(|url| Url::parse(url).unwrap()).collect()
}

/// Every name has these addresses.
pub(crate) fn every_name_is(addresses: &[&str]) -> Lookup {
    let addresses: Vec<IpAddr> = addresses.iter().map(|text| text.parse().unwrap()).collect();
    Arc::new(move |_| {
        let addresses = addresses.clone();
        Box::pin(async move { Ok(addresses) })
    })
}

/// Three tries without waiting in between.
pub(crate) fn retry_at_once() -> RetryPolicy {
    RetryPolicy { base: Duration::ZERO, ..RetryPolicy::default() }
}

/// An app at this URL.
pub(crate) fn options(kind: AppKind, base_url: &str) -> UpstreamOptions {
    UpstreamOptions {
        kind,
        name: "app".to_owned(),
        base_url: Url::parse(base_url).unwrap(),
        api_key: KEY.into(),
        timeout: Duration::from_secs(10),
        retry: retry_at_once(),
        circuit: CircuitPolicy::default(),
    }
}

/// Remembers `operation outcome` of each exchange.
#[derive(Default)]
pub(crate) struct Noted(Mutex<Vec<String>>);

impl Noted {
    /// What was noted so far.
    pub(crate) fn all(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }
}

impl Observer for Noted {
    fn exchanged(&self, exchange: &Exchange<'_>) {
        self.0.lock().unwrap().push(format!("{} {}", exchange.operation, exchange.outcome));
    }
}
