//! Signing in by way of an OpenID Connect provider: the way there, and the way back.
//!
//! A sign-in under way belongs to the browser that began it, so that nobody can finish their own sign-in in somebody
//! else's browser, or somebody else's in their own. It is kept in the database, so that another replica may finish it,
//! and is taken out by whoever comes back with it, right or wrong.

use secrecy::{ExposeSecret, SecretString};
use subtle::ConstantTimeEq;
use tracing::warn;
use url::Url;

use super::{Accounts, BY_PROVIDER, BegunSession, Visitor};
use crate::admin::AdminError;
use crate::auth::oidc::{FlowSecrets, PATIENCE, Provider, ProviderRefusal, Returned};
use crate::auth::source::Source;
use crate::auth::throttle;
use crate::auth::token::token_hash;
use crate::ops::metrics::AuthMethod;
use crate::store::LoginFlow;

/// A browser that is sent to the provider.
#[derive(Debug)]
pub struct Departure {
    /// Where to.
    pub address: Url,
    /// What the browser has to show when it comes back.
    pub browser_secret: SecretString,
}

/// What a browser says that comes back from the provider.
#[derive(Debug)]
pub struct ReturnFromProvider {
    /// The parameter `state`.
    pub state: String,
    /// The secret that this browser was sent away with.
    pub browser_secret: Option<String>,
    /// Whether the provider reports an error.
    pub is_error: bool,
    /// The parameter `code`.
    pub code: Option<String>,
    /// The parameter `iss` (RFC 9207).
    pub issuer: Option<String>,
}

impl Accounts {
    /// Sends a browser to the provider. `return_path`: the page that it wanted.
    pub async fn depart_to_provider(
        &self,
        provider: &Provider,
        source: Source,
        redirect_uri: &str,
        return_path: String,
    ) -> Result<Departure, AdminError> {
        let now = self.attempts.begin(throttle::provider_departures(&source.network())).await?;
        let secrets = FlowSecrets::generate(&mut rand::rng());
        let address = provider.begin(redirect_uri, &secrets).await;
        let address = address.map_err(|error| self.refuse_provider(source, error.into()))?;
        let flow = LoginFlow {
            state_hash: token_hash(secrets.state.expose_secret()),
            browser_hash: token_hash(secrets.browser.expose_secret()),
            nonce: secrets.nonce,
            pkce_verifier: secrets.pkce_verifier,
            return_path,
        };
        self.store.begin_login_flow(flow, now.plus(PATIENCE)).await?;
        Ok(Departure { address, browser_secret: secrets.browser })
    }

    /// Begins a session for a browser that comes back from the provider, and answers which page it wanted.
    pub async fn return_from_provider(
        &self,
        provider: &Provider,
        visitor: &Visitor,
        redirect_uri: &str,
        returned: ReturnFromProvider,
    ) -> Result<(BegunSession, String), AdminError> {
        let network = visitor.source.network();
        let now = self.attempts.begin(throttle::provider_returns(&network)).await?;
        let refuse = |refusal| self.refuse_provider(visitor.source, refusal);
        let flow = self.store.take_login_flow(&token_hash(&returned.state), now).await?;
        let flow = flow.ok_or_else(|| refuse(ProviderRefusal::UnknownFlow))?;
        let browser = returned.browser_secret.as_deref().map(token_hash);
        if !browser.is_some_and(|browser| browser.ct_eq(&flow.browser_hash).into()) {
            return Err(refuse(ProviderRefusal::OtherBrowser));
        }
        if returned.is_error {
            return Err(refuse(ProviderRefusal::ProviderReportsError));
        }
        let code = returned.code.ok_or(AdminError::Unreadable)?;
        let answer = Returned { code: SecretString::from(code), issuer: returned.issuer };
        let finished = provider.finish(redirect_uri, answer, &flow.nonce, &flow.pkce_verifier, now).await;
        finished.map_err(|error| refuse(error.into()))?;
        if self.administrator().await?.is_none() {
            return Err(refuse(ProviderRefusal::NotSetUp));
        }
        let subjects = [throttle::provider_departures(&network), throttle::provider_returns(&network)];
        self.attempts.forget(&subjects).await?;
        Ok((self.begin_session(visitor, BY_PROVIDER).await?, flow.return_path))
    }

    /// The log says why; the caller learns less.
    fn refuse_provider(&self, source: Source, refusal: ProviderRefusal) -> AdminError {
        let reason = refusal.reason();
        warn!(event = "auth.sign-in-refused", method = BY_PROVIDER, reason, address = %source);
        self.metrics.auth_failed(AuthMethod::Oidc);
        AdminError::ProviderRefused(refusal)
    }
}
