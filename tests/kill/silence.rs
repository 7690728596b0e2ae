//! An app that gave our webhook up during an outage is brought to tell again.

use std::time::Duration;

use grabfeed::demo::{GrabOptions, Sent, TorrentSpec, World};
use grabfeed::domain::app::AppKind;
use grabfeed::ops::clock::Clock;

use crate::support::household::Household;
use crate::support::wait::until;

const APPS: [(&str, AppKind); 3] =
    [("radarr", AppKind::Radarr), ("sonarr", AppKind::Sonarr), ("lidarr", AppKind::Lidarr)];

/// What becomes of the webhook of each app’s next grab.
async fn grab(world: &World, round: u32) -> Vec<Sent> {
    let mut sent = Vec::new();
    for (app, _) in APPS {
        let title = format!("Round.{round}.{app}.2024.1080p-TEST");
        let release = world.release(&title, "Lanterne", TorrentSpec::default()).unwrap();
        sent.extend(world.grab(app, release, GrabOptions::default()).await.unwrap().webhooks);
    }
    sent
}

/// A household whose apps have given our webhook up, the service just started again.
async fn after_an_outage(settings: &[(&str, &str)]) -> (World, Household, crate::support::process::Service) {
    let apps_clock = Clock::system();
    let now = apps_clock.clone();
    let mut world = World::builder(move || now.now()).indexers(["Lanterne"]);
    for (name, kind) in APPS {
        world = world.app(name, kind);
    }
    let world = world.start().await.unwrap();
    let mut household = Household::of(&world);
    for (key, value) in settings {
        household.set(key, value);
    }
    household.connect_webhooks(&world);
    let service = household.start().await;
    assert_eq!(grab(&world, 1).await, [Sent::Delivered(200); 3]);
    service.kill();
    assert_eq!(grab(&world, 2).await, [Sent::Failed(None); 3]);
    apps_clock.advance(Duration::from_mins(6));
    assert_eq!(grab(&world, 3).await, [Sent::Failed(None); 3]);
    assert_eq!(grab(&world, 4).await, [Sent::Silenced; 3]);
    let service = household.start().await;
    (world, household, service)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_an_outage_of_ours_every_app_is_asked_to_test_its_webhook_and_tells_again() {
    let (world, _household, service) = after_an_outage(&[]).await;
    let mut round = 4;
    until("every app tells again", Duration::from_secs(30), async || {
        round += 1;
        (grab(&world, round).await == [Sent::Delivered(200); 3]).then_some(())
    })
    .await;
    assert!(service.stop());
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_app_is_not_asked_where_the_settings_say_so() {
    let (world, household, service) = after_an_outage(&[("SYNC__TEST_WEBHOOKS", "false")]).await;
    let http = crate::support::http::Http::new();
    let key = household.key("test", "read");
    // The histories are read, so what is done at a start is done.
    until("the grabs of the outage are published", Duration::from_mins(1), async || {
        (super::count(&http, &household, &key, "ready").await == 12).then_some(())
    })
    .await;
    assert_eq!(grab(&world, 5).await, [Sent::Silenced; 3]);
    assert!(service.stop());
    world.stop().await;
}
