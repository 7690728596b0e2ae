//! `GET /d/{feed}/{mac}/{infohash}.torrent`: a torrent, for who has the link that the feed gave.
//!
//! Never 304 and never a range: some clients send a feed's validators along and take anything but 200 for a failure.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, Method, header};
use axum::response::{IntoResponse, Response};
use tracing::info;

use crate::domain::feed::FeedPublicId;
use crate::domain::ids::TorrentId;
use crate::domain::infohash::Infohash;
use crate::ops::metrics::AuthMethod;
use crate::publish::disposition::attachment;
use crate::publish::item::TORRENT_TYPE;
use crate::publish::links::DownloadLink;
use crate::store::Feed;
use crate::web::WebState;
use crate::web::access::throttle;
use crate::web::input::client_name::client_name;
use crate::web::middleware::caller::Caller;
use crate::web::problem::{Code, Problem};
use crate::web::public::feeds::link_secret;

/// Serves a torrent and records the delivery.
pub async fn torrent(
    State(state): State<WebState>,
    Path((feed, mac, file)): Path<(String, String, String)>,
    method: Method,
    caller: Caller,
    headers: HeaderMap,
) -> Response {
    match find(&state, &caller, &feed, &mac, &file).await {
        Ok((feed, id, response)) => {
            if method == Method::GET {
                record(&state, &feed, id, &headers).await;
            }
            response
        }
        Err(problem) => problem.into_response(),
    }
}

async fn find(
    state: &WebState,
    caller: &Caller,
    feed: &str,
    mac: &str,
    file: &str,
) -> Result<(Feed, TorrentId, Response), Problem> {
    let unknown = || {
        state.metrics().auth_failed(AuthMethod::Feed);
        Problem::new(Code::NotFound)
    };
    let public_id = FeedPublicId::parse(feed).map_err(|_| unknown())?;
    let link = DownloadLink::parse(&public_id, mac, file).ok_or_else(unknown)?;
    let now = state.store().now().await?;
    let feed = state.store().feed_by_public_id(&public_id, now).await?;
    let genuine = |feed: &Feed| link_secret(feed).map(|secret| link.is_genuine(&secret));
    let genuine = feed.as_ref().map(genuine).transpose()? == Some(true);
    let Some(feed) = feed.filter(|_| genuine) else {
        return Err(throttle::wrong_secret(state, caller, AuthMethod::Feed, unknown()).await);
    };
    // The link is genuine, so there was an item: what is not there any more was withdrawn or purged.
    let gone = Code::Gone;
    let id = state.store().feed_torrent(feed.id, &link.infohash).await?.ok_or(gone)?;
    let torrent = state.store().torrent(id).await?.ok_or(gone)?;
    let bytes = torrent.bytes.ok_or(gone)?;
    Ok((feed, id, as_file(&torrent.name, &link.infohash, bytes)))
}

/// A torrent as clients want it.
pub(super) fn as_file(name: &str, infohash: &Infohash, bytes: Vec<u8>) -> Response {
    let headers = [
        (header::CONTENT_TYPE, TORRENT_TYPE.to_owned()),
        (header::CONTENT_DISPOSITION, attachment(name, infohash)),
        (header::CACHE_CONTROL, "private, no-transform".to_owned()),
    ];
    (headers, bytes).into_response()
}

/// The client has its torrent whether or not that can be written down.
async fn record(state: &WebState, feed: &Feed, id: TorrentId, headers: &HeaderMap) {
    let client = client_name(headers);
    let delivered = match state.store().now().await {
        Ok(now) => state.store().deliver(feed.id, id, client.as_deref(), now).await,
        Err(failure) => Err(failure),
    };
    state.metrics().torrent_served();
    match delivered {
        Ok(true) => info!(event = "feed.delivered", feed = feed.id.0, torrent = id.0),
        Ok(false) => {}
        Err(failure) => {
            state.go_on_without("delivery", &failure);
        }
    }
}
