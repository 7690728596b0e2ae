//! Certificates of apps: checked, unless the person excepted that very place (C51).

use std::sync::Arc;

use grabfeed::domain::app::AppKind;
use grabfeed::domain::reason::Reason;
use grabfeed::upstream::arr::ArrClient;
use grabfeed::upstream::error::Fault;
use grabfeed::upstream::http::Http;
use grabfeed::upstream::observe::NoObserver;
use grabfeed::upstream::prowlarr::ProwlarrClient;
use grabfeed::upstream::transport::TransportFault;

use crate::support::raw_http::reply;
use crate::support::tls::{authority, bad_identities, certificate, self_signed_authority, serve, trust};
use crate::support::upstreams::{KEY, every_name_is, http_unchecked, http_with, options};

const STATUS: &str = r#"{"appName":"Radarr","version":"6.1.0.1"}"#;

fn radarr(http: Http, url: &str) -> ArrClient {
    ArrClient::new(http, options(AppKind::Radarr, url), Arc::new(NoObserver)).unwrap()
}

fn checked(url: &str, trusted: Vec<rustls::pki_types::CertificateDer<'static>>) -> Http {
    http_with(&[url], trusted, Some(every_name_is(&["127.0.0.1"])))
}

#[tokio::test]
async fn an_app_whose_certificate_does_not_hold_is_not_given_the_key() {
    let ours = authority();
    for (what, identity) in bad_identities(&ours, "radarr.example") {
        let (port, heads) = serve(identity, None, reply("200 OK", &[], STATUS)).await;
        let url = format!("https://radarr.example:{port}/");
        let error = radarr(checked(&url, trust(&ours)), &url).status().await.unwrap_err();
        assert_eq!(error.fault, Fault::Transport(TransportFault::Tls), "{what}");
        assert_eq!(error.reason(), Reason::TlsFailed);
        let options = options(AppKind::Prowlarr, &url);
        let prowlarr = ProwlarrClient::new(checked(&url, trust(&ours)), options, Arc::new(NoObserver));
        assert_eq!(prowlarr.unwrap().indexers().await.unwrap_err().reason(), Reason::TlsFailed, "{what}");
        assert!(heads.lock().unwrap().is_empty(), "{what}");
    }
}

#[tokio::test]
async fn an_authority_of_the_household_is_believed() {
    let ours = authority();
    let identity = certificate(&ours, "radarr.example", false);
    let (port, heads) = serve(identity, None, reply("200 OK", &[], STATUS)).await;
    let url = format!("https://radarr.example:{port}/");
    assert_eq!(radarr(checked(&url, trust(&ours)), &url).status().await.unwrap().app_name, "Radarr");
    assert!(heads.lock().unwrap()[0].to_lowercase().contains(&format!("x-api-key: {KEY}")));
}

/// What `openssl req -x509` makes: a certificate that marks itself as an authority, shown by the server itself.
#[tokio::test]
async fn a_certificate_that_is_itself_in_the_file_is_believed_for_its_name_and_no_other() {
    let (identity, pinned) = self_signed_authority("radarr.example", false);
    let (port, _) = serve(identity, None, reply("200 OK", &[], STATUS)).await;
    let url = format!("https://radarr.example:{port}/");
    assert!(radarr(checked(&url, vec![pinned.clone()]), &url).status().await.is_ok());
    let tls = Fault::Transport(TransportFault::Tls);
    let other = format!("https://sonarr.example:{port}/");
    let error = radarr(checked(&other, vec![pinned]), &other).status().await.unwrap_err();
    assert_eq!(error.fault, tls, "another name");
    let (_, another) = self_signed_authority("radarr.example", false);
    let error = radarr(checked(&url, vec![another]), &url).status().await.unwrap_err();
    assert_eq!(error.fault, tls, "another certificate of the same name");
    let (expired, pinned) = self_signed_authority("radarr.example", true);
    let (port, _) = serve(expired, None, reply("200 OK", &[], STATUS)).await;
    let url = format!("https://radarr.example:{port}/");
    let error = radarr(checked(&url, vec![pinned]), &url).status().await.unwrap_err();
    assert_eq!(error.fault, tls, "its date is over");
}

#[tokio::test]
async fn an_excepted_app_is_asked_whatever_it_shows_and_no_other() {
    for (what, identity) in bad_identities(&authority(), "radarr.example") {
        let (port, _) = serve(identity, None, reply("200 OK", &[], STATUS)).await;
        let url = format!("https://radarr.example:{port}/");
        let alias = format!("https://sonarr.example:{port}/");
        let http = http_unchecked(&[&url, &alias], &[&url]);
        assert!(radarr(http.clone(), &url).status().await.is_ok(), "{what}");
        let error = radarr(http, &alias).status().await.unwrap_err();
        assert_eq!(error.fault, Fault::Transport(TransportFault::Tls), "{what}");
    }
}
