//! `feeds`: how feeds present themselves.

use super::section;
use crate::config::key::{Key, Kind};

section! {
    /// How feeds present themselves.
    Feeds = "feeds", Always {
        /// The title of the global feed; the others put their name after it.
        title: String = Key::new("title", Kind::Text(200)).default("grabfeed");
        /// The description of every feed; empty: the name of the feed.
        description: String = Key::new("description", Kind::Text(1000)).default("").example("My grabs");
        /// How many items a feed lists. Some clients keep 50 and forget the others.
        window: usize = Key::new("window", Kind::Integer(10, 500)).default("50");
    }
}
