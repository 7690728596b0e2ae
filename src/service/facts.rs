//! What does not change while the service runs: the apps without their keys, every value with its origin.

use url::Url;

use super::{Surroundings, prowlarr_name};
use crate::admin::facts::{ConfiguredApp, Facts};
use crate::config::{Loaded, Settings};
use crate::domain::app::{AppKind, AppName};

/// What does not change while the service runs.
pub(super) fn gather(loaded: &Loaded, around: &Surroundings) -> Facts {
    let (started_at, settings) = (around.clock.now(), loaded.provenance.clone());
    Facts { started_at, apps: configured_apps(&loaded.settings), settings }
}

/// The apps of the settings, Prowlarr last.
pub fn configured_apps(settings: &Settings) -> Vec<ConfiguredApp> {
    let configured = |name: &AppName, kind, url: &Url, enabled| ConfiguredApp {
        name: name.clone(),
        kind,
        url: url.clone(),
        enabled,
    };
    let apps = settings.apps.iter().map(|app| configured(&app.name, app.kind, &app.url, app.enabled));
    let prowlarr = settings.prowlarr.as_ref().zip(prowlarr_name());
    let prowlarr = prowlarr.map(|(section, name)| configured(&name, AppKind::Prowlarr, &section.url, true));
    apps.chain(prowlarr).collect()
}
