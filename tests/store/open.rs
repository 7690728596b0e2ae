//! Opening.

use grabfeed::domain::time::Ts;
use grabfeed::ops::clock::Clock;

use crate::support::database::{Home, both_engines};

both_engines! { a_database_answers_and_can_be_opened_again }

async fn a_database_answers_and_can_be_opened_again(home: Home) {
    let clock = Clock::fixed(Ts::from_millis(1_000));
    for _ in 0..2 {
        let store = home.open(&clock).await;
        store.ping().await.unwrap();
        store.close().await;
    }
}
