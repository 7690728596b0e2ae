//! Whose certificates are believed: those of the public authorities, the system's, and of a file that the person
//! names; and anybody's, at the places for which the person asked for that.
//!
//! Must not know: which places these are, or what is asked there.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{WebPkiServerVerifier, verify_server_name};
use rustls::crypto::{
    CryptoProvider, WebPkiSupportedAlgorithms, ring, verify_tls12_signature, verify_tls13_signature,
};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{
    CertificateError, ClientConfig, ConfigBuilder, DigitallySignedStruct, Error, OtherError, RootCertStore,
    SignatureScheme, WantsVerifier,
};

/// The largest file of authorities; a whole system's store is a tenth of it.
const MAX_FILE_BYTES: u64 = 4 << 20;

/// The file of authorities cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum AuthoritiesError {
    /// It cannot be read, or is no text.
    #[error("the file cannot be read")]
    Unreadable(#[from] io::Error),
    /// It is larger than any list of authorities.
    #[error("the file is too large")]
    TooLarge,
    /// It holds no certificate, or one that cannot be an authority's.
    #[error("the file holds no certificates of authorities in PEM form")]
    NoAuthorities,
}

/// Reads the certificates of a PEM file (RFC 7468). All must be readable: a typing mistake shows at the start, not as
/// a failed connection later.
pub fn read_authorities(path: &Path) -> Result<Vec<CertificateDer<'static>>, AuthoritiesError> {
    let mut text = Vec::new();
    File::open(path)?.take(MAX_FILE_BYTES + 1).read_to_end(&mut text)?;
    if text.len() as u64 > MAX_FILE_BYTES {
        return Err(AuthoritiesError::TooLarge);
    }
    authorities(&text).ok_or(AuthoritiesError::NoAuthorities)
}

fn authorities(text: &[u8]) -> Option<Vec<CertificateDer<'static>>> {
    let found: Vec<_> = CertificateDer::pem_slice_iter(text).collect::<Result<_, _>>().ok()?;
    let mut store = RootCertStore::empty();
    found.iter().try_for_each(|certificate| store.add(certificate.clone())).ok()?;
    (!found.is_empty()).then_some(found)
}

/// Believes the public authorities, the system's and these.
pub(super) fn checked(extra_roots: Vec<CertificateDer<'static>>) -> Result<ClientConfig, Error> {
    let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    // The system's store may be absent (an empty container) or hold what cannot be read: the rest still counts.
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    roots.add_parsable_certificates(extra_roots.iter().cloned());
    let provider = Arc::new(ring::default_provider());
    let authorities = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider)
        .build()
        .map_err(|_| Error::General("no authority can be believed".to_owned()))?;
    let verifier = PinnedOrSigned { authorities, pinned: extra_roots };
    let builder = builder()?.dangerous().with_custom_certificate_verifier(Arc::new(verifier));
    Ok(builder.with_no_client_auth())
}

/// Believes what an authority signed, and a certificate that is itself in the person's file: `openssl req -x509` makes one that
/// marks itself as an authority and that a server shows as its own, which the rules for authorities refuse (RFC 5280 §4.2.1.9)
/// and `curl --cacert` takes.
#[derive(Debug)]
struct PinnedOrSigned {
    authorities: Arc<WebPkiServerVerifier>,
    pinned: Vec<CertificateDer<'static>>,
}

impl ServerCertVerifier for PinnedOrSigned {
    fn verify_server_cert(
        &self,
        shown: &CertificateDer<'_>,
        between: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let signed = self.authorities.verify_server_cert(shown, between, name, ocsp, now);
        match signed {
            // The only fault that is forgiven; a wrong name or a date that is over is none of it.
            Err(Error::InvalidCertificate(CertificateError::Other(cause)))
                if is_authority_shown_by_a_server(&cause)
                    && self.pinned.iter().any(|pinned| pinned == shown) =>
            {
                verify_server_name(&ParsedCertificate::try_from(shown)?, name)?;
                Ok(ServerCertVerified::assertion())
            }
            signed => signed,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.authorities.verify_tls12_signature(message, certificate, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.authorities.verify_tls13_signature(message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.authorities.supported_verify_schemes()
    }
}

fn is_authority_shown_by_a_server(cause: &OtherError) -> bool {
    cause.to_string().contains("CaUsedAsEndEntity")
}

/// Believes whoever answers. Only for the places that the person excepted.
pub(super) fn unchecked() -> Result<ClientConfig, Error> {
    let verifier = AnyCertificate(ring::default_provider().signature_verification_algorithms);
    let builder = builder()?.dangerous().with_custom_certificate_verifier(Arc::new(verifier));
    Ok(builder.with_no_client_auth())
}

fn builder() -> Result<ConfigBuilder<ClientConfig, WantsVerifier>, Error> {
    let provider: Arc<CryptoProvider> = Arc::new(ring::default_provider());
    ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()
}

/// Takes every certificate, whoever signed it, for whatever name and time; whoever shows it must still hold its key.
#[derive(Debug)]
struct AnyCertificate(WebPkiSupportedAlgorithms);

impl ServerCertVerifier for AnyCertificate {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signature, &self.0)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signature, &self.0)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use base64::prelude::{BASE64_STANDARD, Engine};

    use super::*;

    fn pem() -> String {
        let made = rcgen::generate_simple_self_signed(Vec::new()).unwrap();
        labelled("CERTIFICATE", made.cert.der())
    }

    fn labelled(label: &str, der: &[u8]) -> String {
        format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", BASE64_STANDARD.encode(der))
    }

    #[test]
    fn a_file_may_hold_several_certificates_and_text_between_them() {
        let text = format!("First\n{}\nSecond\r\n{}", pem(), pem().replace('\n', "\r\n"));
        assert_eq!(authorities(text.as_bytes()).unwrap().len(), 2);
    }

    #[test]
    fn a_file_without_certificates_or_with_a_broken_one_is_refused() {
        let begin = "-----BEGIN CERTIFICATE-----";
        let key = labelled("PRIVATE KEY", &rcgen::KeyPair::generate().unwrap().serialize_der());
        let broken = pem() + &labelled("CERTIFICATE", b"ABC");
        for text in ["", "test", begin, &key, &broken, &pem().replace('M', "!"), "\u{feff}"] {
            assert!(authorities(text.as_bytes()).is_none(), "{text}");
        }
    }

    #[test]
    fn a_file_that_is_none_or_has_no_end_is_refused() {
        let refusal = |path: &str| read_authorities(Path::new(path)).unwrap_err();
        assert!(matches!(refusal("/"), AuthoritiesError::Unreadable(_)));
        assert!(matches!(refusal("/no/such/file.pem"), AuthoritiesError::Unreadable(_)));
        assert!(matches!(refusal("/dev/zero"), AuthoritiesError::TooLarge));
    }
}
