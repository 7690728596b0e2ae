//! TLS that does not hold (H12): always refused, never fallen back from. Certificates are made by the test.

use grabfeed::domain::reason::Reason;
use grabfeed::fetch::download::Via;
use rustls::pki_types::CertificateDer;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;

use super::{LIMITS, TORRENT, code, fetch_with, word};
use crate::support::raw_http::{RawServer, read_head, redirect, reply};
use crate::support::tls::{authority, bad_identities, certificate, serve, trust};
use crate::support::upstreams::{every_name_is, http_unchecked, http_with};

fn torrent() -> Vec<u8> {
    reply("200 OK", &[], TORRENT)
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
    let port = serve(certificate(&authority, "tracker.example", false), None, torrent()).await.0;
    assert_eq!(outcome(port, trust(&authority)).await, "torrent");
}

#[tokio::test]
async fn certificates_that_do_not_hold_are_refused() {
    let ours = authority();
    for (what, identity) in bad_identities(&ours, "tracker.example") {
        let (port, heads) = serve(identity, None, torrent()).await;
        assert_eq!(outcome(port, trust(&ours)).await, code(Reason::TlsFailed), "{what}");
        assert!(heads.lock().unwrap().is_empty(), "{what}: nothing was asked");
    }
    let (port, _) = serve(certificate(&ours, "tracker.example", false), None, torrent()).await;
    assert_eq!(outcome(port, Vec::new()).await, code(Reason::TlsFailed), "an authority that is not trusted");
}

#[tokio::test]
async fn an_excepted_place_is_believed_whatever_it_shows() {
    for (what, identity) in bad_identities(&authority(), "prowlarr.example") {
        let (port, _) = serve(identity, None, torrent()).await;
        let url = format!("https://prowlarr.example:{port}/");
        let fetched = fetch_with(http_unchecked(&[&url], &[&url]), &url, Via::Prowlarr, LIMITS).await;
        assert_eq!(word(&fetched), "torrent", "{what}");
    }
}

#[tokio::test]
async fn an_exception_is_for_its_host_and_port_only() {
    let ours = authority();
    let serving = async |name: &str| serve(certificate(&ours, name, false), None, torrent()).await.0;
    let excepted = format!("https://prowlarr.example:{}/", serving("prowlarr.example").await);
    let others = [
        format!("https://prowlarr.example:{}/", serving("prowlarr.example").await),
        format!("https://jackett.example:{}/", serving("jackett.example").await),
    ];
    let configured = [excepted.as_str(), others[0].as_str(), others[1].as_str()];
    let http = http_unchecked(&configured, &[&excepted]);
    assert_eq!(word(&fetch_with(http.clone(), &excepted, Via::Direct, LIMITS).await), "torrent");
    for other in &others {
        let fetched = fetch_with(http.clone(), other, Via::Direct, LIMITS).await;
        assert_eq!(word(&fetched), code(Reason::TlsFailed), "{other}");
        // Nor does a redirect carry the exception along.
        let prowlarr = RawServer::always(redirect(302, other)).await;
        let link = prowlarr.url("/");
        let http = http_unchecked(&[&excepted, other, &link], &[&excepted]);
        let fetched = fetch_with(http, &link, Via::Prowlarr, LIMITS).await;
        assert_eq!(word(&fetched), code(Reason::TlsFailed), "{other}");
    }
}

#[tokio::test]
async fn an_exception_opens_no_address() {
    let (port, heads) = serve(certificate(&authority(), "tracker.example", false), None, torrent()).await;
    let url = format!("https://tracker.example:{port}/");
    let http = http_unchecked(&[], &[&url]);
    assert_eq!(word(&fetch_with(http, &url, Via::Direct, LIMITS).await), code(Reason::AddressRefused));
    assert!(heads.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_server_that_demands_a_certificate_of_us_is_refused() {
    let authority = authority();
    let port = serve(certificate(&authority, "tracker.example", false), Some(&authority), torrent()).await.0;
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
