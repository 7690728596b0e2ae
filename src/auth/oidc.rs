//! Signing in by way of an OpenID Connect provider: authorization code with PKCE, state and nonce.
//!
//! Owns: what is asked of the provider, how its answers are checked, and who of its people may sign in. Nothing is
//! asked before somebody wants to sign in, so a provider that is down hinders nothing else. Must not know: the web
//! framework, cookies, or where a sign-in under way is kept.

mod error;
mod knowledge;
mod person;
mod refusal;

use std::ops::Add;
use std::time::Duration;

use openidconnect::core::{
    CoreAuthenticationFlow, CoreClient, CoreClientAuthMethod, CoreIdToken, CoreIdTokenClaims,
    CoreJwsSigningAlgorithm as Algorithm, CoreProviderMetadata, CoreTokenResponse, CoreUserInfoClaims,
};
use openidconnect::{
    AuthType, AuthorizationCode, ClaimsVerificationError, ClientId, ClientSecret, CsrfToken,
    EndpointMaybeSet, EndpointNotSet, EndpointSet, Nonce, OAuth2TokenResponse, PkceCodeChallenge,
    PkceCodeVerifier, RedirectUrl, RequestTokenError, Scope, TokenResponse, UserInfoError,
};
use rand::CryptoRng;
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use self::knowledge::{Knowledge, of_exchange};
use crate::auth::token::random_identifier;
use crate::domain::time::Ts;
use crate::upstream::oidc::OidcHttp;

pub use self::refusal::ProviderRefusal;
pub use error::OidcError;
pub use person::Claims;

/// How far the provider's clock may be from ours.
const SKEW: Duration = Duration::from_mins(2);
/// How long a sign-in may take, from the button to the way back.
pub const PATIENCE: Duration = Duration::from_mins(10);

/// What is signed with the provider's private key; secrets that both sides know are another matter.
const SIGNED: [Algorithm; 10] = [
    Algorithm::RsaSsaPkcs1V15Sha256,
    Algorithm::RsaSsaPkcs1V15Sha384,
    Algorithm::RsaSsaPkcs1V15Sha512,
    Algorithm::RsaSsaPssSha256,
    Algorithm::RsaSsaPssSha384,
    Algorithm::RsaSsaPssSha512,
    Algorithm::EcdsaP256Sha256,
    Algorithm::EcdsaP384Sha384,
    Algorithm::EcdsaP521Sha512,
    Algorithm::EdDsa,
];
const KEYED: [Algorithm; 3] = [Algorithm::HmacSha256, Algorithm::HmacSha384, Algorithm::HmacSha512];

/// What the settings say of a provider.
#[derive(Debug, Clone)]
pub struct OidcOptions {
    /// `oidc.issuer_url`
    pub issuer_url: Url,
    /// `oidc.client_id`
    pub client_id: String,
    /// `oidc.client_secret`; `None`: a public client.
    pub client_secret: Option<SecretString>,
    /// `oidc.users`
    pub users: Vec<String>,
    /// `oidc.scopes`
    pub scopes: String,
}

/// The random values of one sign-in.
#[derive(Debug, Clone)]
pub struct FlowSecrets {
    /// Goes to the provider and comes back with the browser.
    pub state: SecretString,
    /// Stays in the browser that began.
    pub browser: SecretString,
    /// Comes back in the token.
    pub nonce: SecretString,
    /// Goes to the provider with the code; before that only its hash (PKCE).
    pub pkce_verifier: SecretString,
}

impl FlowSecrets {
    /// New ones, of 256 bits each. `rng` is the system's generator, except in tests.
    pub fn generate(rng: &mut impl CryptoRng) -> Self {
        const CHARS: usize = 43;
        let mut secret = || SecretString::from(random_identifier(rng, CHARS));
        Self { state: secret(), browser: secret(), nonce: secret(), pkce_verifier: secret() }
    }
}

/// What came back with the browser.
#[derive(Debug, Clone)]
pub struct Returned {
    /// `code`
    pub code: SecretString,
    /// `iss`, which newer providers add (RFC 9207).
    pub issuer: Option<String>,
}

/// A provider of identities.
pub struct Provider {
    options: OidcOptions,
    http: OidcHttp,
    knowledge: Knowledge,
}

type Client = CoreClient<
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

impl Provider {
    /// Asks nothing yet.
    pub fn new(options: OidcOptions, http: OidcHttp) -> Self {
        Self { options, http, knowledge: Knowledge::default() }
    }

    /// Where the browser goes to sign in.
    pub async fn begin(&self, redirect_uri: &str, secrets: &FlowSecrets) -> Result<Url, OidcError> {
        let client = self.client(self.describe(false).await?, redirect_uri)?;
        let (state, nonce) = (secrets.state.clone(), secrets.nonce.clone());
        let verifier = PkceCodeVerifier::new(secrets.pkce_verifier.expose_secret().to_owned());
        // The library asks for `openid` by itself.
        let scopes = self.options.scopes.split_whitespace().filter(|scope| *scope != "openid");
        let request = client
            .authorize_url(
                CoreAuthenticationFlow::AuthorizationCode,
                move || CsrfToken::new(state.expose_secret().to_owned()),
                move || Nonce::new(nonce.expose_secret().to_owned()),
            )
            .add_scopes(scopes.map(|scope| Scope::new(scope.to_owned())))
            .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier));
        Ok(request.url().0)
    }

    /// Checks what came back, and whether the person is listed. `redirect_uri` is the one with which it began.
    pub async fn finish(
        &self,
        redirect_uri: &str,
        returned: Returned,
        nonce: &SecretString,
        pkce_verifier: &SecretString,
        now: Ts,
    ) -> Result<Claims, OidcError> {
        let metadata = self.describe(false).await?;
        let issuer = metadata.issuer().to_string();
        if returned.issuer.is_some_and(|named| named != issuer) {
            return Err(OidcError::WrongIssuer);
        }
        let client = self.client(metadata.clone(), redirect_uri)?;
        let tokens = self.redeem(&client, &returned.code, pkce_verifier).await?;
        let token = tokens.id_token().ok_or(OidcError::BadAnswer)?;
        let nonce = Nonce::new(nonce.expose_secret().to_owned());
        let claims = match self.verify(&client, &metadata, token, &nonce, now) {
            Err(error) if error::is_unknown_key(&error) => {
                let metadata = self.describe(true).await?;
                let client = self.client(metadata.clone(), redirect_uri)?;
                self.verify(&client, &metadata, token, &nonce, now)?.clone()
            }
            verified => verified?.clone(),
        };
        let person = self.person(&client, &tokens, &claims).await?;
        person::is_listed(&self.options.users, &person).map(|()| person)
    }

    async fn describe(&self, afresh: bool) -> Result<CoreProviderMetadata, OidcError> {
        self.knowledge.get(&self.options.issuer_url, &self.http, afresh).await
    }

    fn client(&self, metadata: CoreProviderMetadata, redirect_uri: &str) -> Result<Client, OidcError> {
        let redirect = RedirectUrl::new(redirect_uri.to_owned()).map_err(|_| OidcError::BadAnswer)?;
        let methods = metadata.token_endpoint_auth_methods_supported().cloned().unwrap_or_default();
        let in_body = methods.contains(&CoreClientAuthMethod::ClientSecretPost)
            && !methods.contains(&CoreClientAuthMethod::ClientSecretBasic);
        let secret = self.options.client_secret.as_ref();
        let secret = secret.map(|secret| ClientSecret::new(secret.expose_secret().to_owned()));
        let id = ClientId::new(self.options.client_id.clone());
        let client = CoreClient::from_provider_metadata(metadata, id, secret).set_redirect_uri(redirect);
        Ok(if in_body { client.set_auth_type(AuthType::RequestBody) } else { client })
    }

    async fn redeem(
        &self,
        client: &Client,
        code: &SecretString,
        pkce_verifier: &SecretString,
    ) -> Result<CoreTokenResponse, OidcError> {
        client
            .exchange_code(AuthorizationCode::new(code.expose_secret().to_owned()))
            .map_err(|_| OidcError::BadAnswer)?
            .set_pkce_verifier(PkceCodeVerifier::new(pkce_verifier.expose_secret().to_owned()))
            .request_async(&self.http)
            .await
            .map_err(|error| match error {
                RequestTokenError::ServerResponse(_) => OidcError::CodeRefused,
                RequestTokenError::Request(error) => of_exchange(error),
                RequestTokenError::Parse(..) | RequestTokenError::Other(_) => OidcError::BadAnswer,
            })
    }

    /// Checks signature, issuer, audience, authorised party, times and nonce.
    fn verify<'t>(
        &self,
        client: &Client,
        metadata: &CoreProviderMetadata,
        token: &'t CoreIdToken,
        nonce: &Nonce,
        now: Ts,
    ) -> Result<&'t CoreIdTokenClaims, ClaimsVerificationError> {
        // A secret that both know may stand for a signature only if the provider says that it does so.
        let announced = metadata.id_token_signing_alg_values_supported();
        let keyed = KEYED
            .into_iter()
            .filter(|algorithm| self.options.client_secret.is_some() && announced.contains(algorithm));
        let latest = now.plus(SKEW).millis();
        let verifier = client
            .id_token_verifier()
            .set_allowed_algs(SIGNED.into_iter().chain(keyed))
            .set_time_fn(move || after_epoch(Duration::from_millis(now.minus(SKEW).millis().unsigned_abs())))
            .set_issue_time_verifier_fn(move |issued| {
                let oldest = now.minus(PATIENCE).minus(SKEW).millis();
                let issued = issued.timestamp_millis();
                if (oldest..=latest).contains(&issued) { Ok(()) } else { Err(String::new()) }
            });
        let claims = token.claims(&verifier, nonce)?;
        // The library leaves the authorised party to its callers.
        match claims.authorized_party() {
            Some(party) if party.as_str() != self.options.client_id => {
                Err(ClaimsVerificationError::InvalidAudience(String::new()))
            }
            _ => Ok(claims),
        }
    }

    /// What the provider says of the person: in the token, or, as the standard has it for addresses, on request.
    async fn person(
        &self,
        client: &Client,
        tokens: &CoreTokenResponse,
        claims: &CoreIdTokenClaims,
    ) -> Result<Claims, OidcError> {
        let subject = claims.subject().to_string();
        let mut person = Claims {
            email: claims.email().map(|email| email.to_string()),
            email_verified: claims.email_verified().unwrap_or(false),
            subject,
        };
        if person.email.is_none() && person::needs_email(&self.options.users, &person.subject) {
            // The library compares the subjects, as an answer about somebody else would be believed otherwise.
            let request = client.user_info(tokens.access_token().clone(), Some(claims.subject().clone()));
            let Ok(request) = request else { return Ok(person) };
            let told: CoreUserInfoClaims =
                request.request_async(&self.http).await.map_err(|error| match error {
                    UserInfoError::Request(error) => of_exchange(error),
                    UserInfoError::ClaimsVerification(_) => OidcError::BadToken,
                    _ => OidcError::BadAnswer,
                })?;
            person.email = told.email().map(|email| email.to_string());
            person.email_verified = told.email_verified().unwrap_or(false);
        }
        Ok(person)
    }
}

/// A moment in the type of the library, which it does not name to us; its default is the first of 1970.
fn after_epoch<T: Default + Add<Duration, Output = T>>(length: Duration) -> T {
    T::default() + length
}
