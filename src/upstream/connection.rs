//! One configured app as something that can be asked: its base URL, its key, its circuit.
//!
//! Owns: how an API request is made and what its status means, for every kind of app alike.
//! Must not know: the routes, or what an answer's rows mean.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, UNIX_EPOCH};

use reqwest::header::{ACCEPT, DATE, HeaderValue, LOCATION};
use reqwest::{Method, Response, StatusCode};
use secrecy::{ExposeSecret, SecretString};
use tokio::time::Instant;
use tracing::{info, warn};
use url::Url;

use super::circuit::{Circuit, CircuitPolicy};
use super::error::{ApiError, Fault};
use super::http::{Http, read_limited};
use super::observe::{Exchange, Observer};
use super::record::parse_object;
use super::retry::{RetryPolicy, Transient};
use super::transport::TransportFault;
use super::{base_path, retry_after};
use crate::domain::app::AppKind;
use crate::domain::time::Ts;

/// Clocks that differ by less agree: an answer takes time, and its date has whole seconds.
const CLOCKS_AGREE_MILLIS: u64 = 90_000;

/// What the settings say of one app.
#[derive(Debug, Clone)]
pub struct UpstreamOptions {
    /// Which program it is.
    pub kind: AppKind,
    /// The person's name for it, in logs and metrics.
    pub name: String,
    /// Its URL, base path included.
    pub base_url: Url,
    /// Its key; it travels in a header only, except in Prowlarr's download links, which have no other way.
    pub api_key: SecretString,
    /// The deadline of one exchange (`network.timeout_seconds`).
    pub timeout: Duration,
    /// How calls are repeated.
    pub retry: RetryPolicy,
    /// When calls are not made at all.
    pub circuit: CircuitPolicy,
}

/// The settings cannot be used to ask an app.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidUpstream {
    /// The URL is not http or https, or has no host.
    #[error("the URL is not one of a web server")]
    Url,
    /// The key has characters that no header can carry, or none at all.
    #[error("the API key is empty or has characters that a key cannot have")]
    ApiKey,
    /// The client is not for this kind of app.
    #[error("this kind of app has another API")]
    Kind,
}

impl InvalidUpstream {
    /// The sentence for the person, in the catalogues.
    pub const fn text_id(self) -> &'static str {
        match self {
            Self::Url => "upstream-invalid-url",
            Self::ApiKey => "upstream-invalid-api-key",
            Self::Kind => "upstream-invalid-kind",
        }
    }
}

/// Who answers, from `system/status`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SystemStatus {
    /// The program, e.g. `Radarr`; what tells a wrong port or a wrong kind. Empty if it is none that we know: the test
    /// of a connection must not show what any other service of the network answers (C50).
    pub app_name: String,
    /// Its version: numbers and dots, or empty.
    pub version: String,
}

/// From this size on an answer is read where it holds up nobody else.
const LONG_READ_BYTES: usize = 256 << 10;

/// Does what takes long for an answer of this size so that requests go on meanwhile.
fn beside_requests<T>(size_bytes: usize, read: impl FnOnce() -> T) -> T {
    let runtime = tokio::runtime::Handle::current().runtime_flavor();
    if size_bytes >= LONG_READ_BYTES && runtime == tokio::runtime::RuntimeFlavor::MultiThread {
        tokio::task::block_in_place(read)
    } else {
        read()
    }
}

/// One GET of an API.
pub(super) struct Request<'a> {
    /// The word for logs and metrics.
    pub operation: &'static str,
    /// Below the base URL, e.g. `api/v3/history`.
    pub path: &'a str,
    /// Not yet encoded.
    pub query: &'a [(&'a str, &'a str)],
    /// The largest answer, in decoded bytes.
    pub limit_bytes: usize,
    /// The deadline of one exchange.
    pub timeout: Duration,
    /// Whether a time-out is worth a second try: not where the first one cost something.
    pub retry_timeouts: bool,
}

/// One app.
pub(super) struct Upstream {
    http: Http,
    options: UpstreamOptions,
    key_header: HeaderValue,
    circuit: Arc<Circuit>,
    observer: Arc<dyn Observer>,
    /// How far its clock is ahead of ours, in milliseconds, by the `Date` of its last answer.
    ahead_millis: AtomicI64,
}

impl Upstream {
    pub(super) fn new(
        http: Http,
        options: UpstreamOptions,
        observer: Arc<dyn Observer>,
    ) -> Result<Self, InvalidUpstream> {
        if !matches!(options.base_url.scheme(), "http" | "https") || options.base_url.host().is_none() {
            return Err(InvalidUpstream::Url);
        }
        let key = options.api_key.expose_secret();
        let mut key_header = HeaderValue::from_str(key).map_err(|_| InvalidUpstream::ApiKey)?;
        if key.is_empty() {
            return Err(InvalidUpstream::ApiKey);
        }
        key_header.set_sensitive(true);
        let circuit = Arc::new(Circuit::new(options.circuit));
        Ok(Self { http, options, key_header, circuit, observer, ahead_millis: AtomicI64::new(0) })
    }

    pub(super) fn options(&self) -> &UpstreamOptions {
        &self.options
    }

    pub(super) fn circuit(&self) -> &Arc<Circuit> {
        &self.circuit
    }

    /// How far its clock is ahead of ours, in milliseconds, by its last answer; 0 where it says no time, or nearly ours.
    pub(super) fn ahead_millis(&self) -> i64 {
        self.ahead_millis.load(Ordering::Relaxed)
    }

    fn read_clock(&self, response: &Response) {
        let Some(date) = response.headers().get(DATE).and_then(|value| value.to_str().ok()) else { return };
        let Ok(date) = httpdate::parse_http_date(date) else { return };
        let Ok(since_epoch) = date.duration_since(UNIX_EPOCH) else { return };
        let ahead = Ts::MIN.plus(since_epoch).millis() - self.http.now().millis();
        let matters = ahead.unsigned_abs() >= CLOCKS_AGREE_MILLIS;
        self.ahead_millis.store(if matters { ahead } else { 0 }, Ordering::Relaxed);
    }

    pub(super) fn error(&self, fault: Fault) -> ApiError {
        ApiError { kind: self.options.kind, fault, retry_after: None }
    }

    /// A small request within the usual deadline.
    pub(super) fn request<'a>(
        &self,
        operation: &'static str,
        path: &'a str,
        query: &'a [(&'a str, &'a str)],
    ) -> Request<'a> {
        const SMALL_BYTES: usize = 1 << 20;
        let timeout = self.options.timeout;
        Request { operation, path, query, limit_bytes: SMALL_BYTES, timeout, retry_timeouts: true }
    }

    /// Asks who answers. It is asked even while the circuit is open, because a person who presses "test" wants to
    /// know now, and it closes the circuit if it succeeds.
    pub(super) async fn status(&self, path: &str) -> Result<SystemStatus, ApiError> {
        let request = self.request("status", path, &[]);
        let answer = self.tried(&request, &|body| {
            let record = parse_object(body)?;
            let app_name = known_app(&record.text("appName")?);
            let version = record.text("version").filter(|text| is_version(text)).unwrap_or_default();
            Some(SystemStatus { app_name, version })
        });
        answer.await
    }

    /// Asks, unless the circuit is open.
    pub(super) async fn get<T>(
        &self,
        request: &Request<'_>,
        parse: &(impl Fn(&[u8]) -> Option<T> + Sync),
    ) -> Result<T, ApiError> {
        if let Err(wait) = self.circuit.may_call(Instant::now()) {
            return Err(ApiError { retry_after: Some(wait), ..self.error(Fault::CircuitOpen) });
        }
        self.tried(request, parse).await
    }

    /// Sends JSON, once: what is sent this way is not for repeating. What the answer holds does not matter.
    pub(super) async fn post(
        &self,
        operation: &'static str,
        path: &str,
        body: &serde_json::Value,
    ) -> Result<(), ApiError> {
        let started = Instant::now();
        let answer = self.post_once(path, body).await;
        self.observer.exchanged(&Exchange {
            upstream: &self.options.name,
            operation,
            outcome: answer.as_ref().map_or_else(ApiError::outcome, |()| "ok"),
            elapsed: started.elapsed(),
        });
        answer
    }

    async fn post_once(&self, path: &str, body: &serde_json::Value) -> Result<(), ApiError> {
        let request = self.http.request(Method::POST, self.url(path));
        let request = request.map_err(|refused| self.error(refused.into()))?;
        let request = request.timeout(self.options.timeout).header("X-Api-Key", self.key_header.clone());
        let sent = request.json(body).send().await;
        let response = sent.map_err(|error| self.error(TransportFault::from_error(&error).into()))?;
        if response.status().is_success() { Ok(()) } else { self.check(&response) }
    }

    fn url(&self, path: &str) -> Url {
        let mut url = self.options.base_url.clone();
        url.set_path(&format!("{}/{path}", base_path(&self.options.base_url)));
        url.set_fragment(None);
        url.set_query(None);
        url
    }

    async fn tried<T>(
        &self,
        request: &Request<'_>,
        parse: &(impl Fn(&[u8]) -> Option<T> + Sync),
    ) -> Result<T, ApiError> {
        let retry_timeouts = request.retry_timeouts;
        let tried = self
            .options
            .retry
            .run(&self.options.name, request.operation, || async move {
                self.once(request, parse).await.map_err(|error| ConnectionAttempt { error, retry_timeouts })
            })
            .await
            .map_err(|attempt| attempt.error);
        self.record(tried.as_ref().err());
        tried
    }

    /// Tells the circuit. Any answer, also a refusal, shows that the upstream is there.
    fn record(&self, error: Option<&ApiError>) {
        let upstream = self.options.name.as_str();
        if error.is_some_and(|error| error.fault.is_outage()) {
            if self.circuit.failed(Instant::now()) {
                warn!(event = "upstream.circuit-opened", upstream);
            }
        } else if self.circuit.succeeded() {
            info!(event = "upstream.circuit-closed", upstream);
        }
    }

    async fn once<T>(
        &self,
        request: &Request<'_>,
        parse: &(impl Fn(&[u8]) -> Option<T> + Sync),
    ) -> Result<T, ApiError> {
        let started = Instant::now();
        let answer = self.exchange(request, parse).await;
        self.observer.exchanged(&Exchange {
            upstream: &self.options.name,
            operation: request.operation,
            outcome: answer.as_ref().map_or_else(ApiError::outcome, |_| "ok"),
            elapsed: started.elapsed(),
        });
        answer
    }

    async fn exchange<T>(
        &self,
        request: &Request<'_>,
        parse: &impl Fn(&[u8]) -> Option<T>,
    ) -> Result<T, ApiError> {
        let mut url = self.url(request.path);
        if !request.query.is_empty() {
            url.query_pairs_mut().extend_pairs(request.query);
        }
        let mut response = self.send(url.clone(), request.timeout).await?;
        // The app puts its own base path in front where the setting lacks it.
        if response.status() == StatusCode::TEMPORARY_REDIRECT {
            let target = own_redirect(&url, &response).ok_or_else(|| self.error(Fault::Redirected))?;
            response = self.send(target, request.timeout).await?;
        }
        self.read_clock(&response);
        self.check(&response)?;
        let body =
            read_limited(response, request.limit_bytes).await.map_err(|error| self.error(error.into()))?;
        beside_requests(body.len(), || parse(&body)).ok_or_else(|| self.error(Fault::BadAnswer))
    }

    async fn send(&self, url: Url, timeout: Duration) -> Result<Response, ApiError> {
        let request = self.http.get(url).map_err(|refused| self.error(refused.into()))?;
        let request = request
            .timeout(timeout)
            .header(ACCEPT, "application/json")
            .header("X-Api-Key", self.key_header.clone());
        request.send().await.map_err(|error| self.error(TransportFault::from_error(&error).into()))
    }

    fn check(&self, response: &Response) -> Result<(), ApiError> {
        let status = response.status();
        let fault = match status.as_u16() {
            200 => return Ok(()),
            401 | 403 => Fault::KeyRefused,
            404 | 405 => Fault::NotFound,
            425 | 429 => Fault::RateLimited,
            408 | 500..=599 => Fault::ServerError(status.as_u16()),
            300..=399 => Fault::Redirected,
            other => Fault::Refused(other),
        };
        let retry_after = retry_after::read(response.headers(), self.http.now());
        Err(ApiError { retry_after, ..self.error(fault) })
    }
}

/// The name of the app, as it writes it, if it is one that we know.
fn known_app(name: &str) -> String {
    if name.parse::<AppKind>().is_ok() { name.to_owned() } else { String::new() }
}

fn is_version(text: &str) -> bool {
    const LONGEST: usize = 24;
    text.len() <= LONGEST && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
}

/// The target of a redirect within the same origin; the key is sent nowhere else.
fn own_redirect(url: &Url, response: &Response) -> Option<Url> {
    let target = url.join(response.headers().get(LOCATION)?.to_str().ok()?).ok()?;
    (target.origin() == url.origin() && target != *url).then_some(target)
}

/// A failed try, with what its request says about time-outs.
struct ConnectionAttempt {
    error: ApiError,
    retry_timeouts: bool,
}

impl Transient for ConnectionAttempt {
    fn is_transient(&self) -> bool {
        let timed_out = self.error.fault == Fault::Transport(TransportFault::TimedOut);
        self.error.is_transient() && (self.retry_timeouts || !timed_out)
    }

    fn retry_after(&self) -> Option<Duration> {
        self.error.retry_after
    }

    fn outcome(&self) -> &'static str {
        self.error.outcome()
    }
}
