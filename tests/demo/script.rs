//! The plan of the demonstration: every grab is made, every case occurs, and what should fail does.

use std::time::Duration;

use grabfeed::demo::script::{Case, Pace, play, world};
use reqwest::StatusCode;

use super::Hands;
use super::client::{ask, get, link};

#[tokio::test]
async fn the_plan_is_played_whole_and_only_what_should_fail_fails() {
    let hands = Hands::new();
    let clock = hands.clone();
    let world = world(move || clock.now()).start().await.unwrap();
    let mut played = Vec::new();
    let pace = Pace { between: Duration::ZERO, afterwards: None };
    play(&world, pace, |event| {
        assert!(event.grabbed, "{}", event.step.title);
        played.push((event.step.case, event.release));
    })
    .await
    .unwrap();
    for case in Case::ALL {
        assert!(played.iter().any(|(played, _)| *played == case), "{case:?}");
    }
    for (case, release) in played {
        let expected = match case {
            Case::RateLimited => StatusCode::TOO_MANY_REQUESTS,
            Case::Magnet => StatusCode::MOVED_PERMANENTLY,
            Case::Gone => StatusCode::GONE,
            Case::Normal | Case::LateRow | Case::LostWebhook => StatusCode::OK,
        };
        assert_eq!(get(&link(&world, release)).await.status(), expected, "{case:?}");
        if case == Case::RateLimited {
            assert_eq!(get(&link(&world, release)).await.status(), StatusCode::OK, "once only");
        }
    }
    let rows = async || ask(&world, "radarr", "/api/v3/history").await["totalRecords"].as_u64().unwrap();
    let before = rows().await;
    hands.forward(Duration::from_secs(8));
    assert_eq!(rows().await, before + 1, "the late row");
}
