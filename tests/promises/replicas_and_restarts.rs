//! The promises hold over several processes on one database, and over a stop in the middle of the work.

use std::time::Duration;

use futures_util::future::join_all;
use grabfeed::demo::{Fault, Target};
use grabfeed::domain::grab::GrabState;
use grabfeed::ops::shutdown::Stopped;

use crate::support::database::{Home, both_engines};
use crate::support::http::Http;
use crate::support::service::{Household, Plan};
use crate::support::subscriber::Subscriber;
use crate::support::wait::until;

const GRABS: usize = 100;
const INDEXERS: [&str; 3] = ["Alpha", "Beta", "Gamma"];
const MINUTE: Duration = Duration::from_mins(1);

both_engines! { a_stop_in_the_middle_of_a_hundred_grabs_loses_none_and_doubles_none }

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_replicas_on_one_database_download_nothing_twice_and_serve_one_feed() {
    let plan = Plan::with("SERVER__PUBLIC_URL", "http://grabfeed.example");
    let house = Household::new(Home::postgres(), plan).await;
    let feed = house.feed().await;
    let first = house.start().await;
    let second = house.launch(Vec::new()).await;
    slow_down(&house);
    grab(&house, 0..GRABS / 2).await;
    house.connect_webhooks(&second).await;
    grab(&house, GRABS / 2..GRABS).await;
    house.settle(&first, Duration::from_mins(10)).await;

    println!("{GRABS} grabs, two replicas: {} downloads", house.our_downloads());
    assert_eq!(house.grabs_in(GrabState::Ready).await.len(), GRABS);
    assert_eq!(house.grabs().await.len(), GRABS);
    assert_eq!(house.our_downloads(), GRABS as u64);
    assert!(house.world.counters().downloads.values().all(|by| by.get("Grabfeed") == Some(&1)));

    let http = Http::new();
    let urls = [format!("{}{feed}", first.url), format!("{}{feed}", second.url)];
    let replies = join_all(urls.iter().map(|url| http.get(url))).await;
    assert_eq!(replies[0].status, 200);
    assert_eq!(replies[0].headers["etag"], replies[1].headers["etag"]);
    assert!(replies[0].body == replies[1].body, "the same bytes");
    assert_eq!(replies[0].text().matches("<item>").count(), 50);
    let etag = replies[0].headers["etag"].to_str().unwrap();
    assert_eq!(
        http.get_with(&urls[1], &[("if-none-match", etag)]).await.status,
        304,
        "one's tag at the other"
    );
    let (first, second) = tokio::join!(first.stop(), second.stop());
    assert_eq!([first, second], [Stopped::InTime; 2]);
}

async fn a_stop_in_the_middle_of_a_hundred_grabs_loses_none_and_doubles_none(home: Home) {
    let house = Household::new(home, Plan::default()).await;
    let feed = house.feed().await;
    let service = house.start().await;
    slow_down(&house);
    grab(&house, 0..GRABS).await;
    house.clock.advance(Duration::from_secs(3));
    until("some are ready", MINUTE, async || {
        (house.grabs_in(GrabState::Ready).await.len() >= 10).then_some(())
    })
    .await;
    assert_eq!(service.stop().await, Stopped::InTime);
    let done = house.grabs_in(GrabState::Ready).await.len();
    let in_work = house.count("SELECT COUNT(*) FROM grab WHERE lease_until > 0").await;
    println!("stopped with {done} of {GRABS} ready, {in_work} left under a lease");
    assert!(done < GRABS, "it was the middle");
    assert_eq!((house.our_downloads(), in_work), (done as u64, 0), "what had begun was finished");

    let service = house.start().await;
    house.settle(&service, Duration::from_mins(10)).await;
    house.advance(&service, 2 * MINUTE).await;
    assert_eq!(house.grabs_in(GrabState::Ready).await.len(), GRABS);
    assert_eq!(house.grabs().await.len(), GRABS);
    assert_eq!(house.our_downloads(), GRABS as u64);
    let mut client = Subscriber::new(format!("{}{feed}", service.url), 50);
    while client.poll().await > 0 {}
    assert_eq!(client.fetched.len(), GRABS);
    assert!(client.fetched.values().all(|times| *times == 1));
    service.stop().await;
}

/// Lets every download of ours take a moment, so that there is a middle.
fn slow_down(house: &Household) {
    for indexer in INDEXERS {
        let slow = Fault::Slow(Duration::from_millis(40));
        house.world.fault(Target::Indexer(indexer.to_owned()), slow, u32::MAX);
    }
}

async fn grab(house: &Household, numbers: std::ops::Range<usize>) {
    let grab = async |number: usize| {
        let app = ["radarr", "sonarr", "lidarr"][number / 3 % 3];
        house.grab(app, &format!("Ensemble.{number}-GRP"), INDEXERS[number % 3]).await
    };
    join_all(numbers.map(grab)).await;
}
