//! Downloading what a link leads to, once.
//!
//! A failed download through Prowlarr makes Prowlarr block that indexer for the whole household, so nothing is
//! repeated here, except what Prowlarr answered without asking the indexer: a refused connection, or that it is
//! still starting. Redirects are followed by hand, each hop under the address policy; no key and no `Referer` is sent
//! anywhere. Owns: the way from a link to bytes or a reason. Must not know: bencode, the schedule, the database.

mod body;
mod outcome;
mod redirect;
mod response;
mod spool;

use std::sync::Arc;

use reqwest::Response;
use reqwest::header::ACCEPT;
use secrecy::ExposeSecret;
use tokio::time::{Instant, timeout};
use url::Url;

pub use self::outcome::{DownloadError, DownloadLimits, Downloaded, Link, Via};
use self::redirect::Trail;
use crate::domain::magnet::is_magnet;
use crate::domain::reason::Reason;
use crate::upstream::circuit::Circuit;
use crate::upstream::http::Http;
use crate::upstream::observe::{Exchange, Observer};
use crate::upstream::retry::{RetryPolicy, Transient};
use crate::upstream::transport::TransportFault;

/// Downloads links.
pub struct Downloader {
    http: Http,
    retry: RetryPolicy,
    prowlarr: Option<Arc<Circuit>>,
    observer: Arc<dyn Observer>,
}

impl Downloader {
    /// A downloader; `retry` is for a Prowlarr that cannot be reached.
    pub fn new(http: Http, retry: RetryPolicy, observer: Arc<dyn Observer>) -> Self {
        Self { http, retry, prowlarr: None, observer }
    }

    /// Shares the circuit of the API's client, so that a Prowlarr that is down is not asked once per due download.
    #[must_use]
    pub fn with_prowlarr_circuit(self, circuit: Arc<Circuit>) -> Self {
        Self { prowlarr: Some(circuit), ..self }
    }

    /// Fetches what the link leads to.
    pub async fn fetch(&self, link: &Link, limits: &DownloadLimits) -> Result<Downloaded, DownloadError> {
        let started = Instant::now();
        let fetched = timeout(limits.total, self.follow(link, limits))
            .await
            .unwrap_or(Err(DownloadError::new(Reason::TimedOut)));
        self.observer.exchanged(&Exchange {
            upstream: match link.via {
                Via::Prowlarr => "prowlarr",
                Via::Direct => "direct",
            },
            operation: "download",
            outcome: fetched.as_ref().map_or_else(|error| error.reason.code(), |_| "ok"),
            elapsed: started.elapsed(),
        });
        fetched
    }

    async fn follow(&self, link: &Link, limits: &DownloadLimits) -> Result<Downloaded, DownloadError> {
        let text = link.url.expose_secret().trim();
        if is_magnet(text) {
            return redirect::magnet(text);
        }
        let mut trail = Trail::starting_at(text)?;
        let mut response = self.first(trail.current(), link.via, limits).await?;
        let (mut via, first) = (link.via, trail.current().origin());
        while response::is_redirect(response.status()) {
            let came_from = trail.current().origin();
            match trail.next(&response, |url| self.http.is_configured(url))? {
                redirect::Target::Magnet(magnet) => return Ok(magnet),
                redirect::Target::Url(url) => {
                    // Who may lead us into the household: Prowlarr, and each place to itself. To anybody else its addresses are
                    // shut, or a stranger could make us ask there.
                    let may_lead = via == Via::Prowlarr || url.origin() == came_from;
                    // What comes after the first hop is the tracker's, whoever sent us there, unless we are where we were.
                    if url.origin() != first {
                        via = Via::Direct;
                    }
                    drop(response);
                    response = self.send(url, via, limits, may_lead).await?;
                }
            }
        }
        response::read(response, via, self.http.now(), limits).await
    }

    async fn first(&self, url: Url, via: Via, limits: &DownloadLimits) -> Result<Response, DownloadError> {
        if via == Via::Direct {
            return self.send(url, via, limits, true).await;
        }
        if let Some(Err(wait)) = self.prowlarr.as_ref().map(|circuit| circuit.may_call(Instant::now())) {
            let unavailable = DownloadError::new(Reason::ProwlarrUnavailable);
            return Err(DownloadError { retry_after: Some(wait), ..unavailable });
        }
        let ask = || async {
            let response = self.send(url.clone(), via, limits, true).await?;
            response::check_prowlarr_is_up(&response, self.http.now())?;
            Ok(response)
        };
        let answer: Result<_, DownloadError> = self.retry.run("prowlarr", "download", ask).await;
        match (&self.prowlarr, &answer) {
            (Some(circuit), Ok(_)) => _ = circuit.succeeded(),
            (Some(circuit), Err(error)) if error.is_transient() => _ = circuit.failed(Instant::now()),
            // A download that came to nothing may be the indexer's fault: it says nothing of Prowlarr.
            _ => {}
        }
        answer
    }

    /// `to_configured`: whether the places that the person configured are open.
    async fn send(
        &self,
        url: Url,
        via: Via,
        limits: &DownloadLimits,
        to_configured: bool,
    ) -> Result<Response, DownloadError> {
        let refused = DownloadError::refused(&url);
        let request = if to_configured { self.http.get(url) } else { self.http.get_for_stranger(url) };
        let Ok(request) = request else { return Err(refused) };
        let sending = timeout(limits.idle, request.header(ACCEPT, "*/*").send());
        let sent = sending.await.map_err(|_| DownloadError::new(Reason::TimedOut))?;
        sent.map_err(|error| match TransportFault::from_error(&error) {
            TransportFault::AddressRefused => refused,
            fault => DownloadError::transport(fault, via),
        })
    }
}
