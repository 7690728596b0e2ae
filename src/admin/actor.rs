//! Who does a deed: for the log, and what such an actor may give to others.

use crate::auth::scope::ScopeSet;
use crate::auth::source::Source;
use crate::domain::time::Ts;

/// Who does a deed: a name, how the caller proved to be that, and from where.
#[derive(Debug, Clone)]
pub struct Actor {
    name: String,
    method: &'static str,
    source: Option<Source>,
    limits: Option<Limits>,
}

/// What a program with a key can pass on: no more than it has.
#[derive(Debug, Clone, Copy)]
struct Limits {
    scopes: ScopeSet,
    expires_at: Option<Ts>,
}

impl Actor {
    /// A caller of the service.
    pub fn new(name: &str, method: &'static str, source: Source) -> Self {
        Self { name: name.to_owned(), method, source: Some(source), limits: None }
    }

    /// Somebody with a shell on the machine.
    pub fn command_line() -> Self {
        Self { name: "command-line".to_owned(), method: "command-line", source: None, limits: None }
    }

    /// The same, who has these scopes until then and passes on no more.
    #[must_use]
    pub fn limited_to(self, scopes: ScopeSet, expires_at: Option<Ts>) -> Self {
        Self { limits: Some(Limits { scopes, expires_at }), ..self }
    }

    /// Whether the actor may make a key with these scopes.
    pub fn may_grant(&self, scopes: ScopeSet) -> bool {
        self.limits.is_none_or(|limits| limits.scopes.covers(scopes))
    }

    /// Whether a key that the actor makes may work until then; `None`: for ever.
    pub fn may_grant_until(&self, expires_at: Option<Ts>) -> bool {
        let own = self.limits.and_then(|limits| limits.expires_at);
        own.is_none_or(|own| expires_at.is_some_and(|asked| asked <= own))
    }

    /// The name: of the account, of the API key.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How the caller proved to be that.
    pub const fn method(&self) -> &'static str {
        self.method
    }

    /// From which address; `local` for the command line.
    pub fn address(&self) -> String {
        self.source.map_or_else(|| "local".to_owned(), |source| source.to_string())
    }
}
