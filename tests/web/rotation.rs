//! A feed's address is changed while its clients are changed one by one.

use std::time::Duration;

use grabfeed::auth::token::{Token, TokenKind};
use grabfeed::domain::feed::FeedName;

use super::{Running, SETTLED, items_of};
use crate::support::database::{Home, both_engines};
use crate::support::http::Http;
use crate::support::service::{Household, Plan};

const OVERLAP: Duration = Duration::from_hours(24);

/// Gives the feed a new token and tells its path.
async fn rotate(running: &Running, overlap: Duration) -> String {
    let token = Token::generate(TokenKind::Feed, &mut rand::rng());
    let (name, now) = (FeedName::parse("everything").unwrap(), running.home.now().await);
    let until = now.plus(overlap);
    let store = &running.home.store;
    assert!(store.rotate_feed(&name, token.hash(), token.shown(), until, now).await.unwrap());
    format!("/f/{}/rss.xml", token.expose())
}

async fn both_addresses_give_the_same_items_until_the_former_one_ends(home: Home) {
    let home = Household::new(home, Plan::default()).await;
    let service = home.start().await;
    let old = home.feed().await;
    home.grab("radarr", "A.Film.2026-GRP", "Alpha").await;
    home.settle(&service, SETTLED).await;
    let running = Running { home, service, http: Http::new() };
    let before = running.http.get(&running.url(&old)).await;
    let (_, link) = items_of(&before.body).remove(0);

    let new = rotate(&running, OVERLAP).await;
    for path in [&old, &new] {
        let reply = running.http.get(&running.url(path)).await;
        assert_eq!((reply.status, reply.text()), (200, before.text()), "guids, links and dates are the same");
        let known = [("if-none-match", before.header("etag"))];
        assert_eq!(running.http.get_with(&running.url(path), &known).await.status, 304);
    }
    running.home.clock.advance(OVERLAP);
    let ended = running.http.get_with(&running.url(&old), &[("if-none-match", "*")]).await;
    assert_eq!(ended.status, 404);
    assert_eq!(running.http.get(&running.url(&new)).await.status, 200);
    assert_eq!(running.http.get(&link).await.status, 200, "a link that a client kept still works");
}

async fn a_leaked_address_ends_at_once_if_no_overlap_is_wanted(home: Home) {
    let home = Household::new(home, Plan::default()).await;
    let service = home.start().await;
    let old = home.feed().await;
    let running = Running { home, service, http: Http::new() };
    assert_eq!(running.http.get(&running.url(&old)).await.status, 200);
    let new = rotate(&running, Duration::ZERO).await;
    assert_eq!(running.http.get(&running.url(&old)).await.status, 404);
    assert_eq!(running.http.get(&running.url(&new)).await.status, 200);
}

both_engines! {
    both_addresses_give_the_same_items_until_the_former_one_ends,
    a_leaked_address_ends_at_once_if_no_overlap_is_wanted,
}
