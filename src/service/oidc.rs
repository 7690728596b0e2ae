//! From the settings to the provider by way of which the administrator may sign in.

use std::sync::Arc;

use super::{StartError, Surroundings};
use crate::auth::oidc::{OidcOptions, Provider};
use crate::config::Settings;
use crate::upstream::http::{Http, HttpOptions};
use crate::upstream::oidc::OidcHttp;
use crate::upstream::policy::AddressPolicy;
use crate::web::state::OidcSignIn;

/// The provider by way of which the administrator may sign in. It is asked nothing before somebody wants to.
pub(super) fn sign_in(settings: &Settings, around: &Surroundings) -> Result<Option<OidcSignIn>, StartError> {
    let Some(section) = &settings.oidc else { return Ok(None) };
    section.client_secret.iter().for_each(|secret| around.redactor.learn(secret));
    let clock = around.clock.clone();
    // A client of its own: links of the apps may not point to the provider.
    let policy = AddressPolicy::allowing([&section.issuer_url]);
    let http =
        Http::new(HttpOptions::new(policy, Arc::new(move || clock.now()))).map_err(|_| StartError::Tls)?;
    let options = OidcOptions {
        issuer_url: section.issuer_url.clone(),
        client_id: section.client_id.clone(),
        client_secret: section.client_secret.clone(),
        users: section.users.clone(),
        scopes: section.scopes.clone(),
    };
    let provider = Provider::new(options, OidcHttp::new(http));
    Ok(Some(OidcSignIn { provider, name: section.name.clone() }))
}
