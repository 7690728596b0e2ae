//! `GET /f/{token}/…`: a feed. Rendered once per change and kept as bytes; an unchanged feed costs one indexed lookup, which
//! requests that come together share.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;

use crate::auth::token::{Token, TokenKind};
use crate::domain::ids::FeedId;
use crate::ops::metrics::{AuthMethod, FeedFormat, FeedResult};
use crate::publish::etag::Etag;
use crate::publish::item::{Channel, Item, Source};
use crate::publish::links::{BaseUrl, DownloadLink};
use crate::publish::mac::DownloadSecret;
use crate::publish::{predecessor_json, rss};
use crate::store::{Feed, ListedItem, StoreError};
use crate::web::WebState;
use crate::web::access::throttle;
use crate::web::input::client_name::client_name;
use crate::web::middleware::caller::Caller;
use crate::web::problem::{Code, Problem};
use crate::web::public::shared_lookup::SharedLookup;

/// Feeds kept rendered. A household has a few; strangers cannot add any, since only known tokens are rendered.
const CACHED: usize = 256;

/// What became of the look for a feed: `None` if no feed has the token.
type Found = Result<Option<Arc<Feed>>, Problem>;

/// What is kept of feeds that were asked for.
#[derive(Debug, Default)]
pub struct FeedCache {
    /// Rendered feeds by feed, format and base URL.
    rendered: Mutex<HashMap<(FeedId, Format, String), Arc<Rendered>>>,
    /// The looks for feeds by the hash of their token.
    lookups: Mutex<HashMap<[u8; 32], Arc<SharedLookup<Found>>>>,
}

#[derive(Debug)]
struct Rendered {
    version: i64,
    etag: Etag,
    body: Bytes,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Format {
    Rss,
    PredecessorJson,
}

impl FeedCache {
    fn get(&self, key: &(FeedId, Format, String)) -> Option<Arc<Rendered>> {
        self.rendered.lock().unwrap_or_else(PoisonError::into_inner).get(key).cloned()
    }

    fn put(&self, key: (FeedId, Format, String), rendered: &Arc<Rendered>) {
        let mut cache = self.rendered.lock().unwrap_or_else(PoisonError::into_inner);
        if cache.len() >= CACHED {
            cache.clear();
        }
        cache.insert(key, Arc::clone(rendered));
    }

    /// The feed with this token, as the database has it now.
    async fn feed(&self, state: &WebState, token_hash: [u8; 32]) -> Found {
        let known = self.lookups().get(&token_hash).cloned();
        let found = match &known {
            Some(lookup) => lookup.answer(look(state, &token_hash)).await,
            None => look(state, &token_hash).await,
        };
        match (&found, known) {
            (Ok(Some(_)), None) => {
                let mut lookups = self.lookups();
                if lookups.len() >= CACHED {
                    lookups.clear();
                }
                lookups.entry(token_hash).or_default();
            }
            (Ok(None), Some(_)) => drop(self.lookups().remove(&token_hash)),
            _ => {}
        }
        found
    }

    fn lookups(&self) -> MutexGuard<'_, HashMap<[u8; 32], Arc<SharedLookup<Found>>>> {
        self.lookups.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// `GET /f/{token}/rss.xml`
pub async fn rss(
    state: State<WebState>,
    token: Path<String>,
    caller: Caller,
    headers: HeaderMap,
) -> Response {
    answer(&state, &token, &caller, &headers, Format::Rss).await
}

/// `GET /f/{token}/torrent.json`, in the predecessor's shape.
pub async fn predecessor_json(
    state: State<WebState>,
    token: Path<String>,
    caller: Caller,
    headers: HeaderMap,
) -> Response {
    answer(&state, &token, &caller, &headers, Format::PredecessorJson).await
}

async fn answer(
    state: &WebState,
    token: &str,
    caller: &Caller,
    headers: &HeaderMap,
    format: Format,
) -> Response {
    let feed = by_token(state, token, caller).await.map(Some);
    respond(state, feed, caller, headers, format).await
}

async fn by_token(state: &WebState, token: &str, caller: &Caller) -> Result<Arc<Feed>, Problem> {
    let unknown = || {
        state.metrics().auth_failed(AuthMethod::Feed);
        Problem::new(Code::NotFound)
    };
    let token =
        Token::parse(token).ok().filter(|token| token.kind() == TokenKind::Feed).ok_or_else(unknown)?;
    match state.feeds.feed(state, token.hash()).await? {
        Some(feed) => Ok(feed),
        None => Err(throttle::wrong_secret(state, caller, AuthMethod::Feed, unknown()).await),
    }
}

/// Answers with a feed, or with one that lists nothing where there is none.
pub(super) async fn respond(
    state: &WebState,
    feed: Result<Option<Arc<Feed>>, Problem>,
    caller: &Caller,
    headers: &HeaderMap,
    format: Format,
) -> Response {
    let rendered = match feed {
        Ok(Some(feed)) => current(state, &feed, caller, headers, format).await,
        Ok(None) => state.base.of(caller).map(|base| Arc::new(write(state, None, &base, &[], 0, format))),
        Err(problem) => Err(problem),
    };
    let (response, result) = match rendered {
        Ok(rendered) if is_current(headers, &rendered.etag) => {
            (not_modified(&rendered), FeedResult::NotModified)
        }
        Ok(rendered) => (sent(&rendered, format), FeedResult::Sent),
        Err(problem) => (problem.into_response(), FeedResult::Refused),
    };
    let label = match format {
        Format::Rss => FeedFormat::Rss,
        Format::PredecessorJson => FeedFormat::Legacy,
    };
    state.metrics().feed_requested(label, result);
    response
}

async fn current(
    state: &WebState,
    feed: &Feed,
    caller: &Caller,
    headers: &HeaderMap,
    format: Format,
) -> Result<Arc<Rendered>, Problem> {
    let base = state.base.of(caller)?;
    state.deps.polls.count(feed.id, client_name(headers).as_deref(), state.clock().now());
    let key = (feed.id, format, base.as_str().to_owned());
    let cached = state.feeds.get(&key);
    if let Some(current) = cached.as_ref().filter(|rendered| rendered.version == feed.version) {
        return Ok(Arc::clone(current));
    }
    match render(state, feed, &base, format).await {
        Ok(rendered) => {
            let rendered = Arc::new(rendered);
            state.feeds.put(key, &rendered);
            Ok(rendered)
        }
        // The disk is full or read-only: what was listed last is better than nothing.
        Err(failure) => {
            state.go_on_without("feed", &failure);
            cached.ok_or(Problem::new(Code::Unavailable))
        }
    }
}

async fn look(state: &WebState, token_hash: &[u8; 32]) -> Found {
    let found = state.store().feed_by_token(token_hash, state.clock().now()).await;
    Ok(found?.map(Arc::new))
}

async fn render(
    state: &WebState,
    feed: &Feed,
    base: &BaseUrl,
    format: Format,
) -> Result<Rendered, StoreError> {
    let now = state.store().now().await?;
    let listing = state.store().arrange_feed(feed.id, &state.deps.rules.feeds, now).await?;
    let secret = link_secret(feed)?;
    let items: Vec<Item> =
        listing.items.into_iter().map(|item| published(item, feed, &secret, base)).collect();
    Ok(write(state, Some(feed), base, &items, listing.version, format))
}

fn write(
    state: &WebState,
    feed: Option<&Feed>,
    base: &BaseUrl,
    items: &[Item],
    version: i64,
    format: Format,
) -> Rendered {
    let title = &state.channel.title;
    let named = feed.map_or_else(|| title.clone(), |feed| format!("{title} – {}", feed.name));
    let described = Some(&state.channel.description).filter(|text| !text.is_empty());
    let channel = Channel {
        description: described.unwrap_or(&named).clone(),
        title: named,
        link: base.as_str().to_owned(),
        self_url: None,
    };
    let body = match format {
        Format::Rss => rss::render(&channel, items),
        Format::PredecessorJson => predecessor_json::render(&channel, items),
    };
    Rendered { version, etag: Etag::of(&body), body: body.into() }
}

/// The secret that signs a feed's download links.
pub(super) fn link_secret(feed: &Feed) -> Result<DownloadSecret, StoreError> {
    let unknown = StoreError::Inconsistent { table: "feed", what: "link_secret", row: feed.id.0 };
    let bytes: [u8; 32] = feed.link_secret.as_slice().try_into().map_err(|_| unknown)?;
    Ok(DownloadSecret::from_bytes(bytes))
}

fn published(item: ListedItem, feed: &Feed, secret: &DownloadSecret, base: &BaseUrl) -> Item {
    let source = match item.magnet {
        Some(link) => Source::Magnet(link),
        None => Source::Torrent {
            url: base.download(&DownloadLink::new(&feed.public_id, secret, item.infohash)),
            total_bytes: item.total_bytes,
        },
    };
    let description = match &item.indexer {
        Some(indexer) => format!("{} · {indexer}", item.category),
        None => item.category.clone(),
    };
    Item {
        title: item.title,
        source,
        infohash: item.infohash,
        pub_at: item.pub_at,
        description,
        category: item.category,
        indexer: item.indexer,
    }
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

fn not_modified(rendered: &Rendered) -> Response {
    with_etag(StatusCode::NOT_MODIFIED.into_response(), &rendered.etag)
}

fn sent(rendered: &Rendered, format: Format) -> Response {
    let content_type = match format {
        Format::Rss => rss::CONTENT_TYPE,
        Format::PredecessorJson => predecessor_json::CONTENT_TYPE,
    };
    let response =
        ([(header::CONTENT_TYPE, content_type)], Body::from(rendered.body.clone())).into_response();
    with_etag(response, &rendered.etag)
}
