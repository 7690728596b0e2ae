//! What is new is in the next reading, whatever the client left; and no burst is lost.

use std::time::Duration;

use futures_util::future::join_all;

use grabfeed::domain::grab::GrabState;

use crate::support::database::{Home, both_engines};
use crate::support::http::Http;
use crate::support::service::{Household, Plan};
use crate::support::subscriber::Subscriber;

const BURST: usize = 1_000;
const KEEPS: usize = 50;
const MINUTE: Duration = Duration::from_mins(1);

both_engines! {
    behind_a_thousand_that_the_client_does_not_want_a_new_grab_is_in_the_next_reading_a_hundred_times,
    a_request_without_a_body_is_no_reading,
}

async fn behind_a_thousand_that_the_client_does_not_want_a_new_grab_is_in_the_next_reading_a_hundred_times(
    home: Home,
) {
    let house = Household::new(home, Plan::default()).await;
    let feed = house.feed().await;
    let service = house.start().await;
    let mut client = Subscriber::that_takes_nothing(format!("{}{feed}", service.url), KEEPS);
    for chunk in (0..BURST).collect::<Vec<_>>().chunks(20) {
        join_all(
            chunk.iter().map(async |number| {
                house.grab("radarr", &format!("Left.{number:04}.2026-GRP"), "Alpha").await
            }),
        )
        .await;
    }
    house.settle(&service, Duration::from_mins(20)).await;
    for reading in 1..=BURST / KEEPS {
        assert_eq!(client.poll().await, KEEPS, "reading {reading}");
        house.clock.advance(MINUTE);
        house.readings_are_noted().await;
    }
    assert_eq!((client.new.len(), client.poll().await), (BURST, 0));
    assert!(client.new.values().all(|times| *times == 1), "none is new twice");

    for number in 0..100 {
        let title = format!("New.{number:03}.2026-GRP");
        house.grab("radarr", &title, "Alpha").await;
        house.settle(&service, Duration::from_mins(20)).await;
        assert_eq!(client.poll().await, 1, "{title}");
        assert_eq!(client.new[&title], 1);
        house.clock.advance(MINUTE);
    }
    service.stop().await;
}

async fn a_request_without_a_body_is_no_reading(home: Home) {
    let house = Household::new(home, Plan::with("FEEDS__WINDOW", "10")).await;
    let feed = house.feed().await;
    let service = house.start().await;
    let url = format!("{}{feed}", service.url);
    let http = Http::new();
    for number in 0..10 {
        house.grab("radarr", &format!("Before.{number}.2026-GRP"), "Alpha").await;
    }
    house.settle(&service, Duration::from_mins(10)).await;
    assert_eq!(house.grabs_in(GrabState::Ready).await.len(), 10);
    for _ in 0..3 {
        assert_eq!(http.send("HEAD", &url, &[], "").await.status, 200);
    }
    house.grab("radarr", "After.2026-GRP", "Alpha").await;
    house.settle(&service, Duration::from_mins(10)).await;
    assert_eq!(house.grabs_in(GrabState::Ready).await.len(), 11);
    house.clock.advance(MINUTE);
    let before: Vec<_> = (0..10).map(|number| format!("Before.{number}.2026-GRP")).collect();
    let titles = async || {
        let channel = rss::Channel::read_from(http.get(&url).await.body.as_slice()).unwrap();
        channel.items().iter().rev().map(|item| item.title().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let mut read = titles().await;
    read.sort_unstable();
    assert_eq!(read, before, "none of them was read");
    house.readings_are_noted().await;
    assert_eq!(titles().await.last().unwrap(), "After.2026-GRP");
    service.stop().await;
}
