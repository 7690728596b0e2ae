//! A real Chromium at the pages, as people and their households use them.
//!
//! Each test has a browser of its own, driven through chromedriver. Names of the household lead to loopback inside the
//! browser only: `nas.lan` is for it what a machine in the next room is, a plain-HTTP host that it does not trust.

mod account;
mod hostile;
mod pictures;

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};

use crate::support::http::Http;
use crate::support::wait::until;

/// A browser. Dropping it ends the driver and with it the browser.
pub(crate) struct Browser {
    /// What drives it.
    pub page: Client,
    driver: Child,
    url: String,
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

impl Browser {
    /// Starts one; fails where Chromium or its driver is missing.
    pub(crate) async fn start() -> Self {
        let mut driver = Command::new("chromedriver")
            .args(["--port=0", "--allowed-ips=127.0.0.1"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver is installed (scripts/test installs it)");
        let mut lines = BufReader::new(driver.stdout.take().unwrap()).lines();
        let port = loop {
            let line = lines.next().expect("chromedriver tells its port").unwrap();
            if let Some((_, port)) = line.split_once("started successfully on port ") {
                break port.trim_end_matches('.').to_owned();
            }
        };
        let url = format!("http://127.0.0.1:{port}");
        let wanted = json!({
            "goog:chromeOptions": { "args": [
                "--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--accept-lang=fr",
                "--host-resolver-rules=MAP nas.lan 127.0.0.1, MAP evil.nas.lan 127.0.0.1",
                "--ignore-certificate-errors", "--no-proxy-server",
            ]},
            "goog:loggingPrefs": { "browser": "ALL" },
        });
        let Value::Object(capabilities) = wanted else { unreachable!() };
        let page = ClientBuilder::new(HttpConnector::new()).capabilities(capabilities).connect(&url).await;
        Self { page: page.expect("a browser"), driver, url }
    }

    /// Types into the field with this id.
    pub(crate) async fn fill(&self, id: &str, text: &str) {
        let field = self.page.find(Locator::Id(id)).await.unwrap();
        field.clear().await.unwrap();
        field.send_keys(text).await.unwrap();
    }

    /// Presses the first button of the form that goes to this path, and waits for the page that comes of it.
    pub(crate) async fn press(&self, action: &str) {
        let button = format!("form[action$='{action}'] button");
        self.page.execute("window.isOld = true", Vec::new()).await.unwrap();
        self.page.find(Locator::Css(&button)).await.unwrap().click().await.unwrap();
        until("the next page is there", Duration::from_secs(30), async || {
            let new = "return !window.isOld && document.readyState === 'complete'";
            let shown = self.page.execute(new, Vec::new()).await;
            (shown.ok() == Some(Value::Bool(true))).then_some(())
        })
        .await;
    }

    /// The text of the first element that the selector finds.
    pub(crate) async fn text(&self, selector: &str) -> String {
        self.page.find(Locator::Css(selector)).await.unwrap().text().await.unwrap()
    }

    /// The path of the page that is shown.
    pub(crate) async fn path(&self) -> String {
        self.page.current_url().await.unwrap().path().to_owned()
    }

    /// What the browser complained of since it was last asked: errors of the page, violations of its policy. Neither that
    /// a page was answered with an error status, nor that plain HTTP cannot isolate windows, is the page's fault.
    pub(crate) async fn complaints(&self) -> Vec<String> {
        let session = self.page.session_id().await.unwrap().unwrap();
        let address = format!("{}/session/{session}/se/log", self.url);
        let reply = Http::new().post_json(&address, &[], &json!({ "type": "browser" })).await;
        let entries = reply.json()["value"].as_array().unwrap().clone();
        let messages = entries.iter().map(|entry| entry["message"].as_str().unwrap().to_owned());
        let known = ["Failed to load resource", "The Cross-Origin-Opener-Policy header has been ignored"];
        messages.filter(|message| !known.iter().any(|known| message.contains(known))).collect()
    }
}
