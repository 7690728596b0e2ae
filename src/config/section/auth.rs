//! `auth`: the session's cookie.

use super::section;
use crate::config::key::{Key, Kind};
use crate::config::value::choice;

choice! {
    /// Whether the session's cookie is sent over HTTPS only.
    CookieSecure {
        /// As the request: secure if it came over HTTPS.
        Auto = "auto",
        /// Always: signing in works over HTTPS only.
        Always = "true",
        /// Never: for a network where HTTPS cannot be had.
        Never = "false",
    }
}

section! {
    /// Signing in.
    Auth = "auth", Always {
        /// Whether the session's cookie is sent over HTTPS only.
        cookie_secure: CookieSecure = Key::new("cookie_secure", Kind::Choice(CookieSecure::WORDS)).default("auto")
            .short_variable("AUTH_COOKIE_SECURE");
    }
}
