//! Why a sign-in by way of the provider let nobody in.

use super::OidcError;

/// Why nobody was signed in.
#[derive(Debug, Clone, Copy, thiserror::Error)]
pub enum ProviderRefusal {
    /// No such sign-in is under way: it took too long, is finished, or never was.
    #[error("no such sign-in is under way")]
    UnknownFlow,
    /// Another browser began it.
    #[error("another browser began the sign-in")]
    OtherBrowser,
    /// The provider did not let the person through, or the person did not let us.
    #[error("the provider reports an error")]
    ProviderReportsError,
    /// There is no account yet.
    #[error("there is no account yet")]
    NotSetUp,
    /// The provider's answer does not do.
    #[error(transparent)]
    Provider(#[from] OidcError),
}

impl ProviderRefusal {
    /// The stable code, for the log.
    pub const fn reason(self) -> &'static str {
        match self {
            Self::UnknownFlow => "unknown-flow",
            Self::OtherBrowser => "other-browser",
            Self::ProviderReportsError => "provider-refused",
            Self::NotSetUp => "not-set-up",
            Self::Provider(error) => error.code(),
        }
    }
}
