//! A feed to be made, with secrets of its own.
//!
//! Owns: what is drawn at random for a feed. Must not know: who may make one, and who sees its URL.

use crate::auth::token::{Token, TokenKind, random_identifier};
use crate::domain::feed::{FeedName, FeedPublicId};
use crate::domain::feed_begin::FeedBegin;
use crate::domain::feed_filter::FeedFilter;
use crate::publish::mac::DownloadSecret;
use crate::store::{NewFeed, StoreError};

/// The feed, and its token, which is known only now.
///
/// # Errors
/// Never: what is drawn has the form of an identifier.
pub(super) fn new_feed(
    name: FeedName,
    filter: FeedFilter,
    begins: FeedBegin,
) -> Result<(NewFeed, Token), StoreError> {
    let mut rng = rand::rng();
    let token = Token::generate(TokenKind::Feed, &mut rng);
    let public_id = FeedPublicId::parse(&random_identifier(&mut rng, FeedPublicId::NEW_CHARS));
    let feed = NewFeed {
        public_id: public_id.map_err(|_| StoreError::Inconsistent {
            table: "feed",
            what: "public_id",
            row: 0,
        })?,
        name,
        filter,
        begins,
        token_hash: token.hash(),
        token_shown: token.shown(),
        link_secret: *DownloadSecret::generate(&mut rng).expose_bytes(),
    };
    Ok((feed, token))
}
