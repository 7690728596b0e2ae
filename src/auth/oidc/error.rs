//! Why a sign-in by way of a provider came to nothing.

use openidconnect::{ClaimsVerificationError, SignatureVerificationError};

use crate::upstream::transport::TransportFault;

/// Why a sign-in by way of a provider came to nothing. Holds nothing of what the provider said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OidcError {
    /// The provider cannot be reached, or does not answer in time.
    #[error("the provider cannot be reached: {0}")]
    Unreachable(TransportFault),
    /// The provider answers, but not what it should.
    #[error("the provider's answer cannot be used")]
    BadAnswer,
    /// The description at the provider's address is of another provider.
    #[error("the description is of another provider")]
    OtherDescription,
    /// The provider does not take the code: it was used, is too old, or is not for us.
    #[error("the provider does not take the code")]
    CodeRefused,
    /// The answer names another provider.
    #[error("the answer comes from another provider")]
    WrongIssuer,
    /// The token is for another client.
    #[error("the token is for another client")]
    WrongAudience,
    /// The token is not valid now.
    #[error("the token is not valid now")]
    Expired,
    /// The token is of another sign-in.
    #[error("the token is of another sign-in")]
    WrongNonce,
    /// The token is not signed by the provider with an algorithm that we take.
    #[error("the token is not signed as it should be")]
    BadSignature,
    /// Anything else about the token.
    #[error("the token cannot be used")]
    BadToken,
    /// The person is not listed in the settings.
    #[error("the person is not listed")]
    NotListed,
    /// The person's e-mail address is listed, and the provider has not verified it.
    #[error("the e-mail address is not verified")]
    EmailNotVerified,
}

impl OidcError {
    /// The stable code, for the log.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Unreachable(TransportFault::AddressRefused) => "provider-address-refused",
            Self::Unreachable(TransportFault::Tls) => "provider-certificate",
            Self::Unreachable(TransportFault::TimedOut) => "provider-too-slow",
            Self::Unreachable(_) => "provider-unreachable",
            Self::BadAnswer => "provider-answer",
            Self::OtherDescription => "provider-issuer",
            Self::CodeRefused => "code-refused",
            Self::WrongIssuer => "wrong-issuer",
            Self::WrongAudience => "token-audience",
            Self::Expired => "token-time",
            Self::WrongNonce => "token-nonce",
            Self::BadSignature => "token-signature",
            Self::BadToken => "token-unusable",
            Self::NotListed => "not-listed",
            Self::EmailNotVerified => "email-not-verified",
        }
    }

    /// Whether the provider is at fault, rather than the visitor.
    pub const fn is_the_providers(self) -> bool {
        matches!(self, Self::Unreachable(_) | Self::BadAnswer | Self::OtherDescription)
    }
}

impl From<ClaimsVerificationError> for OidcError {
    fn from(error: ClaimsVerificationError) -> Self {
        match error {
            ClaimsVerificationError::Expired(_) => Self::Expired,
            ClaimsVerificationError::InvalidAudience(_) => Self::WrongAudience,
            ClaimsVerificationError::InvalidIssuer(_) => Self::WrongIssuer,
            ClaimsVerificationError::InvalidNonce(_) => Self::WrongNonce,
            ClaimsVerificationError::SignatureVerification(_) => Self::BadSignature,
            _ => Self::BadToken,
        }
    }
}

/// Whether the token names a key that we have not read, as after the provider changed its keys.
pub(super) const fn is_unknown_key(error: &ClaimsVerificationError) -> bool {
    matches!(error, ClaimsVerificationError::SignatureVerification(SignatureVerificationError::NoMatchingKey))
}
