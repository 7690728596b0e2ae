//! Clients of servers on this machine, with time and chance fixed.

use std::net::IpAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use grabfeed::clients::circuit::CircuitPolicy;
use grabfeed::clients::http::{Http, HttpOptions};
use grabfeed::clients::observe::{Exchange, Observer};
use grabfeed::clients::policy::{AddressPolicy, Lookup};
use grabfeed::clients::retry::RetryPolicy;
use grabfeed::clients::upstream::UpstreamOptions;
use grabfeed::domain::app::AppKind;
use grabfeed::domain::time::Ts;
use rustls::pki_types::CertificateDer;
use url::Url;

/// Sun, 22 Nov 2026 17:01:42 GMT.
pub const NOW: Ts = Ts::from_millis(1_795_366_902_000);

/// The key that every simulated app knows.
pub const KEY: &str = "test-key-0123456789abcdef";

/// Clients that may reach these URLs' hosts and ports on private addresses.
pub fn http(configured: &[&str]) -> Http {
    http_with(configured, Vec::new(), None)
}

/// The same, with more authorities trusted and names that mean what the test says.
pub fn http_with(
    configured: &[&str],
    extra_roots: Vec<CertificateDer<'static>>,
    names: Option<Lookup>,
) -> Http {
    let urls: Vec<Url> = configured.iter().map(|url| Url::parse(url).unwrap()).collect();
    let mut options = HttpOptions::new(AddressPolicy::allowing(&urls), Arc::new(|| NOW));
    options.extra_roots = extra_roots;
    if let Some(lookup) = names {
        options.lookup = lookup;
    }
    Http::new(options).unwrap()
}

/// Every name has these addresses.
pub fn every_name_is(addresses: &[&str]) -> Lookup {
    let addresses: Vec<IpAddr> = addresses.iter().map(|text| text.parse().unwrap()).collect();
    Arc::new(move |_| {
        let addresses = addresses.clone();
        Box::pin(async move { Ok(addresses) })
    })
}

/// Three tries without waiting in between.
pub fn retry_at_once() -> RetryPolicy {
    RetryPolicy { base: Duration::ZERO, ..RetryPolicy::default() }
}

/// An app at this URL.
pub fn options(kind: AppKind, base_url: &str) -> UpstreamOptions {
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
pub struct Noted(Mutex<Vec<String>>);

impl Noted {
    /// What was noted so far.
    pub fn all(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }
}

impl Observer for Noted {
    fn exchanged(&self, exchange: &Exchange<'_>) {
        self.0.lock().unwrap().push(format!("{} {}", exchange.operation, exchange.outcome));
    }
}
