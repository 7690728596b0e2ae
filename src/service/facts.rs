//! What the API tells of the settings: the apps without their keys, every value with its origin.

use url::Url;

use super::{Surroundings, prowlarr_name};
use crate::config::Loaded;
use crate::domain::app::{AppKind, AppName};
use crate::web::api::facts::{Configured, Facts};

/// What the API tells of the settings.
pub(super) fn of(loaded: &Loaded, around: &Surroundings) -> Facts {
    let configured = |name: &AppName, kind, url: &Url, enabled| Configured {
        name: name.clone(),
        kind,
        url: url.clone(),
        enabled,
    };
    let apps = &loaded.settings.apps;
    let mut apps: Vec<_> =
        apps.iter().map(|app| configured(&app.name, app.kind, &app.url, app.enabled)).collect();
    if let (Some(section), Some(name)) = (&loaded.settings.prowlarr, prowlarr_name()) {
        apps.push(configured(&name, AppKind::Prowlarr, &section.url, true));
    }
    Facts { started_at: around.clock.now(), apps, settings: loaded.provenance.clone() }
}
