//! `cors`: which other web pages may read our answers.

use super::section;
use crate::config::key::{Key, Kind};

section! {
    /// Which other web pages may read our answers.
    Cors = "cors", Always {
        /// Exact origins, as browsers write them; never `*`.
        allow_origins: Vec<String> = Key::new("allow_origins", Kind::List(&Kind::Origin)).default("")
            .short_variable("CORS_ALLOW_ORIGINS").example("https://dashboard.example.org");
    }
}
