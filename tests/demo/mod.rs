//! The simulated world against the facts it stands for, over plain HTTP.

mod apps;
mod client;
mod contract;
mod contract_answers;
mod faults;
mod grabs;
mod jackett;
mod prowlarr;
mod samples;
mod script;
mod torrents;
mod webhooks;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use grabfeed::demo::{World, WorldBuilder};
use grabfeed::domain::app::AppKind;
use grabfeed::domain::time::Ts;

/// A clock that a test moves.
#[derive(Clone)]
pub(crate) struct Hands(Arc<AtomicI64>);

impl Hands {
    fn new() -> Self {
        Self(Arc::new(AtomicI64::new(1_767_600_000_000)))
    }

    fn now(&self) -> Ts {
        Ts::from_millis(self.0.load(Ordering::SeqCst))
    }

    fn forward(&self, length: Duration) {
        self.0.fetch_add(i64::try_from(length.as_millis()).unwrap(), Ordering::SeqCst);
    }
}

fn described() -> (WorldBuilder, Hands) {
    let hands = Hands::new();
    let clock = hands.clone();
    let builder = World::builder(move || clock.now())
        .indexers(["Alpha", "Beta"])
        .app("radarr", AppKind::Radarr)
        .app("sonarr", AppKind::Sonarr);
    (builder, hands)
}

async fn world() -> (World, Hands) {
    let (builder, hands) = described();
    (builder.start().await.unwrap(), hands)
}
