//! TLS servers whose certificates are made by the test.

use std::sync::{Arc, Mutex};

use base64::prelude::{BASE64_STANDARD, Engine};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, date_time_ymd};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use super::raw_http::read_head;

/// The heads of requests.
pub(crate) type Heads = Arc<Mutex<Vec<String>>>;

/// Signs certificates.
pub(crate) type Authority = CertifiedIssuer<'static, KeyPair>;

/// A new authority, known to nobody.
pub(crate) fn authority() -> Authority {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

/// What a client needs in order to believe it.
pub(crate) fn trust(authority: &Authority) -> Vec<CertificateDer<'static>> {
    vec![authority.der().clone()]
}

/// A certificate for a name, signed by the authority, expired if asked for.
pub(crate) fn certificate(
    authority: &Authority,
    name: &str,
    expired: bool,
) -> (CertificateDer<'static>, PrivateKeyDer<'static>) {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
    if expired {
        expire(&mut params);
    }
    let signed = params.signed_by(&key, authority).unwrap();
    (signed.der().clone(), PrivateKeyDer::Pkcs8(key.serialize_der().into()))
}

fn expire(params: &mut CertificateParams) {
    params.not_before = date_time_ymd(2001, 1, 1);
    params.not_after = date_time_ymd(2002, 1, 1);
}

/// A certificate for a name that marks itself as an authority and signs itself, expired if asked for, and the same for a client's file.
pub(crate) fn self_signed_authority(
    name: &str,
    expired: bool,
) -> ((CertificateDer<'static>, PrivateKeyDer<'static>), CertificateDer<'static>) {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
    if expired {
        expire(&mut params);
    }
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let made = params.self_signed(&key).unwrap().der().clone();
    ((made.clone(), PrivateKeyDer::Pkcs8(key.serialize_der().into())), made)
}

/// A server with this certificate, which demands one of its clients if asked for, and answers each request so; its
/// port, and the heads of the requests that got through.
pub(crate) async fn serve(
    (certificate, key): (CertificateDer<'static>, PrivateKeyDer<'static>),
    client_authority: Option<&Authority>,
    answer: Vec<u8>,
) -> (u16, Heads) {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder =
        ServerConfig::builder_with_provider(provider.clone()).with_safe_default_protocol_versions().unwrap();
    let builder = match client_authority {
        None => builder.with_no_client_auth(),
        Some(authority) => {
            let mut roots = RootCertStore::empty();
            roots.add(authority.der().clone()).unwrap();
            let verifier =
                WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).build().unwrap();
            builder.with_client_cert_verifier(verifier)
        }
    };
    let acceptor = TlsAcceptor::from(Arc::new(builder.with_single_cert(vec![certificate], key).unwrap()));
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let heads = Heads::default();
    let seen = Arc::clone(&heads);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            if let Ok(mut stream) = acceptor.accept(stream).await {
                let head = read_head(&mut stream).await;
                seen.lock().unwrap().push(head);
                let _ = stream.write_all(&answer).await;
                let _ = stream.shutdown().await;
            }
        }
    });
    (port, heads)
}

/// The file that `network.ca_file` wants.
pub(crate) fn pem(authority: &Authority) -> String {
    let text = BASE64_STANDARD.encode(authority.der());
    format!("-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----\n")
}

/// Identities that no client may believe who trusts `ours`, each with its fault in words.
pub(crate) fn bad_identities(
    ours: &Authority,
    name: &str,
) -> [(&'static str, (CertificateDer<'static>, PrivateKeyDer<'static>)); 4] {
    [
        ("unknown authority", certificate(&authority(), name, false)),
        ("wrong host", certificate(ours, "other.example", false)),
        ("expired", certificate(ours, name, true)),
        ("self-signed", self_signed(name)),
    ]
}

fn self_signed(name: &str) -> (CertificateDer<'static>, PrivateKeyDer<'static>) {
    let made = rcgen::generate_simple_self_signed(vec![name.to_owned()]).unwrap();
    (made.cert.der().clone(), PrivateKeyDer::Pkcs8(made.signing_key.serialize_der().into()))
}
