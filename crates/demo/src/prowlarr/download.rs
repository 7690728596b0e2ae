//! The download proxy of the simulated Prowlarr, with every outcome that the real one has.
//!
//! After `NewznabController.cs` and `DownloadService.cs`: what the tracker answers decides the status, whether a row
//! is written, and whether the indexer is blocked for everybody.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::Response;

use super::records::Outcome;
use super::{Indexer, Prowlarr};
use crate::answers::{self, Place};
use crate::faults::{Caller, RetryAfter, Target};
use crate::query::Query;
use crate::release::{Delivery, Release};
use crate::tracker::ON_BEHALF;
use crate::wire::{self, Call, Reply, WireError};
use grabfeed_domain::app::AppKind;

const PROXIED: Outcome = Outcome { successful: true, redirected: false };
const FAILED: Outcome = Outcome { successful: false, redirected: false };
const REDIRECTED: Outcome = Outcome { successful: true, redirected: true };

const UPSTREAM_TIMEOUT: Duration = Duration::from_secs(100);
const MAX_REDIRECTS: usize = 5;

/// One download.
struct Request<'a> {
    release: &'a Release,
    indexer: &'a Indexer,
    /// The caller's product name.
    source: &'a str,
    /// The title as the row will have it.
    title: &'a str,
}

pub(super) async fn download(
    State(prowlarr): State<Arc<Prowlarr>>,
    Path(id): Path<i64>,
    RawQuery(query): RawQuery,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    let Some(indexer) = prowlarr.indexers.iter().find(|indexer| indexer.id == id) else {
        return answers::api_error(StatusCode::NOT_FOUND, "NotFound");
    };
    let query = Query::parse(&query.unwrap_or_default());
    let (Some(link), Some(file)) = (query.first("link"), query.first("file")) else {
        return answers::api_error(StatusCode::INTERNAL_SERVER_ERROR, "Invalid Prowlarr link");
    };
    let Some(release) = prowlarr.linked(link) else {
        return answers::api_error(StatusCode::INTERNAL_SERVER_ERROR, "Failed to normalize provided link");
    };
    let agent = headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or_default();
    let source = product(agent);
    let title = decoded_again(file);
    prowlarr.shared.count(|counters| {
        *counters.downloads.entry(release.id).or_default().entry(source.to_owned()).or_default() += 1;
    });
    let request = Request { release: &release, indexer, source, title: &title };

    let targets = [Target::Release(release.id), Target::Indexer(indexer.name.clone())];
    let Some(fault) = prowlarr.shared.faults.take(&targets, caller(source)) else {
        return prowlarr.answer(&request).await;
    };
    let asked = uri.to_string();
    let place =
        Place { now: prowlarr.shared.clock.now(), below_api: false, asked: &asked, release: Some(&release) };
    match answers::instead(fault, place) {
        Some(answer) => answer,
        None => answers::spoil(fault, prowlarr.answer(&request).await).await,
    }
}

impl Prowlarr {
    async fn answer(&self, request: &Request<'_>) -> Response {
        let Request { release, indexer, .. } = *request;
        let now = self.shared.clock.now();
        if !indexer.enabled() {
            return answers::xml_error(StatusCode::GONE, "Indexer is disabled");
        }
        if let Some(till) = indexer.blocked(now) {
            let seconds = till.since(now).as_secs() + 1;
            let description =
                format!("Indexer is disabled till {} due to recent failures.", till.rfc3339_seconds());
            return answers::too_many(RetryAfter::Seconds(seconds), now, &description);
        }
        if indexer.grab_limit.is_some_and(|limit| self.grabs_of_a_day(indexer) >= limit) {
            let description = "User configurable Indexer Grab Limit reached.";
            return answers::too_many(RetryAfter::Seconds(86_400), now, description);
        }
        // An NZB is never proxied, since Prowlarr 2.0.3.
        if indexer.redirect || release.delivery == Delivery::Usenet {
            self.record(release, request.source, request.title, REDIRECTED).await;
            return answers::moved(&release.tracker_url());
        }
        // No answer at all leaves no row, but blocks the indexer.
        let Ok(reply) = self.fetch(request).await else {
            indexer.failed(now, Duration::ZERO);
            return answers::xml_error(StatusCode::INTERNAL_SERVER_ERROR, "Failed to download release");
        };
        self.translate(request, reply).await
    }

    /// What the tracker said, in Prowlarr's words.
    async fn translate(&self, request: &Request<'_>, reply: Reply) -> Response {
        let Request { release, indexer, source, title } = *request;
        let now = self.shared.clock.now();
        match reply.status {
            404 => {
                self.record(release, source, title, FAILED).await;
                answers::xml_error(StatusCode::GONE, "Download failed: release is no longer available")
            }
            429 => {
                let wait = reply.header("retry-after").and_then(|text| text.parse().ok()).unwrap_or(0);
                indexer.failed(now, Duration::from_secs(wait));
                self.record(release, source, title, FAILED).await;
                let after = if wait > 0 { RetryAfter::Seconds(wait) } else { RetryAfter::Absent };
                answers::too_many(after, now, "API Request Limit Reached")
            }
            400.. => {
                indexer.failed(now, Duration::ZERO);
                self.record(release, source, title, FAILED).await;
                let description = format!("HTTP request failed: [{}] [GET]", reply.status);
                answers::xml_error(StatusCode::INTERNAL_SERVER_ERROR, &description)
            }
            _ => self.deliver(request, reply).await,
        }
    }

    async fn deliver(&self, request: &Request<'_>, reply: Reply) -> Response {
        let magnet = reply.header("location").filter(|location| location.starts_with("magnet:"));
        if let Some(magnet) = magnet {
            request.indexer.succeeded();
            self.record(request.release, request.source, request.title, PROXIED).await;
            return answers::moved(magnet);
        }
        // Not blocked and not recorded: the file is looked at after everything else.
        if !(reply.body.starts_with(b"d") && reply.body.ends_with(b"e")) {
            return answers::xml_error(StatusCode::INTERNAL_SERVER_ERROR, "Invalid torrent file contents");
        }
        request.indexer.succeeded();
        self.record(request.release, request.source, request.title, PROXIED).await;
        answers::torrent(&request.release.title, reply.body)
    }

    /// Fetches from the tracker; redirects are followed up to a magnet.
    async fn fetch(&self, request: &Request<'_>) -> Result<Reply, WireError> {
        request.indexer.wait_for_turn(self.tracker_pace).await;
        let mut url = request.release.tracker_url();
        for _ in 0..=MAX_REDIRECTS {
            let mut headers = vec![("User-Agent", "Mozilla/5.0 (demo)".to_owned())];
            if caller(request.source) == Caller::SimulatedApp {
                headers.push((ON_BEHALF, request.source.to_owned()));
            }
            let call = Call { method: "GET", url: &url, headers, body: Vec::new() };
            let reply = wire::send(call, UPSTREAM_TIMEOUT).await?;
            let location = reply.header("location").filter(|_| (300..400).contains(&reply.status));
            match location {
                Some(location) if !location.starts_with("magnet:") => {
                    let base = url::Url::parse(&url).map_err(|_| WireError::BadUrl)?;
                    url = base.join(location).map_err(|_| WireError::BadUrl)?.into();
                }
                _ => return Ok(reply),
            }
        }
        Err(WireError::BrokenAnswer)
    }
}

/// The product token of a user agent: letters and digits before a slash, else `Other`.
fn product(agent: &str) -> &str {
    match agent.split_once('/') {
        Some((name, _)) if !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric()) => name,
        _ => "Other",
    }
}

fn caller(source: &str) -> Caller {
    let simulated = source.parse::<AppKind>().is_ok();
    if simulated { Caller::SimulatedApp } else { Caller::Outside }
}

/// The title was decoded once as a query value; Prowlarr decodes it again, and a `+` becomes a space.
fn decoded_again(file: &str) -> String {
    let raw = format!("t={}", file.replace('&', "%26"));
    Query::parse(&raw).first("t").unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_source_is_the_product_name_or_other() {
        assert_eq!(product("Grabfeed/0.1 (x)"), "Grabfeed");
        for agent in ["", "curl", "grab-feed/1.0", "/1"] {
            assert_eq!(product(agent), "Other", "{agent}");
        }
    }

    #[test]
    fn a_plus_in_a_title_becomes_a_space() {
        assert_eq!(decoded_again("A.DD+5.1 R&B=x-GRP"), "A.DD 5.1 R&B=x-GRP");
    }
}
