//! `grabfeed serve`: the service.

use std::fs::{File, TryLockError};
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use tokio::net::TcpListener;
use tracing::warn;

use super::context::{CommandError, Context, make_folder};
use crate::config::Settings;
use crate::config::section::logging::LogFormat;
use crate::ops::log::{self, Format, LogSettings, Repeats};
use crate::ops::private_file::{self, Ownership};
use crate::ops::shutdown::Lifecycle;
use crate::service::{self, StartError, Surroundings};
use crate::store::OpenOptions;

/// Runs until a signal.
pub fn run(context: &Context) -> Result<u8, CommandError> {
    let loaded = context.loaded()?;
    let settings = &loaded.settings;
    make_folder(&context.data)?;
    let around = context.surroundings(settings);
    let repeats = start_log(context, settings, &around)?;
    let _lock = lock(context, settings)?;
    tell_files_that_others_read(context, settings);
    runtime(settings.server.workers)?.block_on(async {
        // Before anything is made that a service which has the port already would use: its set-up token above all.
        let listener = listen(SocketAddr::new(settings.server.host, settings.server.port))?;
        let store = context.open_store(settings).await?;
        let service = service::build(&loaded, store, &around).await?;
        let life = life_under_signals();
        tell_repeats(&repeats);
        service::run(service, listener, &life).await?;
        repeats.tell();
        Ok(0)
    })
}

/// Warns of each file with keys in it that other users of the machine can read.
fn tell_files_that_others_read(context: &Context, settings: &Settings) {
    let database = match context.database(settings) {
        OpenOptions::File(path) => Some(path),
        OpenOptions::Postgres(_) => None,
    };
    let files = database.into_iter().chain([context.settings_file()]).chain(settings.logging.file.clone());
    for path in files.map(|path| context.data.join(path)) {
        if let Some(mode) = private_file::mode_readable_by_others(&path) {
            warn!(event = "ops.readable-by-others", file = %path.display(), mode = format!("{mode:04o}"));
        }
    }
}

/// A runtime with as many threads as the settings say; one per processor if they say nothing.
pub(super) fn runtime(workers: Option<usize>) -> Result<tokio::runtime::Runtime, CommandError> {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    if let Some(workers) = workers {
        builder.worker_threads(workers);
    }
    Ok(builder.enable_all().build().map_err(StartError::Process)?)
}

/// A life that ends at the first signal; where none can be heard it ends at once, rather than never.
pub(super) fn life_under_signals() -> Lifecycle {
    let life = Lifecycle::default();
    let signals = life.clone();
    tokio::spawn(async move {
        if signals.obey_signals().await.is_err() {
            signals.stop();
        }
    });
    life
}

pub(super) fn listen(address: SocketAddr) -> Result<TcpListener, CommandError> {
    Ok(service::listen(address).map_err(|cause| StartError::Listen { address, cause })?)
}

/// Tells every minute what was counted in place of being told.
pub(super) fn tell_repeats(repeats: &Repeats) {
    let repeats = repeats.clone();
    tokio::spawn(async move {
        loop {
            tokio::time::sleep(Duration::from_mins(1)).await;
            repeats.tell();
        }
    });
}

/// Begins the log. Gives what counts entries that come again and again.
pub(super) fn start_log(
    context: &Context,
    settings: &Settings,
    around: &Surroundings,
) -> Result<Repeats, CommandError> {
    let format = match settings.logging.format {
        LogFormat::Text => Format::Text,
        LogFormat::Json => Format::Json,
    };
    let log_settings = LogSettings {
        level: settings.logging.level.as_str().to_owned(),
        format,
        lang: context.lang_of(settings),
        file: settings.logging.file.as_ref().map(|path| context.data.join(path)),
    };
    let repeats = Repeats::default();
    let surroundings = log::Surroundings {
        clock: around.clock.clone(),
        redactor: around.redactor.clone(),
        metrics: around.metrics.clone(),
        repeats: repeats.clone(),
        writer: Box::new(std::io::stderr()),
    };
    log::init(&log_settings, surroundings).map_err(|_| StartError::Log)?;
    Ok(repeats)
}

/// Keeps a second `serve` off the same SQLite file for as long as the value lives; the system ends the lock with the
/// process, however that ends. PostgreSQL takes any number.
fn lock(context: &Context, settings: &Settings) -> Result<Option<File>, CommandError> {
    let OpenOptions::File(database) = context.database(settings) else { return Ok(None) };
    let mut path = database.clone().into_os_string();
    path.push(".lock");
    let failed = |_cause| StartError::DatabaseFile(database.clone());
    let path = PathBuf::from(path);
    match private_file::ownership(&path).map_err(failed)? {
        Ownership::Absent | Ownership::Private => {}
        // Whoever can open it can hold it, and so keep the service from starting. It is not made anew: a service that runs may
        // hold it.
        Ownership::Shared(_) => private_file::close_to_others(&path).map_err(failed)?,
        Ownership::Foreign => return Err(failed(io::ErrorKind::PermissionDenied.into()).into()),
    }
    let file = private_file::options().create(true).truncate(false).write(true).open(path).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Err(StartError::AlreadyServed.into()),
        Err(TryLockError::Error(cause)) => Err(failed(cause).into()),
    }
}
