//! `logging`: what is written down, how and where.

use std::path::PathBuf;

use super::section;
use crate::config::key::{Key, Kind};
use crate::config::value::choice;
use crate::ops::text::Lang;

choice! {
    /// The least severe entries that are written.
    LogLevel {
        /// What failed for good.
        Error = "error",
        /// What will be tried again, or wants looking at.
        Warn = "warn",
        /// What happened.
        Info = "info",
        /// How it happened.
        Debug = "debug",
        /// Every step.
        Trace = "trace",
    }
}

choice! {
    /// The form of an entry.
    LogFormat {
        /// A sentence per line.
        Text = "text",
        /// A JSON object per line.
        Json = "json",
    }
}

section! {
    /// What is written down, how and where.
    Logging = "logging", Always {
        /// The least severe entries that are written.
        level: LogLevel = Key::new("level", Kind::Choice(LogLevel::WORDS)).default("info")
            .short_variable("LOG_LEVEL");
        /// The form of an entry.
        format: LogFormat = Key::new("format", Kind::Choice(LogFormat::WORDS)).default("text");
        /// A file that gets every entry too, besides standard error.
        file: Option<PathBuf> = Key::new("file", Kind::Path).example("grabfeed.log");
        /// The language of logs and of the command line, and of pages for a visitor without a choice.
        language: Lang = Key::new("language", Kind::Choice(&["fr", "en"])).default("fr");
    }
}
