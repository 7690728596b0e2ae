//! `key` and `feed`: what is made opens exactly what it should on the running service, and nothing once it is revoked.

use std::time::Duration;

use grabfeed::demo::{GrabOptions, ReleaseSpec};

use super::world;
use crate::support::household::Household;
use crate::support::http::Http;
use crate::support::wait::until;

#[tokio::test]
async fn a_key_opens_what_its_scopes_name_until_it_is_revoked() {
    let household = Household::new(&[]);
    let service = household.start().await;
    let http = Http::new();
    let status =
        async |path: &str, key: &str| http.get_with(&household.url(path), &[("X-Api-Key", key)]).await.status;
    let (reader, watcher) = (household.key("reader", "read"), household.key("watcher", "metrics"));
    for (path, key, expected) in [
        ("/api/v1/grabs", &reader, 200),
        ("/metrics", &reader, 403),
        ("/api/v1/grabs", &watcher, 403),
        ("/metrics", &watcher, 200),
        ("/nothing", &reader, 401),
    ] {
        assert_eq!(status(path, key).await, expected, "{path}");
    }
    let bearer = format!("Bearer {reader}");
    let grabs = household.url("/api/v1/grabs");
    assert_eq!(http.get_with(&grabs, &[("Authorization", &bearer)]).await.status, 200);
    assert_eq!(http.get(&grabs).await.status, 401);
    assert_ne!(http.get(&format!("{grabs}?apikey={reader}")).await.status, 200);

    let listed = household.says(&["key", "list"]) + &household.says(&["key", "list", "--json"]);
    assert!(listed.contains("reader") && listed.contains("watcher"), "{listed}");
    assert!(!listed.contains(&reader) && !listed.contains(&watcher), "a key is shown once: {listed}");
    assert_eq!(household.answers(&["key", "create", "reader"]).0, 1);
    assert_eq!(household.answers(&["key", "create", "other", "--scopes", "everything"]).0, 1);

    household.says(&["key", "revoke", "reader"]);
    assert_eq!(status("/api/v1/grabs", &reader).await, 401);
    assert_eq!(status("/metrics", &watcher).await, 200);
    let (code, said) = household.answers(&["key", "revoke", "reader"]);
    assert!(code == 1 && said.contains("Aucune clé") && said.contains("reader"), "{said}");
    assert!(service.stop());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_feed_answers_until_it_is_revoked_and_so_do_its_downloads() {
    let world = world().await;
    let household = Household::of(&world);
    household.connect_webhooks(&world);
    let service = household.start().await;
    let http = Http::new();
    // Made while the service runs.
    let (feed, other) = (household.feed("client"), household.feed("other"));
    let release = world.release("Le.Phare.2024-TEST", "Lanterne", ReleaseSpec::default()).unwrap();
    world.grab("radarr", release, GrabOptions::default()).await.unwrap();
    let link = until("the grab is in the feed", Duration::from_secs(20), async || {
        let reply = http.get(&feed).await;
        assert_eq!(reply.status, 200);
        let channel = rss::Channel::read_from(reply.body.as_slice()).unwrap();
        channel.items().first().map(|item| item.enclosure().unwrap().url().to_owned())
    })
    .await;
    assert_eq!(http.get(&link).await.status, 200);
    let listed = household.says(&["feed", "list"]) + &household.says(&["feed", "list", "--json"]);
    let token = feed.split('/').nth(4).unwrap();
    assert!(listed.contains("client") && !listed.contains(token), "{listed}");

    household.says(&["feed", "revoke", "client"]);
    assert_eq!(http.get(&feed).await.status, 404);
    assert_eq!(http.get(&link).await.status, 404);
    assert_eq!(http.get(&other).await.status, 200);
    assert_eq!(household.answers(&["feed", "revoke", "client"]).0, 1);
    for (arguments, says) in [
        (&["feed", "create", "client"][..], "commence maintenant"),
        (&["feed", "create", "third"], "tout ce qui est gardé : 1 élément."),
        (&["feed", "create", "week", "--from", "7d"], "les 7 derniers jours : 1 élément."),
    ] {
        let (code, said) = household.answers(arguments);
        assert!(code == 0 && said.contains(says), "{said}");
    }
    assert_eq!(household.answers(&["feed", "create", "other-week", "--from", "week"]).0, 2);
    assert_eq!(household.answers(&["feed", "create", "other"]).0, 1);
    assert_eq!(household.answers(&["feed", "create", "broken", "--title", "("]).0, 1);
    assert_eq!(household.answers(&["feed", "create", "broken", "--kind", "radar"]).0, 2);
    assert!(service.stop());
    world.stop().await;
}
