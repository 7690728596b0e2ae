//! Who calls, once the guard has let the request pass; handlers take it as an extension.

use crate::admin::Actor;
use crate::admin::account::ADMINISTRATOR;
use crate::auth::keys::KnownKey;
use crate::domain::ids::SessionId;
use crate::ops::metrics::AuthMethod;
use crate::web::middleware::caller::Caller;

/// Who calls.
#[derive(Debug, Clone)]
pub enum Identity {
    /// A program with an API key.
    Key(KnownKey),
    /// The administrator.
    Administrator {
        /// The session; `None` where a trusted proxy vouches for every request.
        session: Option<SessionId>,
    },
}

impl Identity {
    /// By what the caller is known.
    pub const fn method(&self) -> &'static str {
        match self {
            Self::Key(_) => AuthMethod::ApiKey.as_str(),
            Self::Administrator { session: Some(_) } => AuthMethod::Session.as_str(),
            Self::Administrator { session: None } => "proxy",
        }
    }

    /// The session by which the caller comes.
    pub const fn session(&self) -> Option<SessionId> {
        match self {
            Self::Key(_) => None,
            Self::Administrator { session } => *session,
        }
    }

    /// Who does a deed, for the log.
    pub fn actor(&self, caller: &Caller) -> Actor {
        let of = |name| Actor::new(name, self.method(), caller.source());
        match self {
            Self::Key(key) => of(&key.name).limited_to(key.scopes, key.expires_at),
            Self::Administrator { .. } => of(ADMINISTRATOR),
        }
    }
}
