//! `auth`: signing in, and how long it lasts.

use std::time::Duration;

use secrecy::SecretString;

use super::section;
use crate::config::key::{Key, Kind, Unit};
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

/// Too short for a token and a password: whoever takes the example as it is must not have one that everybody knows.
const UNUSABLE: &str = "change-me";

section! {
    /// Signing in.
    Auth = "auth", Always {
        /// Whether the session's cookie is sent over HTTPS only.
        cookie_secure: CookieSecure = Key::new("cookie_secure", Kind::Choice(CookieSecure::WORDS)).default("auto")
            .short_variable("AUTH_COOKIE_SECURE");
        /// How long a session may be unused.
        session_idle: Duration =
            Key::new("session_idle_hours", Kind::Integer(1, 720)).unit(Unit::Hours).default("168");
        /// How long a session lasts at most, however much it is used.
        session_lifetime: Duration =
            Key::new("session_days", Kind::Integer(1, 365)).unit(Unit::Days).default("30");
        /// The header in which a trusted proxy names who has signed in to it, in lower case; `None`: no proxy is asked.
        proxy_header: Option<String> = Key::new("proxy_header", Kind::HeaderName).example("remote-user");
        /// The names in that header that are the administrator.
        proxy_users: Vec<String> =
            Key::new("proxy_users", Kind::List(&Kind::Text(200))).default("").example("me");
        /// The fewest characters of a new password.
        password_min_length: usize = Key::new("password_min_length", Kind::Integer(8, 64)).default("12");
        /// What the first set-up must show; without it, one is made and written into the data folder.
        setup_token: Option<SecretString> = Key::new("setup_token", Kind::Secret).example(UNUSABLE);
        /// The account to be made at the first start, instead of a set-up.
        admin_name: Option<String> = Key::new("admin_name", Kind::Text(64)).example("owner");
        /// Its password.
        admin_password: Option<SecretString> = Key::new("admin_password", Kind::Password).example(UNUSABLE);
    }
}
