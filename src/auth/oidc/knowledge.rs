//! What is known of a provider: its description and its keys, read when they are first needed and kept for a while.

use std::time::Duration;

use openidconnect::core::{CoreJsonWebKeySet, CoreProviderMetadata};
use openidconnect::http::{Method, StatusCode, header};
use openidconnect::{AsyncHttpClient, DiscoveryError, HttpRequest, TokenUrl, UserInfoUrl};
use tokio::sync::Mutex;
use url::Url;

use super::error::OidcError;
use crate::domain::time::Ts;
use crate::upstream::http::BodyError;
use crate::upstream::oidc::OidcHttp;

/// How long a description and keys are believed.
const KEPT: Duration = Duration::from_hours(1);
/// How long a provider that failed is left in peace.
const PAUSE: Duration = Duration::from_secs(5);

/// A provider's description and keys, shared by all sign-ins.
#[derive(Default)]
pub(super) struct Knowledge(Mutex<State>);

#[derive(Default)]
struct State {
    known: Option<(CoreProviderMetadata, Ts)>,
    failed: Option<(OidcError, Ts)>,
}

impl Knowledge {
    /// The description, read again if it is old or `afresh`. Of several who want it at once one asks.
    pub(super) async fn get(
        &self,
        issuer: &Url,
        http: &OidcHttp,
        afresh: bool,
    ) -> Result<CoreProviderMetadata, OidcError> {
        let mut state = self.0.lock().await;
        // Others may have waited for the lock, so the time is told now.
        let now = http.now();
        if let Some((metadata, read_at)) = &state.known
            && !afresh
            && now.since(*read_at) < KEPT
        {
            return Ok(metadata.clone());
        }
        if let Some((error, at)) = state.failed
            && now.since(at) < PAUSE
        {
            return Err(error);
        }
        match read(issuer, http).await {
            Ok(metadata) => {
                *state = State { known: Some((metadata.clone(), now)), failed: None };
                Ok(metadata)
            }
            Err(error) => {
                state.failed = Some((error, http.now()));
                Err(error)
            }
        }
    }
}

async fn read(issuer: &Url, http: &OidcHttp) -> Result<CoreProviderMetadata, OidcError> {
    let address = format!("{}/.well-known/openid-configuration", without_slash(issuer.as_str()));
    let request = openidconnect::http::Request::builder()
        .method(Method::GET)
        .uri(address)
        .header(header::ACCEPT, "application/json")
        .body(Vec::new());
    let request: HttpRequest = request.map_err(|_| OidcError::BadAnswer)?;
    let answer = http.call(request).await.map_err(of_exchange)?;
    if answer.status() != StatusCode::OK {
        return Err(OidcError::BadAnswer);
    }
    let metadata: CoreProviderMetadata =
        serde_json::from_slice(answer.body()).map_err(|_| OidcError::BadAnswer)?;
    // Tokens must name the issuer exactly as the description does; the settings may leave out the slash at its end.
    if without_slash(metadata.issuer()) != without_slash(issuer.as_str()) {
        return Err(OidcError::OtherDescription);
    }
    let endpoints = [
        Some(metadata.authorization_endpoint().url()),
        metadata.token_endpoint().map(TokenUrl::url),
        metadata.userinfo_endpoint().map(UserInfoUrl::url),
        Some(metadata.jwks_uri().url()),
    ];
    if metadata.token_endpoint().is_none()
        || !endpoints.into_iter().flatten().all(|url| is_as_safe(url, issuer))
    {
        return Err(OidcError::BadAnswer);
    }
    let keys =
        CoreJsonWebKeySet::fetch_async(metadata.jwks_uri(), http).await.map_err(|error| match error {
            DiscoveryError::Request(error) => of_exchange(error),
            _ => OidcError::BadAnswer,
        })?;
    Ok(metadata.set_jwks(keys))
}

/// What a failed exchange means for a sign-in.
pub(super) const fn of_exchange(error: BodyError) -> OidcError {
    match error {
        BodyError::TooLarge => OidcError::BadAnswer,
        BodyError::Transport(fault) => OidcError::Unreachable(fault),
    }
}

/// What a description over HTTPS names must be HTTPS too.
fn is_as_safe(endpoint: &Url, issuer: &Url) -> bool {
    endpoint.scheme() == "https" || endpoint.scheme() == "http" && issuer.scheme() == "http"
}

fn without_slash(issuer: &str) -> &str {
    issuer.strip_suffix('/').unwrap_or(issuer)
}
