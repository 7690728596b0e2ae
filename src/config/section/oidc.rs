//! `oidc`: signing in by way of an OpenID Connect provider.

use secrecy::SecretString;
use url::Url;

use super::section;
use crate::config::key::{Key, Kind};

section! {
    /// Signing in by way of an OpenID Connect provider.
    Oidc = "oidc", Optional {
        /// The provider's address, below which its description is (`/.well-known/openid-configuration`).
        issuer_url: Url = Key::new("issuer_url", Kind::HttpUrl).required().example("https://id.example.org");
        /// Under which name the provider knows us.
        client_id: String = Key::new("client_id", Kind::Text(200)).required().example("grabfeed");
        /// What we show the provider; `None`: we are a public client.
        client_secret: Option<SecretString> =
            Key::new("client_secret", Kind::Secret).example("the-secret-that-the-provider-gave");
        /// Who may sign in: verified e-mail addresses, and subjects (`sub`), with `sub:` before one that has an `@`.
        users: Vec<String> = Key::new("users", Kind::List(&Kind::Text(300))).required().example("me@example.org");
        /// What is asked of the provider, with spaces between.
        scopes: String = Key::new("scopes", Kind::Text(500)).default("openid email");
        /// What the button of the sign-in page calls the provider.
        name: String = Key::new("name", Kind::Text(40)).default("OpenID Connect");
    }
}
