//! Where the program connects, with what trust, and what it tells of it (C48, C50, C51).

use std::fs;

use serde_json::{Value, json};

use crate::support::household::Household;
use crate::support::http::Http;
use crate::support::raw_http::{RawServer, reply};
use crate::support::tls::{authority, certificate, pem, serve};

const STATUS: &str = r#"{"appName":"Radarr","version":"6.1.0.1"}"#;

fn household_of(url: &str) -> Household {
    let mut household = Household::new(&[("LOGGING__LANGUAGE", "en")]);
    household.app(0, "radarr", "radarr", url, "test-key-radarr");
    household
}

/// An app over TLS under the name `localhost`, signed by an authority; its URL and the authority's file.
async fn secure_app() -> (String, String) {
    let authority = authority();
    let identity = certificate(&authority, "localhost", false);
    let (port, _) = serve(identity, None, reply("200 OK", &[], STATUS)).await;
    (format!("https://localhost:{port}"), pem(&authority))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_proxy_of_the_environment_is_not_asked() {
    let (app, proxy) = (
        RawServer::always(reply("200 OK", &[], STATUS)).await,
        RawServer::always(reply("200 OK", &[], STATUS)).await,
    );
    let mut household = household_of(&app.url(""));
    for name in ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"] {
        household.environment.push((name.to_owned(), proxy.url("")));
    }
    let (code, said) = household.answers(&["app", "test"]);
    assert_eq!((code, app.asked(), proxy.asked()), (0, 1, 0), "{said}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_app_at_a_special_address_is_refused_however_it_is_written() {
    for url in ["http://169.254.169.254", "http://[::ffff:169.254.169.254]", "http://0", "http://[fe80::1]"] {
        let (code, said) = household_of(url).answers(&["app", "test", "--json"]);
        let tested: Value = serde_json::from_str(&said).unwrap();
        assert_eq!((code, &tested[0]["reason"]), (1, &json!("address-refused")), "{url}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_authority_of_the_household_or_an_exception_makes_a_certificate_good() {
    let (url, authority) = secure_app().await;
    let mut household = household_of(&url);
    let (code, said) = household.answers(&["app", "test"]);
    assert!(code == 1 && said.contains("secure connection failed"), "{said}");

    fs::write(household.data().join("ca.pem"), authority).unwrap();
    household.set("NETWORK__CA_FILE", "ca.pem");
    assert_eq!(household.answers(&["app", "test"]).0, 0, "a relative path is in the data folder");

    let mut excepted = household_of(&url);
    excepted.set("APPS__0__VERIFY_TLS", "false");
    assert_eq!(excepted.answers(&["app", "test"]).0, 0);
    // The stricter of two apps behind one certificate decides.
    excepted.app(1, "strict", "radarr", &format!("{url}/movies"), "test-key-radarr");
    let (code, said) = excepted.answers(&["app", "test", "radarr"]);
    assert!(code == 1 && said.contains("secure connection failed"), "{said}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_holds_no_authorities_is_told_at_the_start() {
    let mut household = household_of("https://localhost:1");
    household.set("NETWORK__CA_FILE", "ca.pem");
    for content in [None, Some("no certificate")] {
        if let Some(content) = content {
            fs::write(household.data().join("ca.pem"), content).unwrap();
        }
        let (code, said) = household.answers(&["serve"]);
        assert!(code == 1 && said.contains("network.ca_file") && said.contains("ca.pem"), "{code} {said}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_exception_is_told_in_the_log_and_in_the_metrics() {
    let (url, _) = secure_app().await;
    for (verify, gauge) in [("false", "1"), ("true", "0")] {
        let mut household = household_of(&url);
        household.set("APPS__0__VERIFY_TLS", verify);
        let key = household.key("test", "metrics");
        let service = household.start().await;
        let metrics = Http::new().get_with(&household.url("/metrics"), &[("X-Api-Key", &key)]).await.text();
        let line = format!("\ngrabfeed_upstream_certificates_unchecked {gauge}");
        assert!(metrics.contains(&line), "{verify}: {metrics}");
        assert_eq!(service.log().contains("is not checked (verify_tls: false)"), verify == "false");
        assert!(service.stop());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_test_shows_nothing_of_what_a_strange_service_answers() {
    let secret = "test-secret-of-another-service";
    let named = json!({ "appName": secret, "instanceName": secret, "version": secret }).to_string();
    let half = json!({ "appName": "Radarr", "version": secret, "instanceName": secret }).to_string();
    for (status, body) in [
        ("200 OK", named.as_str()),
        ("200 OK", half.as_str()),
        ("200 OK", secret),
        ("401 Unauthorized", secret),
        ("500 Error", named.as_str()),
    ] {
        let server =
            RawServer::always(reply(status, &[("X-Secret", secret), ("Server", secret)], body)).await;
        let household = household_of(&server.url("/")); // the path is not shown either
        let said = household.answers(&["app", "test"]).1 + &household.answers(&["app", "test", "--json"]).1;
        assert!(!said.contains(secret) && !said.contains("127.0.0.1"), "{said}");
        let tested: Value = serde_json::from_str(said.lines().last().unwrap()).unwrap();
        let told: Vec<&str> = tested[0].as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(told, ["message", "name", "ok", "reason"], "nor of when");
    }
}
