//! Feeds: making, finding, rotating and revoking them.
//!
//! Owns: what a new feed must be, and how long a former URL may work. Must not know: where clients reach the service.

use std::time::Duration;

use tracing::info;

use super::new_feed::new_feed;
use super::{Actor, AdminError};
use crate::auth::token::{Token, TokenKind};
use crate::domain::feed::{FeedName, FeedPublicId};
use crate::domain::feed_begin::FeedBegin;
use crate::domain::feed_filter::FeedFilter;
use crate::domain::ids::KeyId;
use crate::domain::text::{clean, is_plain};
use crate::store::{Feed, KeyFeed, NewFeed, Store};

/// For how many hours the URL from before a rotation may work at most: a month, after which nobody remembers that a
/// second URL opens the feed.
pub const LONGEST_OVERLAP_HOURS: u32 = 720;
/// For how many hours it works unless the person says otherwise.
pub const USUAL_OVERLAP_HOURS: u32 = 24;

/// A feed with its token, which is known only now.
#[derive(Debug)]
pub struct FeedWithToken {
    /// The feed.
    pub feed: Feed,
    /// What its URL holds.
    pub token: Token,
}

/// A feed that was just made.
#[derive(Debug)]
pub struct MadeFeed {
    /// The feed with its token.
    pub with_token: FeedWithToken,
    /// Where it begins.
    pub begins: FeedBegin,
    /// With how many items.
    pub items: u64,
}

/// Makes a feed. `begins`: where, if the person said so; else with everything that is kept, unless a feed of this name
/// was there before: its client has what was grabbed until now.
pub async fn create(
    store: &Store,
    actor: &Actor,
    name: &str,
    filter: FeedFilter,
    begins: Option<FeedBegin>,
) -> Result<MadeFeed, AdminError> {
    let plain = is_plain(name, FeedName::MAX_CHARS);
    let name = FeedName::parse(name).ok().filter(|_| plain).ok_or(AdminError::Invalid("name"))?;
    let begins = match begins {
        Some(begins) => begins,
        None if store.had_feed(&name).await? => FeedBegin::Now,
        None => FeedBegin::Everything,
    };
    let (new, token) = new_feed(name, filter, begins)?;
    let feed = store.create_feed(new, store.now().await?).await?;
    let items = store.feed_item_count(feed.id).await?;
    info!(event = "feed.created", feed = %feed.name, actor = actor.name(), address = actor.address());
    Ok(MadeFeed { with_token: FeedWithToken { feed, token }, begins, items })
}

/// The feed with this public id.
pub async fn find(store: &Store, id: &str) -> Result<Feed, AdminError> {
    let id = FeedPublicId::parse(id).map_err(|_| AdminError::NotFound)?;
    store.feed_by_public_id(&id, store.now().await?).await?.ok_or(AdminError::NotFound)
}

/// The feed with this name, whatever its case.
pub async fn find_named(store: &Store, name: &str) -> Result<Feed, AdminError> {
    let wanted = FeedName::parse(name).map_err(|_| AdminError::NotFound)?.key();
    let feeds = store.feeds().await?;
    let found = feeds.into_iter().find(|feed| feed.key_name.is_none() && feed.name.key() == wanted);
    found.ok_or(AdminError::NotFound)
}

/// Gives a feed another URL. The former one works for so many hours more. Items and download links stay as they are.
pub async fn rotate(
    store: &Store,
    actor: &Actor,
    feed: &Feed,
    overlap_hours: u32,
) -> Result<FeedWithToken, AdminError> {
    if overlap_hours > LONGEST_OVERLAP_HOURS {
        return Err(AdminError::Invalid("overlapHours"));
    }
    if feed.key_name.is_some() {
        // It has no URL of its own: the key opens it.
        return Err(AdminError::Conflict);
    }
    let token = Token::generate(TokenKind::Feed, &mut rand::rng());
    let now = store.now().await?;
    let former_until = now.plus(Duration::from_hours(overlap_hours.into()));
    if !store.rotate_feed(&feed.name, token.hash(), token.shown(), former_until, now).await? {
        return Err(AdminError::NotFound);
    }
    info!(event = "feed.rotated", feed = %feed.name, actor = actor.name(), address = actor.address());
    let feed = find(store, feed.public_id.as_str()).await?;
    Ok(FeedWithToken { feed, token })
}

/// Revokes a feed: its URL and all its download links open nothing any more.
pub async fn revoke(store: &Store, actor: &Actor, feed: &Feed) -> Result<(), AdminError> {
    if feed.key_name.is_some() {
        // It ends with its key. A person's feed may have the same name.
        return Err(AdminError::Conflict);
    }
    if !store.revoke_feed(&feed.name, store.now().await?).await? {
        return Err(AdminError::NotFound);
    }
    info!(event = "feed.revoked", feed = %feed.name, actor = actor.name(), address = actor.address());
    Ok(())
}

/// The feed of an API key behind the predecessor's paths, made when the key first asks for it. `indexer_key`: only this
/// indexer's items. `None`: the name is too long for a filter.
pub async fn open_feed_of_key(
    store: &Store,
    key: KeyId,
    key_name: &str,
    indexer_key: Option<String>,
) -> Result<Option<Feed>, AdminError> {
    let which = KeyFeed { key, indexer_key };
    let Some(new) = feed_of_key_to_make(&which, key_name)? else { return Ok(None) };
    let now = store.now().await?;
    let feed = store.open_feed_of_key(&which, new, now).await?.ok_or(AdminError::Conflict)?;
    if feed.created_at == now {
        info!(event = "feed.made-for-key", actor = key_name, feed = feed.id.0);
    }
    Ok(Some(feed))
}

/// Nobody ever sees the token of such a feed.
fn feed_of_key_to_make(which: &KeyFeed, key_name: &str) -> Result<Option<NewFeed>, AdminError> {
    let indexers = which.indexer_key.iter().cloned().collect();
    let filter = FeedFilter { indexers, ..FeedFilter::default() };
    if filter.compile().is_err() {
        return Ok(None);
    }
    let name = clean(which.indexer_key.as_deref().unwrap_or(key_name), FeedName::MAX_CHARS);
    let name = FeedName::parse(&name).or_else(|_| FeedName::parse("rss"));
    let (feed, _unseen) =
        new_feed(name.map_err(|_| AdminError::Invalid("name"))?, filter, FeedBegin::Everything)?;
    Ok(Some(NewFeed { token_shown: String::new(), ..feed }))
}
