//! A small HTTP client for tests: no redirects, no proxy, no surprise.

use std::net::IpAddr;
use std::time::Duration;

use reqwest::header::HeaderMap;

/// A client; what it cannot send or read is a panic.
pub(crate) struct Http(reqwest::Client);

/// A whole answer.
pub(crate) struct Reply {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Http {
    pub(crate) fn new() -> Self {
        Self::build(None)
    }

    /// A client in another place: every address of `127.0.0.0/8` is this machine's.
    pub(crate) fn from_address(address: &str) -> Self {
        Self::build(Some(address.parse().unwrap()))
    }

    fn build(from: Option<IpAddr>) -> Self {
        // The first test that comes here installs it for the process.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .local_address(from)
            .pool_max_idle_per_host(0) // how a server ends idle connections is not under test
            .timeout(Duration::from_mins(1))
            .build();
        Self(client.unwrap())
    }

    pub(crate) async fn get(&self, url: &str) -> Reply {
        self.try_send(self.0.get(url)).await.unwrap()
    }

    pub(crate) async fn get_with(&self, url: &str, headers: &[(&str, &str)]) -> Reply {
        let request =
            headers.iter().fold(self.0.get(url), |request, (name, value)| request.header(*name, *value));
        self.try_send(request).await.unwrap()
    }

    /// Any request; header values may be any bytes.
    pub(crate) async fn send(
        &self,
        method: &str,
        url: &str,
        headers: &[(&str, &[u8])],
        body: impl Into<reqwest::Body>,
    ) -> Reply {
        self.try_request(method, url, headers, body).await.unwrap()
    }

    /// Any request to somebody who may not be there.
    pub(crate) async fn try_request(
        &self,
        method: &str,
        url: &str,
        headers: &[(&str, &[u8])],
        body: impl Into<reqwest::Body>,
    ) -> reqwest::Result<Reply> {
        let request = self.0.request(method.parse().unwrap(), url).body(body);
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        self.try_send(request).await
    }

    pub(crate) async fn post_form(&self, url: &str, fields: &[(&str, &str)]) -> Reply {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = self.0.post(url).header("content-type", "application/x-www-form-urlencoded");
        self.try_send(request.body(body)).await.unwrap()
    }

    pub(crate) async fn post_json(
        &self,
        url: &str,
        headers: &[(&str, &str)],
        body: &serde_json::Value,
    ) -> Reply {
        let request =
            headers.iter().fold(self.0.post(url), |request, (name, value)| request.header(*name, *value));
        self.try_send(request.json(body)).await.unwrap()
    }

    /// Whether somebody answers there, whatever it is.
    pub(crate) async fn answers(&self, url: &str) -> bool {
        self.try_send(self.0.get(url)).await.is_ok()
    }

    async fn try_send(&self, request: reqwest::RequestBuilder) -> reqwest::Result<Reply> {
        let response = request.send().await?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Ok(Reply { status, headers, body: response.bytes().await?.to_vec() })
    }
}

impl Reply {
    /// A header as text; empty if there is none.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("no JSON: {}", self.text()))
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}
