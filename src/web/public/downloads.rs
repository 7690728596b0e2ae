//! `GET /d/{feed}/{mac}/{infohash}.torrent`: a torrent, for a client that has the link which the feed gave.
//!
//! Never 304 and never a range: some clients send a feed's validators along and take anything but 200 for a failure.

use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use axum::http::{HeaderMap, Method, header};
use axum::response::{IntoResponse, Response};

use super::sent_body::body_then;
use crate::domain::infohash::Infohash;
use crate::pipeline;
use crate::publish::disposition::attachment;
use crate::publish::item::TORRENT_TYPE;
use crate::web::WebState;
use crate::web::access::feed_secret::GenuineLink;
use crate::web::input::client_name::client_name;
use crate::web::problem::{Code, Problem};
use crate::web::wire::Receipt;

/// Serves a torrent, and notes the delivery once the client has it.
pub async fn torrent(
    State(state): State<WebState>,
    Extension(GenuineLink { feed, infohash }): Extension<GenuineLink>,
    receipt: Option<Extension<Receipt>>,
    method: Method,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    // The link is genuine, so there was an item: what is not there any more was withdrawn or purged.
    let id = state.store().feed_torrent(feed.id, &infohash).await?.ok_or(Code::Gone)?;
    let torrent = state.outgoing.get(state.store(), id).await?;
    let bytes = torrent.bytes();
    if method != Method::GET {
        return Ok(as_file(&torrent.name, &infohash, bytes));
    }
    let (deps, client) = (Arc::clone(&state.deps), client_name(&headers));
    let delivered = async move { pipeline::feeds::delivered(&deps, &feed, id, client.as_deref()).await };
    let receipt = receipt.map(|Extension(receipt)| receipt);
    Ok(as_file(&torrent.name, &infohash, body_then(bytes, receipt, delivered)))
}

/// A torrent as clients want it.
pub(super) fn as_file(name: &str, infohash: &Infohash, bytes: impl IntoResponse) -> Response {
    let headers = [
        (header::CONTENT_TYPE, TORRENT_TYPE.to_owned()),
        (header::CONTENT_DISPOSITION, attachment(name, infohash)),
        (header::CACHE_CONTROL, "private, no-transform".to_owned()),
    ];
    (headers, bytes).into_response()
}
