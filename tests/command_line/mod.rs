//! Every command of the help, run as a person runs it: the built program, its exit codes and what it prints.

mod access;
mod account;
mod apps;
mod canaries;
mod canary;
mod data_folder;
mod deeds;
mod outbound;
mod rotation;
mod service;
mod settings;
mod torrents;

use grabfeed::demo::World;
use grabfeed::domain::app::AppKind;
use grabfeed::ops::clock::Clock;

/// A world with one app.
async fn world() -> World {
    let clock = Clock::system();
    let world = World::builder(move || clock.now()).indexers(["Lanterne"]).app("radarr", AppKind::Radarr);
    world.start().await.expect("a world")
}
