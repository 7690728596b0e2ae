//! Mozilla's HTTP Observatory, which grades what a site tells browsers, on the service behind a TLS terminator.
//!
//! The scanner is the npm package that `scripts/test` installs; nothing of it asks anybody outside this machine. Where it
//! is missing the test fails, and says how to install it.

use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::process::Command;

use crate::clients_real::program::LIMIT;
use crate::proxies::nginx;
use crate::proxies::site::Site;
use crate::support::service::Plan;
use crate::support::wait::until;
use crate::web::Running;

/// The scanner asks for the first page and follows where it leads: to the sign-in.
const FIRST_PAGE: &str = "/";
/// Answers that the scanner takes: pages, and refusals.
const SCANNED: [u16; 3] = [200, 303, 401];
/// What it must come to; 100 is where A+ begins.
const LEAST_SCORE: i64 = 130;
/// Makes the scanner find the site's name on the loopback interface.
const NAMES: &str = "libnss_wrapper.so";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_observatory_grades_the_service_a_plus() {
    let site = Site::new("grabfeed.example");
    let settings =
        [("SERVER__TRUSTED_PROXIES", "127.0.0.1".to_owned()), ("SERVER__PUBLIC_URL", site.url(""))];
    let running = Running::with(Plan { settings: settings.into(), ..Plan::default() }).await;
    let service = running.service.url.rsplit(':').next().unwrap().parse().unwrap();
    let mut proxy = nginx::start(&site, service, "");
    let client = site.client(Ipv4Addr::LOCALHOST);
    let status = until("nginx answers", LIMIT, async || {
        proxy.assert_running();
        Some(client.get(site.url(FIRST_PAGE)).send().await.ok()?.status().as_u16())
    })
    .await;
    assert!(SCANNED.contains(&status), "{status}");

    let hosts = site.write("hosts", &format!("127.0.0.1 {}\n", site.name));
    let mut scan = Command::new(installed("node"));
    scan.arg(installed("node_modules/@mdn/mdn-http-observatory/src/scan.js"))
        .arg(format!("{}:{}", site.name, site.port))
        .env("LD_PRELOAD", NAMES)
        .env("NSS_WRAPPER_HOSTS", hosts)
        .env("NODE_EXTRA_CA_CERTS", site.folder.path().join("ca.pem"));
    let output = tokio::task::spawn_blocking(move || scan.output()).await.unwrap().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    // The loader says so and goes on without; the scan would then fail for a reason that is hard to guess.
    assert!(!errors.contains(NAMES), "install the Debian package `libnss-wrapper`: {errors}");
    assert!(output.status.success(), "{errors}{}", String::from_utf8_lossy(&output.stdout));
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let scan = &report["scan"];
    println!(
        "Observatory: {} {}, {}/{} tests",
        scan["score"], scan["grade"], scan["testsPassed"], scan["testsQuantity"]
    );
    assert!(scan["score"].as_i64().unwrap() >= LEAST_SCORE, "{report:#}");
    assert_eq!((&scan["grade"], &scan["testsFailed"]), (&"A+".into(), &0.into()), "{report:#}");
}

/// A file that `scripts/test` installs.
fn installed(name: &str) -> PathBuf {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("target/observatory").join(name);
    assert!(file.exists(), "the scanner is missing: run scripts/test, which installs it");
    file
}
