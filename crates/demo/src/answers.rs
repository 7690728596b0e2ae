//! How answers look on the wire, good ones and faulty ones.
//!
//! JSON is indented and says its charset, as the apps' is; Prowlarr's download errors are XML with the type of a feed.

use axum::body::{Body, Bytes};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::{StreamExt, stream};
use serde::Serialize;
use serde_json::json;

use grabfeed_domain::time::Ts;

use super::faults::{Fault, RetryAfter};
use super::release::Release;
use super::torrents::{TorrentSpec, generate};

/// The MIME type of a torrent.
pub const TORRENT_TYPE: &str = "application/x-bittorrent";

/// An answer of the API.
pub fn api(status: StatusCode, body: &impl Serialize) -> Response {
    let text = serde_json::to_string_pretty(body).unwrap_or_default();
    (status, [(header::CONTENT_TYPE, "application/json; charset=utf-8")], text).into_response()
}

/// Marks an answer of the API's error pipeline, which begins anew: no header that was set before is left.
#[derive(Debug, Clone, Copy)]
pub struct FromErrorPipeline;

/// An error as the API's error pipeline writes it.
pub fn api_error(status: StatusCode, message: &str) -> Response {
    let body = json!({ "message": message, "description": format!("{message}\n   at {STACK}") });
    let mut answer = api(status, &body);
    answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    answer.extensions_mut().insert(FromErrorPipeline);
    answer
}

/// An error of Prowlarr's download and search routes.
pub fn xml_error(status: StatusCode, description: &str) -> Response {
    let code = status.as_u16();
    let text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<error code=\"{code}\" description=\"{description}\" />"
    );
    (status, [(header::CONTENT_TYPE, "application/rss+xml; charset=utf-8")], text).into_response()
}

/// A web page.
pub fn page(status: StatusCode, title: &str) -> Response {
    let text = format!(
        "<!DOCTYPE html>\n<html><head><title>{title}</title></head>\
         <body><form action=\"/login\"><input name=\"user\"></form></body></html>"
    );
    (status, [(header::CONTENT_TYPE, "text/html; charset=utf-8")], text).into_response()
}

/// 301, as `RedirectPermanent` answers it.
pub fn moved(location: &str) -> Response {
    let location = HeaderValue::from_str(location).unwrap_or_else(|_| HeaderValue::from_static("/"));
    (StatusCode::MOVED_PERMANENTLY, [(header::LOCATION, location)]).into_response()
}

/// A `.torrent`, named as Prowlarr names it.
pub fn torrent(title: &str, bytes: Vec<u8>) -> Response {
    let name: String = title.chars().filter(|c| c.is_ascii_graphic() && *c != '"').collect();
    let disposition = format!("attachment; filename=\"{name}.torrent\"");
    let headers =
        [(header::CONTENT_TYPE, TORRENT_TYPE.to_owned()), (header::CONTENT_DISPOSITION, disposition)];
    (headers, bytes).into_response()
}

/// 429 with what it says about when to come back.
pub fn too_many(retry_after: RetryAfter, now: Ts, description: &str) -> Response {
    let mut answer = xml_error(StatusCode::TOO_MANY_REQUESTS, description);
    let value = match retry_after {
        RetryAfter::Absent => None,
        RetryAfter::Seconds(seconds) => Some(HeaderValue::from(seconds)),
        RetryAfter::Date(length) => {
            let date = now.plus(length).rfc822().replace("+0000", "GMT");
            HeaderValue::from_str(&date).ok()
        }
    };
    if let Some(value) = value {
        answer.headers_mut().insert(header::RETRY_AFTER, value);
    }
    answer
}

/// Where a faulty answer is given.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// The moment.
    pub now: Ts,
    /// Whether the path is below `/api`.
    pub below_api: bool,
    /// The path and query that were asked for.
    pub asked: &'a str,
    /// The release that was asked for, if one was.
    pub release: Option<&'a Release>,
}

/// The answer that a fault puts in place of the right one; `None` if the fault spoils the right one.
pub fn instead(fault: Fault, place: Place<'_>) -> Option<Response> {
    let answer = match fault {
        Fault::Slow(_) | Fault::ResetMidBody | Fault::Truncated => return None,
        Fault::ErrorJson => api_error(StatusCode::INTERNAL_SERVER_ERROR, "database disk image is malformed"),
        Fault::ErrorXml => {
            xml_error(StatusCode::INTERNAL_SERVER_ERROR, "HTTP request failed: [500:InternalServerError]")
        }
        Fault::ErrorHtml => page(StatusCode::INTERNAL_SERVER_ERROR, "500 Internal Server Error"),
        Fault::StartingUp if place.below_api => {
            let body = json!({ "errorMessage": "The application is starting up, please try again later" });
            api(StatusCode::SERVICE_UNAVAILABLE, &body)
        }
        Fault::StartingUp => {
            (StatusCode::SERVICE_UNAVAILABLE, "The application is starting up").into_response()
        }
        Fault::TooManyRequests(after) => {
            too_many(after, place.now, "User configurable Indexer Grab Limit reached.")
        }
        Fault::IndexerDisabled => xml_error(StatusCode::GONE, "Indexer is disabled"),
        Fault::ReleaseGone => xml_error(StatusCode::GONE, "Download failed: release is no longer available"),
        Fault::NotFound => api_error(StatusCode::NOT_FOUND, "NotFound"),
        Fault::Forbidden => page(StatusCode::FORBIDDEN, "403 Forbidden"),
        Fault::MagnetRedirect => {
            moved(&place.release.map_or_else(|| FALLBACK_MAGNET.into(), Release::magnet))
        }
        Fault::TrackerRedirect => moved(&place.release.map_or_else(|| "/".into(), Release::tracker_url)),
        Fault::RedirectLoop => moved(place.asked),
        Fault::LoginPage => page(StatusCode::OK, "Login"),
        Fault::XmlWithOk => {
            let mut answer = xml_error(StatusCode::TOO_MANY_REQUESTS, "Request limit reached");
            *answer.status_mut() = StatusCode::OK;
            answer
        }
        Fault::WrongTorrent => torrent("wrong", wrong_torrent(place.release)),
        Fault::Oversized(bytes) => torrent("oversized", oversized(bytes)),
    };
    Some(answer)
}

/// Spoils the right answer.
pub async fn spoil(fault: Fault, right: Response) -> Response {
    match fault {
        Fault::Slow(length) => {
            tokio::time::sleep(length).await;
            right
        }
        Fault::ResetMidBody => cut(right, true).await,
        Fault::Truncated => cut(right, false).await,
        _ => right,
    }
}

/// Keeps the first half of the body; `broken` promises the whole and then closes the connection.
async fn cut(right: Response, broken: bool) -> Response {
    let (mut parts, body) = right.into_parts();
    let whole = axum::body::to_bytes(body, usize::MAX).await.unwrap_or_default();
    let half = whole.slice(..whole.len() / 2);
    parts.headers.remove(header::CONTENT_LENGTH);
    if !broken {
        return Response::from_parts(parts, Body::from(half));
    }
    parts.headers.insert(header::CONTENT_LENGTH, HeaderValue::from(whole.len()));
    // Waiting once lets the server send what it has; without it the client would not even see the status.
    let broken = stream::once(async {
        tokio::task::yield_now().await;
        Err(std::io::Error::from(std::io::ErrorKind::ConnectionReset))
    });
    let begun = stream::iter([Ok::<Bytes, std::io::Error>(half)]);
    Response::from_parts(parts, Body::from_stream(begun.chain(broken)))
}

fn wrong_torrent(release: Option<&Release>) -> Vec<u8> {
    let title = release.map_or("Wrong", |release| release.title.as_str());
    generate(&format!("{title}.other"), "http://127.0.0.1:9/announce", &TorrentSpec::default()).metainfo
}

fn oversized(bytes: usize) -> Vec<u8> {
    let mut body = format!("d4:junk{bytes}:").into_bytes();
    body.resize(body.len() + bytes, b'x');
    body.push(b'e');
    body
}

const FALLBACK_MAGNET: &str = "magnet:?xt=urn:btih:00112233445566778899aabbccddeeff00112233&dn=magnet";

/// What the apps put into `description`; it names a URL with a key, so it must never be shown or logged.
const STACK: &str = "NzbDrone.Common.Http.HttpClient.ExecuteAsync(HttpRequest request) in ./HttpClient.cs:line 131\n   \
    at GET http://localhost:9696/1/download?apikey=test-key-in-a-stack-trace&link=x&file=y\n   \
    at NzbDrone.Core.Datastore.BasicRepository.GetPaged() in ./BasicRepository.cs:line 400";
