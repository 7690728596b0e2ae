//! TLS that does not hold (H12): always refused, never fallen back from. Certificates are made by the test.

use std::sync::Arc;

use grabfeed::domain::reason::Reason;
use grabfeed::fetch::download::Via;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, date_time_ymd};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use super::{LIMITS, TORRENT, code, fetch_with, word};
use crate::support::raw_http::{read_head, reply};
use crate::support::upstreams::{every_name_is, http_with};

type Authority = CertifiedIssuer<'static, KeyPair>;

fn authority() -> Authority {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

fn trust(authority: &Authority) -> Vec<CertificateDer<'static>> {
    vec![authority.der().clone()]
}

/// A certificate for a name, signed by the authority, expired if asked for.
fn certificate(
    authority: &Authority,
    name: &str,
    expired: bool,
) -> (CertificateDer<'static>, PrivateKeyDer<'static>) {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
    if expired {
        params.not_before = date_time_ymd(2001, 1, 1);
        params.not_after = date_time_ymd(2002, 1, 1);
    }
    let signed = params.signed_by(&key, authority).unwrap();
    (signed.der().clone(), PrivateKeyDer::Pkcs8(key.serialize_der().into()))
}

/// A server with this certificate, which demands one of its clients if asked for; its port.
async fn serve(
    (certificate, key): (CertificateDer<'static>, PrivateKeyDer<'static>),
    client_authority: Option<&Authority>,
) -> u16 {
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
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            if let Ok(mut stream) = acceptor.accept(stream).await {
                read_head(&mut stream).await;
                let _ = stream.write_all(&reply("200 OK", &[], TORRENT)).await;
                let _ = stream.shutdown().await;
            }
        }
    });
    port
}

/// Downloads from `tracker.example` at this port.
async fn outcome(port: u16, trusted: Vec<CertificateDer<'static>>) -> &'static str {
    let url = format!("https://tracker.example:{port}/");
    let http = http_with(&[&url], trusted, Some(every_name_is(&["127.0.0.1"])));
    word(&fetch_with(http, &url, Via::Direct, LIMITS).await)
}

#[tokio::test]
async fn a_certificate_that_holds_is_accepted() {
    let authority = authority();
    let port = serve(certificate(&authority, "tracker.example", false), None).await;
    assert_eq!(outcome(port, trust(&authority)).await, "torrent");
}

#[tokio::test]
async fn certificates_that_do_not_hold_are_refused() {
    let (ours, other) = (authority(), authority());
    for (what, identity, trusted) in [
        ("unknown authority", certificate(&other, "tracker.example", false), trust(&ours)),
        ("no authority", certificate(&ours, "tracker.example", false), Vec::new()),
        ("wrong host", certificate(&ours, "other.example", false), trust(&ours)),
        ("expired", certificate(&ours, "tracker.example", true), trust(&ours)),
    ] {
        let port = serve(identity, None).await;
        assert_eq!(outcome(port, trusted).await, code(Reason::TlsFailed), "{what}");
    }
}

#[tokio::test]
async fn a_server_that_demands_a_certificate_of_us_is_refused() {
    let authority = authority();
    let port = serve(certificate(&authority, "tracker.example", false), Some(&authority)).await;
    assert_eq!(outcome(port, trust(&authority)).await, code(Reason::TlsFailed));
}

#[tokio::test]
async fn plain_http_and_old_protocols_in_place_of_tls_are_refused() {
    for greeting in [&b"HTTP/1.1 400 Bad Request\r\n\r\n"[..], &[0x15, 3, 1, 0, 2, 2, 70]] {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let _ = stream.write_all(greeting).await;
                let _ = stream.flush().await;
                read_head(&mut stream).await;
            }
        });
        assert_eq!(outcome(port, Vec::new()).await, code(Reason::TlsFailed), "{greeting:?}");
    }
}
