//! What the last answer of a download means: a torrent, a magnet link, or a reason (arr-apis §1.3).
//!
//! The content decides, not the type that the answer claims. Of a body that is no torrent only its beginning is
//! read, and nothing of it is kept. Must not know: how the answer was reached.

use reqwest::header::{CONTENT_TYPE, HeaderMap, SERVER};
use reqwest::{Response, StatusCode};

use super::body::{Beginning, Body};
use super::outcome::{DownloadError, DownloadLimits, Downloaded, Via};
use super::redirect::magnet;
use crate::domain::magnet::is_magnet;
use crate::domain::reason::Reason;
use crate::domain::time::Ts;
use crate::upstream::retry_after;

/// Whether the status is a redirect that has a target.
pub(super) fn is_redirect(status: StatusCode) -> bool {
    matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308)
}

/// Whether Prowlarr itself answered. It says 503 only while it starts, and whatever stands in front of it says 502 or
/// 503 while it is away; what its indexers answer it turns into other statuses.
pub(super) fn check_prowlarr_is_up(response: &Response, now: Ts) -> Result<(), DownloadError> {
    let status = response.status().as_u16();
    if matches!(status, 502 | 503) && !is_challenge_header(response.headers()) {
        let retry_after = retry_after::read(response.headers(), now);
        return Err(DownloadError { retry_after, ..DownloadError::at(Reason::ProwlarrUnavailable, status) });
    }
    Ok(())
}

/// Reads the answer that is no redirect.
pub(super) async fn read(
    response: Response,
    via: Via,
    now: Ts,
    limits: &DownloadLimits,
) -> Result<Downloaded, DownloadError> {
    let status = response.status().as_u16();
    let retry_after = retry_after::read(response.headers(), now);
    let headers = response.headers().clone();
    let refuse = |reason| DownloadError { retry_after, ..DownloadError::at(reason, status) };
    let mut body = Body::new(response, limits);
    if status != 200 {
        // The body tells only which kind of refusal it is; if it cannot be read, the status stands.
        let beginning = body.sniff().await.unwrap_or_default();
        return Err(refuse(refusal(status, via, &headers, &beginning)));
    }
    body.check_announced().map_err(refuse)?;
    let beginning = body.sniff().await.map_err(refuse)?;
    if beginning.is_torrent() {
        return body.into_rest().await.map(Downloaded::Torrent).map_err(refuse);
    }
    let text = beginning.text();
    if is_magnet(&text) {
        let line = text.lines().next().unwrap_or_default();
        return magnet(line.trim()).map_err(|error| refuse(error.reason));
    }
    if beginning.is_gzip() {
        let packed = body.into_rest().await.map_err(refuse)?;
        return super::body::unpack(packed, limits.max_size_bytes)
            .await
            .map(Downloaded::Torrent)
            .map_err(refuse);
    }
    Err(refuse(match beginning.error_code() {
        Some(code) => refusal(code, via, &headers, &beginning),
        None if is_challenge(&headers, &beginning) => Reason::ChallengePage,
        // Prowlarr sends no pages: this is the sign-in, or the maintenance, of what stands in front of it.
        None if is_html(&headers, &text) && via == Via::Prowlarr => Reason::ProwlarrUnavailable,
        None if is_html(&headers, &text) => Reason::HtmlPage,
        None => Reason::NotATorrent,
    }))
}

/// What a status other than 200 means; also for a status that an old Prowlarr wrote into the body of a 200.
fn refusal(status: u16, via: Via, headers: &HeaderMap, beginning: &Beginning) -> Reason {
    if via == Via::Prowlarr
        && let Some(reason) = refusal_of_prowlarr(status, beginning)
    {
        return reason;
    }
    match status {
        403 | 429 | 503 if is_challenge(headers, beginning) => Reason::ChallengePage,
        401 | 403 | 407 => Reason::AccessRefused,
        404 => Reason::NotFound,
        410 => Reason::Gone,
        408 | 504 | 522 | 524 => Reason::TimedOut,
        425 | 429 => Reason::RateLimited,
        400..=499 => Reason::RequestRefused,
        500..=599 => Reason::IndexerError,
        // 1xx, 2xx without a file, 304 without a question, and numbers that are no status.
        _ => Reason::BadAnswer,
    }
}

/// What Prowlarr says in ways of its own, and what only something that stands in front of it says: a reverse proxy that does
/// not know the host, a sign-in page, maintenance. That is the household's matter and passes.
fn refusal_of_prowlarr(status: u16, beginning: &Beginning) -> Option<Reason> {
    let says = |what| beginning.says(what);
    match status {
        400 if says("grab limit") => Some(Reason::RateLimited),
        401 | 403 | 407 => Some(Reason::ProwlarrKeyRefused),
        429 if says("disabled till") => Some(Reason::IndexerBlocked),
        500 if says("invalid prowlarr link") || says("failed to normalize provided link") => {
            Some(Reason::BadLink)
        }
        400..=499 if !matches!(status, 408 | 410 | 425 | 429) && !beginning.is_of_a_program() => {
            Some(Reason::ProwlarrUnavailable)
        }
        410 if !beginning.is_of_a_program() => Some(Reason::ProwlarrUnavailable),
        _ => None,
    }
}

fn is_challenge_header(headers: &HeaderMap) -> bool {
    headers.get("cf-mitigated").is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"challenge"))
}

/// A page that asks a person to prove that they are one.
fn is_challenge(headers: &HeaderMap, beginning: &Beginning) -> bool {
    const MARKS: [&str; 5] =
        ["/cdn-cgi/challenge-platform/", "<title>just a moment", "ddos-guard", "cf-turnstile", "cf_chl_"];
    let text = beginning.text().to_ascii_lowercase();
    let guarded =
        headers.get(SERVER).is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"ddos-guard"));
    let html = is_html(headers, &text);
    is_challenge_header(headers) || html && (guarded || MARKS.iter().any(|mark| text.contains(mark)))
}

fn is_html(headers: &HeaderMap, text: &str) -> bool {
    let claimed = headers.get(CONTENT_TYPE).is_some_and(|value| value.as_bytes().starts_with(b"text/html"));
    let text = text.get(..512).unwrap_or(text).to_ascii_lowercase();
    text.starts_with('<') && (claimed || text.contains("<!doctype html") || text.contains("<html"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from_status(status: u16, via: Via, body: &str) -> Reason {
        refusal(status, via, &HeaderMap::new(), &Beginning::from_bytes(body.as_bytes()))
    }

    #[test]
    fn every_status_has_its_reason() {
        for (status, reason) in [
            (100, Reason::BadAnswer),
            (204, Reason::BadAnswer),
            (206, Reason::BadAnswer),
            (300, Reason::BadAnswer),
            (304, Reason::BadAnswer),
            (400, Reason::RequestRefused),
            (401, Reason::AccessRefused),
            (403, Reason::AccessRefused),
            (404, Reason::NotFound),
            (408, Reason::TimedOut),
            (410, Reason::Gone),
            (429, Reason::RateLimited),
            (451, Reason::RequestRefused),
            (500, Reason::IndexerError),
            (503, Reason::IndexerError),
            (520, Reason::IndexerError),
            (524, Reason::TimedOut),
            (600, Reason::BadAnswer),
        ] {
            assert_eq!(from_status(status, Via::Direct, ""), reason, "{status}");
        }
    }

    #[test]
    fn prowlarr_refuses_in_ways_of_its_own() {
        assert_eq!(from_status(401, Via::Prowlarr, ""), Reason::ProwlarrKeyRefused);
        assert_eq!(
            from_status(500, Via::Prowlarr, r#"{"message":"Invalid Prowlarr link"}"#),
            Reason::BadLink
        );
        assert_eq!(
            from_status(500, Via::Prowlarr, r#"{"message":"Failed to normalize provided link"}"#),
            Reason::BadLink
        );
        assert_eq!(
            from_status(500, Via::Prowlarr, r#"<error code="500" description="x"/>"#),
            Reason::IndexerError
        );
        assert_eq!(
            from_status(500, Via::Direct, r#"{"message":"Invalid Prowlarr link"}"#),
            Reason::IndexerError
        );
    }

    #[test]
    fn a_challenge_is_told_from_a_refusal() {
        let page = "<!DOCTYPE html><html><head><title>Just a moment...</title>";
        assert_eq!(from_status(403, Via::Direct, page), Reason::ChallengePage);
        assert_eq!(from_status(503, Via::Direct, page), Reason::ChallengePage);
        assert_eq!(from_status(403, Via::Direct, "<html>no"), Reason::AccessRefused);
        let headers = [("cf-mitigated", "challenge")]
            .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()));
        let headers = HeaderMap::from_iter(headers);
        assert_eq!(refusal(403, Via::Direct, &headers, &Beginning::default()), Reason::ChallengePage);
    }
}
