//! Row numbers as types, so that one is never taken for another.

use std::fmt;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub i64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

id!(
    /// A grab's row.
    GrabId
);
id!(
    /// A stored torrent's row.
    TorrentId
);
id!(
    /// A feed's row.
    FeedId
);
id!(
    /// An API key's row.
    KeyId
);
id!(
    /// A session's row.
    SessionId
);
