//! The one logging setup.
//!
//! Owns: levels, the two forms, where records go, and what is kept of them for the page of logs. Code logs an event
//! and its facts (`info!(event = "grab.ready", grab = 12)`); the sentence is in the catalogue under `log-grab-ready`.
//! Must not know any event.

mod file;
mod layer;
mod panics;
mod record;
mod repeats;
mod sinks;

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tracing::Subscriber;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Registry};

use super::clock::Clock;
use super::metrics::Metrics;
use super::redact::Redactor;
use super::text::Lang;
use file::{FILE_BYTES, RotatingFile};
use layer::RecordLayer;
pub use repeats::Repeats;
pub use sinks::Format;
use sinks::Sinks;

/// Libraries that tell every detail at the levels that people use for grabfeed itself; a directive of the person's
/// own (`debug,sqlx=debug`) overrides each.
const QUIET: &str =
    "sqlx=warn,hyper=warn,hyper_util=warn,reqwest=warn,rustls=warn,h2=warn,tower_http=warn,mio=warn";

/// The settings of the log.
#[derive(Debug, Clone)]
pub struct LogSettings {
    /// A level, or directives as `tracing` reads them: `info`, `debug,sqlx=warn`.
    pub level: String,
    /// The form of a record.
    pub format: Format,
    /// The language of its sentence.
    pub lang: Lang,
    /// A file to write to as well; it is kept to five files of 10 MiB. What concerns sign-ins, keys and feeds goes besides to
    /// a file of its own, so that nothing else can push it out.
    pub file: Option<PathBuf>,
}

impl Default for LogSettings {
    fn default() -> Self {
        Self { level: "info".to_owned(), format: Format::Text, lang: Lang::Fr, file: None }
    }
}

/// What the log is given by the composition root.
pub struct Surroundings {
    /// The time of a record.
    pub clock: Clock,
    /// What masks secrets.
    pub redactor: Redactor,
    /// What counts records by level.
    pub metrics: Metrics,
    /// What counts entries that come again and again.
    pub repeats: Repeats,
    /// Where records go first: standard error, or a test's buffer.
    pub writer: Box<dyn Write + Send>,
}

/// Why logging cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// `logging.level` is neither a level nor a list of directives.
    #[error("logging.level cannot be read")]
    Level,
    /// The file cannot be opened.
    #[error("the log file cannot be opened")]
    File(#[source] io::Error),
    /// Logging was set up before in this process.
    #[error("logging is already set up")]
    AlreadySet,
}

/// Sets logging up for the process; its panics are told too.
pub fn init(settings: &LogSettings, surroundings: Surroundings) -> Result<(), LogError> {
    subscriber(settings, surroundings)?.try_init().map_err(|_| LogError::AlreadySet)?;
    panics::tell();
    Ok(())
}

/// The logging of [`init`] without making it the process's: for a test, or one thread.
pub fn subscriber(
    settings: &LogSettings,
    surroundings: Surroundings,
) -> Result<impl Subscriber + Send + Sync + use<>, LogError> {
    let Surroundings { clock, redactor, metrics, repeats, writer } = surroundings;
    let open = |path: &PathBuf| RotatingFile::open(path, FILE_BYTES).map_err(LogError::File);
    let file = settings.file.as_ref().map(open).transpose()?;
    let security = settings.file.as_ref().map(|path| open(&security_file(path))).transpose()?;
    let records = RecordLayer {
        format: settings.format,
        lang: settings.lang,
        clock,
        redactor,
        metrics,
        repeats,
        sinks: Sinks::new(writer, file, security),
    };
    Ok(Registry::default().with(filter(&settings.level)?).with(records))
}

/// `grabfeed.security.log` beside `grabfeed.log`.
fn security_file(path: &Path) -> PathBuf {
    path.with_extension(path.extension().map_or("security".into(), |end| {
        let mut name = std::ffi::OsString::from("security.");
        name.push(end);
        name
    }))
}

fn filter(level: &str) -> Result<EnvFilter, LogError> {
    EnvFilter::builder().parse(format!("{QUIET},{level}")).map_err(|_| LogError::Level)
}

#[cfg(test)]
#[path = "log_tests.rs"]
mod tests;
