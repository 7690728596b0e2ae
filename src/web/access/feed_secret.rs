//! The secrets in a feed's URLs: its token, and the code that signs each download link.

use std::sync::Arc;

use axum::RequestExt;
use axum::extract::{Path, Request};

use super::key::wrong_secret;
use crate::auth::token::{Token, TokenKind};
use crate::domain::feed::FeedPublicId;
use crate::domain::infohash::Infohash;
use crate::ops::metrics::{AuthMethod, FeedResult};
use crate::publish::feed::link_secret;
use crate::publish::format::FeedFormat;
use crate::publish::links::DownloadLink;
use crate::store::Feed;
use crate::web::WebState;
use crate::web::middleware::caller::Caller;
use crate::web::problem::{Code, Problem};

/// The feed whose token the URL holds. An extension of the request.
#[derive(Debug, Clone)]
pub struct OpenedFeed(pub Arc<Feed>);

/// The feed that gave the link out, and the torrent that it names. An extension of the request.
#[derive(Debug, Clone)]
pub struct GenuineLink {
    /// The feed.
    pub feed: Arc<Feed>,
    /// The torrent's infohash.
    pub infohash: Infohash,
}

/// Judges the token in a feed's URL.
pub async fn judge_token(
    state: &WebState,
    caller: &Caller,
    mut request: Request,
) -> Result<Request, Problem> {
    let opened = match request.extract_parts::<Path<String>>().await {
        Ok(Path(token)) => open(state, caller, &token).await,
        Err(_) => Err(unknown(state)),
    };
    match opened {
        Ok(feed) => {
            request.extensions_mut().insert(OpenedFeed(feed));
            Ok(request)
        }
        Err(problem) => {
            let path = request.uri().path();
            let format = FeedFormat::ALL.into_iter().find(|format| path.ends_with(format.path_segment()));
            if let Some(format) = format {
                state.metrics().feed_requested(format.metric_label(), FeedResult::Refused);
            }
            Err(problem)
        }
    }
}

/// Judges the link of a download.
pub async fn judge_link(state: &WebState, caller: &Caller, mut request: Request) -> Result<Request, Problem> {
    let parts = request.extract_parts::<Path<(String, String, String)>>().await;
    let Ok(Path((feed, mac, file))) = parts else { return Err(unknown(state)) };
    let public_id = FeedPublicId::parse(&feed).map_err(|_| unknown(state))?;
    let link = DownloadLink::parse(&public_id, &mac, &file).ok_or_else(|| unknown(state))?;
    let feed = state.store().feed_by_public_id(&public_id, state.store().now().await?).await?;
    let signed = match &feed {
        Some(feed) => link.is_genuine(&link_secret(feed)?),
        None => false,
    };
    let Some(feed) = feed.filter(|_| signed) else {
        return Err(wrong_secret(state, caller, AuthMethod::Feed, unknown(state)).await);
    };
    request.extensions_mut().insert(GenuineLink { feed: Arc::new(feed), infohash: link.infohash });
    Ok(request)
}

async fn open(state: &WebState, caller: &Caller, token: &str) -> Result<Arc<Feed>, Problem> {
    let token = Token::parse(token).ok().filter(|token| token.kind() == TokenKind::Feed);
    let token = token.ok_or_else(|| unknown(state))?;
    match state.feed_lookups.feed(state.store(), token.hash(), state.clock().now()).await? {
        Some(feed) => Ok(feed),
        None => Err(wrong_secret(state, caller, AuthMethod::Feed, unknown(state)).await),
    }
}

fn unknown(state: &WebState) -> Problem {
    state.metrics().auth_failed(AuthMethod::Feed);
    Problem::new(Code::NotFound)
}
