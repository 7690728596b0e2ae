//! The HTTP clients as the settings want them: which places of the household may be reached, and whose certificates
//! are believed there.
//!
//! Must not know: what is asked.

use std::sync::Arc;

use tracing::warn;
use url::Url;

use super::{StartError, Surroundings};
use crate::config::Settings;
use crate::domain::app::AppKind;
use crate::upstream::http::{Http, HttpOptions};
use crate::upstream::policy::{AddressPolicy, Places};
use crate::upstream::trust::read_authorities;

/// The clients for these settings. Tells where certificates are not checked.
pub(super) fn http(settings: &Settings, around: &Surroundings) -> Result<Http, StartError> {
    let configured = connections(settings).map(|(url, _)| url).chain(&settings.network.link_sources);
    let configured = configured.chain(settings.jackett.iter().map(|jackett| &jackett.url));
    let clock = around.clock.clone();
    let mut options = HttpOptions::new(AddressPolicy::allowing(configured), Arc::new(move || clock.now()));
    if let Some(path) = &settings.network.ca_file {
        let failed = |cause| StartError::Authorities { path: path.clone(), cause };
        options.extra_roots = read_authorities(path).map_err(failed)?;
    }
    options.unchecked = unchecked(settings);
    around.metrics.set_certificates_unchecked(options.unchecked.iter().len());
    for (host, port) in options.unchecked.iter() {
        warn!(event = "upstream.certificate-unchecked", host, port);
    }
    Http::new(options).map_err(|_| StartError::Tls)
}

/// Where the apps and Prowlarr are, and whether their certificates are checked.
fn connections(settings: &Settings) -> impl Iterator<Item = (&Url, bool)> {
    let apps = settings.apps.iter().filter(|app| app.enabled && app.kind != AppKind::Prowlarr);
    let apps = apps.map(|app| (&app.url, app.verify_tls));
    apps.chain(settings.prowlarr.iter().map(|prowlarr| (&prowlarr.url, prowlarr.verify_tls)))
}

/// The places where certificates are not checked: those where all that is configured says so. Two apps behind one
/// proxy have one certificate, and the stricter of them decides.
fn unchecked(settings: &Settings) -> Places {
    let places = |checked| {
        let of = move |&(url, verify): &(&Url, bool)| verify == checked && url.scheme() == "https";
        Places::of(connections(settings).filter(of).map(|(url, _)| url))
    };
    places(false).without(&places(true))
}
