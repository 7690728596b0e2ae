//! `GET /f/{token}/rss.xml` and its kin: a feed, for a client that knows its token.
//!
//! A feed is rendered when it changed, by `publish`; here is what HTTP adds: entity tags, 304, media types.

use std::sync::Arc;

use axum::Extension;
use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::reading::{Reader, Reading};
use super::sent_body::{body_then, when_taken};
use crate::ops::metrics::FeedResult;
use crate::pipeline;
use crate::publish::etag::Etag;
use crate::publish::feed::{self, RenderedFeed};
use crate::publish::format::FeedFormat;
use crate::publish::links::BaseUrl;
use crate::store::{Feed, StoreError};
use crate::web::WebState;
use crate::web::access::feed_secret::OpenedFeed;
use crate::web::input::client_name::client_name;
use crate::web::problem::Problem;

/// Answers with the feed that the guard has opened.
pub async fn show(
    state: WebState,
    Extension(OpenedFeed(feed)): Extension<OpenedFeed>,
    reader: Reader,
    format: FeedFormat,
) -> Response {
    respond(&state, Ok(Some(feed)), &reader, format).await
}

/// Answers with a feed, or with one that lists nothing where there is none.
pub(crate) async fn respond(
    state: &WebState,
    feed: Result<Option<Arc<Feed>>, Problem>,
    reader: &Reader,
    format: FeedFormat,
) -> Response {
    let asked = feed.as_ref().ok().cloned().flatten();
    let rendered = match feed {
        Ok(Some(feed)) => current(state, &feed, reader, format).await,
        Ok(None) => {
            let base = state.base_for(&reader.caller);
            base.map(|base| Arc::new(feed::render_empty(&state.channel, &base, format)))
        }
        Err(problem) => Err(problem),
    };
    let (response, result) = match rendered {
        Ok(rendered) => {
            let reading = asked.and_then(|feed| Reading::begin(state, feed, &rendered, reader));
            if is_current(&reader.headers, &rendered.etag) {
                if let Some(reading) = reading {
                    when_taken(reader.receipt.clone(), reading.note());
                }
                (not_modified(&rendered), FeedResult::NotModified)
            } else {
                (sent(&rendered, reading, reader, format), FeedResult::Sent)
            }
        }
        Err(problem) => (problem.into_response(), FeedResult::Refused),
    };
    state.metrics().feed_requested(format.metric_label(), result);
    response
}

async fn current(
    state: &WebState,
    feed: &Feed,
    reader: &Reader,
    format: FeedFormat,
) -> Result<Arc<RenderedFeed>, Problem> {
    let base = state.base_for(&reader.caller)?;
    state.deps.polls.count(feed.id, client_name(&reader.headers).as_deref(), state.clock().now());
    let latest = state.rendered_feeds.latest(feed.id, format, &base);
    if let Some(current) = latest.as_ref().filter(|rendered| rendered.version == feed.version) {
        return Ok(Arc::clone(current));
    }
    match render(state, feed, &base, format).await {
        Ok(rendered) => Ok(state.rendered_feeds.keep(feed.id, format, &base, rendered)),
        // The disk is full or read-only: what was listed last is better than nothing.
        Err(failure) => match latest {
            Some(latest) => {
                state.go_on_without("feed", &failure);
                Ok(latest)
            }
            None => Err(failure.into()),
        },
    }
}

async fn render(
    state: &WebState,
    feed: &Feed,
    base: &BaseUrl,
    format: FeedFormat,
) -> Result<RenderedFeed, StoreError> {
    let listing = pipeline::feeds::arrange(&state.deps, feed).await?;
    feed::render(&state.channel, base, feed, listing, format)
}

fn is_current(headers: &HeaderMap, etag: &Etag) -> bool {
    let tags = headers.get(header::IF_NONE_MATCH).and_then(|tags| tags.to_str().ok());
    tags.is_some_and(|tags| etag.matches(tags))
}

fn with_etag(mut response: Response, etag: &Etag) -> Response {
    let headers = response.headers_mut();
    if let Ok(value) = HeaderValue::from_str(&etag.header_value()) {
        headers.insert(header::ETAG, value);
    }
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    response
}

fn not_modified(rendered: &RenderedFeed) -> Response {
    with_etag(StatusCode::NOT_MODIFIED.into_response(), &rendered.etag)
}

fn sent(rendered: &RenderedFeed, reading: Option<Reading>, reader: &Reader, format: FeedFormat) -> Response {
    let bytes = rendered.body.clone();
    let body = match reading {
        Some(reading) => body_then(bytes, reader.receipt.clone(), reading.note()),
        None => Body::from(bytes),
    };
    with_etag(([(header::CONTENT_TYPE, format.media_type())], body).into_response(), &rendered.etag)
}
