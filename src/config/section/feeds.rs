//! `feeds`: how feeds present themselves and how they wait for their clients.

use std::time::Duration;

use super::section;
use crate::config::key::{Key, Kind, Unit};

section! {
    /// How feeds present themselves and how they wait for their clients.
    Feeds = "feeds", Always {
        /// The title of the global feed; the others put their name after it.
        title: String = Key::new("title", Kind::Text(200)).default("grabfeed");
        /// The description of every feed; empty: the name of the feed.
        description: String = Key::new("description", Kind::Text(1000)).default("").example("My grabs");
        /// How many items a feed lists. Some clients keep 50 and forget the others.
        window: usize = Key::new("window", Kind::Integer(10, 500)).default("50");
        /// After how many readings an item that is not fetched may yield its place.
        yield_after_polls: u32 = Key::new("yield_after_polls", Kind::Integer(1, 1000)).default("6");
        /// And after how long, at least.
        yield_after: Duration =
            Key::new("yield_after_hours", Kind::Integer(1, 720)).unit(Unit::Hours).default("24");
    }
}
