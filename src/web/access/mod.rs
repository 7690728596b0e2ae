//! Who may use a route, and how a caller proves to be that.
//!
//! Owns: the guard before every handler, and each way to prove oneself: session, API key, webhook secret, feed token,
//! download link, set-up token, a proxy's word, an OpenID Connect provider. A handler behind the guard judges no secret.
//! Must not know: what handlers do.

pub mod cross_site;
pub mod feed_secret;
pub mod guard;
pub mod identity;
pub mod key;
pub mod oidc;
pub mod proxy;
pub mod session;
pub mod setup_token;
pub mod webhook_secret;

use axum::http::Method;

use crate::auth::scope::Scope;

/// Who may use a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Everybody.
    Public,
    /// Everybody, as long as there is no account; afterwards nobody: 404.
    BeforeSetup,
    /// A caller who shows the set-up token, as long as there is no account; afterwards nobody: 404.
    SetupToken,
    /// A caller who knows the token of a feed, which is part of the URL.
    FeedToken,
    /// A caller who has a download link that a feed gave.
    DownloadLink,
    /// A caller who shows an app's webhook secret, or an API key with the scope `webhook`.
    WebhookSecret,
    /// A caller who shows an API key with this scope in a header, and the administrator.
    Scope(Scope),
    /// The administrator, signed in; no key.
    Administrator,
    /// The same, for a page: a browser is led to the sign-in.
    Page,
}

/// A route as documents describe it: its method and path, and who may use it.
#[derive(Debug, Clone)]
pub struct RouteAccess {
    /// The method; `GET` stands for `HEAD` too.
    pub method: Method,
    /// The path, with parameters in braces; also the label of its metrics.
    pub path: &'static str,
    /// Who may use it.
    pub access: Access,
}
