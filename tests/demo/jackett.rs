//! The simulated Jackett beside what was measured of the real one.

use grabfeed::demo::{
    DownloadUrl, Fault, GrabOptions, ReleaseId, ReleaseSpec, RetryAfter, Target, TorrentSpec, World,
};

use super::client::{ask, client, get};
use super::described;

async fn world() -> World {
    described().0.jackett().start().await.unwrap()
}

/// A link that can be followed from here.
fn link(world: &World, release: ReleaseId) -> String {
    let jackett = world.jackett().unwrap();
    let link = jackett.link(&world.released(release).unwrap());
    link.replace("http://jackett:9117", jackett.url())
}

#[tokio::test]
async fn nearly_every_failure_behind_it_is_an_empty_404() {
    let world = world().await;
    let release = world.release("Un.Film-GRP", "Alpha", TorrentSpec::default()).unwrap();
    let link = link(&world, release);
    for fault in [
        Fault::TooManyRequests(RetryAfter::Seconds(60)),
        Fault::ErrorHtml,
        Fault::NotFound,
        Fault::Forbidden,
        Fault::LoginPage,
        Fault::ResetMidBody,
    ] {
        world.fault(Target::Tracker(release), fault, 1);
        let answer = get(&link).await;
        assert_eq!(answer.status(), 404, "{fault:?}");
        assert!(answer.headers().get("retry-after").is_none());
        assert!(answer.bytes().await.unwrap().is_empty());
    }
    let elsewhere = link.replace("path=", "path=x");
    assert_eq!(get(&elsewhere).await.status(), 404);
    assert_eq!(get(&link).await.bytes().await.unwrap(), world.torrent(release).unwrap().metainfo);
    world.down("tracker").await.unwrap();
    assert_eq!(get(&link).await.status(), 404);
}

#[tokio::test]
async fn what_it_says_besides() {
    let world = world().await;
    let release = world.release("Un.Film-GRP", "Alpha", TorrentSpec::default()).unwrap();
    let (one, other) = (link(&world, release), link(&world, release));
    assert_ne!(one, other, "the same release has never the same link");
    assert_eq!(client().head(&one).send().await.unwrap().status(), 405);
    assert_eq!(get(&one.replace("/dl/alpha/", "/dl/unknown/")).await.status(), 500);
    let magnet = world.release("Aimant-GRP", "Alpha", ReleaseSpec::magnet()).unwrap();
    assert_eq!(get(&link(&world, magnet)).await.status(), 302);

    world.jackett().unwrap().change_key("test-key-other");
    assert_eq!(get(&one).await.status(), 401);
    assert_eq!(get(&one.replace("test-key-jackett", "test-key-other")).await.status(), 200);
}

#[tokio::test]
async fn an_app_keeps_the_link_as_it_knows_jackett() {
    let world = world().await;
    let release = world.release("Un.Film-GRP", "Alpha", TorrentSpec::default()).unwrap();
    let options = GrabOptions { download_url: DownloadUrl::Jackett, ..GrabOptions::default() };
    assert!(world.grab("radarr", release, options).await.unwrap().grabbed);
    let row = ask(&world, "radarr", "/api/v3/history").await["records"][0].clone();
    let kept = row["data"]["downloadUrl"].as_str().unwrap().to_owned();
    assert!(
        kept.starts_with("http://jackett:9117/dl/alpha/?jackett_apikey=test-key-jackett&path="),
        "{kept}"
    );
    assert_eq!(world.counters().all_downloads_by("Radarr"), 0, "Prowlarr has no part in it");
}
