//! Feeds.

use serde::Serialize;
use utoipa::ToSchema;

use super::feed_filter::FilterView;
use crate::domain::time::Ts;
use crate::store::Feed;

/// A feed, without its token.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Feed)]
pub struct FeedView {
    /// What its download links show; no secret.
    id: String,
    /// The person's name for it.
    name: String,
    /// What it takes.
    filter: FilterView,
    /// The token's prefix and its last four characters, for recognising it.
    shown: String,
    /// When it was made.
    #[schema(format = DateTime)]
    created_at: String,
    /// When a client last asked for it.
    #[schema(format = DateTime)]
    last_used_at: Option<String>,
    /// What that client called itself.
    last_client: Option<String>,
    /// How often it was asked for.
    polls: u64,
    /// The name of the API key that it belongs to: it is what the predecessor's paths list for that key.
    key: Option<String>,
    /// Until when the URL from before the last rotation works too.
    #[schema(format = DateTime)]
    former_url_until: Option<String>,
}

impl FeedView {
    /// As it is at this moment.
    pub fn new(feed: Feed, now: Ts) -> Self {
        Self {
            id: feed.public_id.to_string(),
            name: feed.name.to_string(),
            filter: feed.filter.into(),
            shown: feed.token_shown,
            created_at: feed.created_at.to_string(),
            last_used_at: feed.last_used_at.map(|moment: Ts| moment.to_string()),
            last_client: feed.last_client,
            polls: feed.poll_count,
            key: feed.key_name,
            former_url_until: feed
                .former_token_until
                .filter(|until| *until > now)
                .map(|moment| moment.to_string()),
        }
    }
}

/// A new feed.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MadeFeed)]
pub struct NewFeedView {
    /// What lists show of it.
    #[serde(flatten)]
    pub listed: FeedView,
    /// The URL to subscribe to, shown this once.
    pub url: String,
    /// With what it begins, when it was just made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub begins: Option<BeginningView>,
}

/// With what a new feed begins.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Beginning)]
pub struct BeginningView {
    /// `everything` that is kept, the last days, such as `7d`, or `now`.
    pub from: String,
    /// How many items that is.
    pub items: u64,
}
