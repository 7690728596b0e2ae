//! The one logging setup.
//!
//! Owns: levels, the two forms, where records go, and what is kept of them for the page of logs. Code logs an event
//! and its facts (`info!(event = "grab.ready", grab = 12)`); the sentence is in the catalogue under `log-grab-ready`.
//! Must not know any event.

mod file;
mod layer;
mod panics;
mod record;

use std::collections::VecDeque;
use std::fmt;
use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tracing::{Level, Subscriber};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Registry, reload};

use super::clock::Clock;
use super::metrics::Metrics;
use super::redact::Redactor;
use super::text::Lang;
use file::{FILE_BYTES, RotatingFile};
use layer::RecordLayer;

/// Libraries that tell every detail at the levels that people use for grabfeed itself; a directive of the person's
/// own (`debug,sqlx=debug`) overrides each.
const QUIET: &str =
    "sqlx=warn,hyper=warn,hyper_util=warn,reqwest=warn,rustls=warn,h2=warn,tower_http=warn,mio=warn";

/// How many records the page of logs can show.
const RECENT: usize = 500;

/// The form of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Format {
    /// One readable line.
    #[default]
    Text,
    /// One JSON object in a line.
    Json,
}

/// The settings of the log.
#[derive(Debug, Clone)]
pub struct LogSettings {
    /// A level, or directives as `tracing` reads them: `info`, `debug,sqlx=warn`.
    pub level: String,
    /// The form of a record.
    pub format: Format,
    /// The language of its sentence.
    pub lang: Lang,
    /// A file to write to as well; it is kept to five files of 10 MiB.
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

/// The language of records, which can be changed while running.
#[derive(Debug, Clone)]
pub(super) struct SpokenLang(Arc<AtomicBool>);

impl SpokenLang {
    fn new(lang: Lang) -> Self {
        let spoken = Self(Arc::default());
        spoken.set(lang);
        spoken
    }

    fn get(&self) -> Lang {
        if self.0.load(Ordering::Relaxed) { Lang::En } else { Lang::Fr }
    }

    fn set(&self, lang: Lang) {
        self.0.store(lang == Lang::En, Ordering::Relaxed);
    }
}

/// The log while it runs: its level and language can be changed, and its latest records read.
#[derive(Clone)]
pub struct Logging {
    level: reload::Handle<EnvFilter, Registry>,
    lang: SpokenLang,
    sinks: Sinks,
}

impl fmt::Debug for Logging {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Logging")
    }
}

impl Logging {
    /// Changes the level of the running process.
    pub fn set_level(&self, level: &str) -> Result<(), LogError> {
        self.level.reload(filter(level)?).map_err(|_| LogError::Level)
    }

    /// Changes the language of the records to come.
    pub fn set_lang(&self, lang: Lang) {
        self.lang.set(lang);
    }

    /// The latest records of `level` and worse, newest first.
    pub fn recent(&self, level: Level) -> Vec<Arc<str>> {
        let sinks = self.sinks.0.lock().unwrap_or_else(PoisonError::into_inner);
        sinks.recent.iter().rev().filter(|(of, _)| *of <= level).map(|(_, line)| Arc::clone(line)).collect()
    }
}

/// Where records go. Writing is direct: a record is out before the code that logged goes on, so that a crash does not
/// lose the record that explains it.
#[derive(Clone)]
pub(super) struct Sinks(Arc<Mutex<OpenSinks>>);

struct OpenSinks {
    writer: Box<dyn Write + Send>,
    file: Option<RotatingFile>,
    recent: VecDeque<(Level, Arc<str>)>,
}

impl fmt::Debug for Sinks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sinks")
    }
}

impl Sinks {
    /// Writes one record. A closed terminal or a full disk must not stop the service, and a log about the log would
    /// never end: failures are passed over.
    fn write(&self, level: Level, line: String) {
        let mut sinks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = sinks.writer.write_all(format!("{line}\n").as_bytes()).and_then(|()| sinks.writer.flush());
        if let Some(file) = &mut sinks.file {
            let _ = file.write_line(&line);
        }
        if sinks.recent.len() == RECENT {
            sinks.recent.pop_front();
        }
        sinks.recent.push_back((level, line.into()));
    }
}

/// Sets logging up for the process; its panics are told too.
pub fn init(settings: &LogSettings, surroundings: Surroundings) -> Result<Logging, LogError> {
    let (subscriber, logging) = subscriber(settings, surroundings)?;
    subscriber.try_init().map_err(|_| LogError::AlreadySet)?;
    panics::tell();
    Ok(logging)
}

/// The logging of [`init`] without making it the process's: for a test, or one thread.
pub fn subscriber(
    settings: &LogSettings,
    surroundings: Surroundings,
) -> Result<(impl Subscriber + Send + Sync + use<>, Logging), LogError> {
    let Surroundings { clock, redactor, metrics, writer } = surroundings;
    let file = settings.file.as_ref().map(|path| RotatingFile::open(path, FILE_BYTES)).transpose();
    let file = file.map_err(LogError::File)?;
    let sinks = Sinks(Arc::new(Mutex::new(OpenSinks { writer, file, recent: VecDeque::new() })));
    let (filter, level) = reload::Layer::new(filter(&settings.level)?);
    let lang = SpokenLang::new(settings.lang);
    let records = RecordLayer {
        format: settings.format,
        lang: lang.clone(),
        clock,
        redactor,
        metrics,
        sinks: sinks.clone(),
    };
    Ok((Registry::default().with(filter).with(records), Logging { level, lang, sinks }))
}

fn filter(level: &str) -> Result<EnvFilter, LogError> {
    EnvFilter::builder().parse(format!("{QUIET},{level}")).map_err(|_| LogError::Level)
}

#[cfg(test)]
#[path = "log_tests.rs"]
mod tests;
