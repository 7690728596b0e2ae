//! What a command is called with: the data folder, the settings' inputs, the language, the time.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::config::section::database::DatabaseUrl;
use crate::config::{Inputs, Loaded, Report, Settings, SettingsFile, language, load};
use crate::ops::clock::Clock;
use crate::ops::private_file;
use crate::ops::text::Lang;
use crate::service::{self, StartError};
use crate::store::{OpenError, OpenOptions, Store};

/// Exit code of a command that could not do its work.
pub const FAILED: u8 = 1;

/// What a command is called with.
#[derive(Debug, Clone)]
pub struct Context {
    /// The folder of the database and of `settings.yml`.
    pub data: PathBuf,
    /// The process's environment.
    pub environment: BTreeMap<String, String>,
    /// The language that was asked for on the command line.
    pub asked_lang: Option<Lang>,
    /// The time.
    pub clock: Clock,
}

/// Why a command ended early.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// The settings have mistakes.
    #[error("the settings have mistakes")]
    Settings(Box<Report>),
    /// The service's parts could not be put together.
    #[error(transparent)]
    Start(#[from] StartError),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] crate::store::StoreError),
    /// The output cannot be written.
    #[error("the output cannot be written")]
    Output(#[from] io::Error),
}

impl CommandError {
    /// Tells the person, and returns the exit code.
    pub fn tell(&self, lang: Lang, err: &mut dyn Write) -> u8 {
        // Where even the error output is closed there is nobody to tell.
        let _told = match self {
            Self::Settings(report) => write!(err, "{}", report.render(lang)),
            Self::Start(error) => writeln!(err, "{}", error.text(lang)),
            Self::Store(_) => writeln!(err, "{}", lang.text("cli-database-failed", &[])),
            Self::Output(_) => Ok(()),
        };
        match self {
            Self::Settings(_) => super::check::INVALID_SETTINGS,
            _ => FAILED,
        }
    }
}

impl Context {
    /// Everything that settings are made of.
    pub fn inputs(&self) -> Inputs {
        Inputs {
            file: SettingsFile::IfPresent(self.settings_file()),
            environment: self.environment.clone(),
            saved: BTreeMap::new(),
        }
    }

    /// The settings file: `settings.yml`, or `settings.yaml` where only that is there.
    pub(super) fn settings_file(&self) -> PathBuf {
        let (usual, other) = (self.data.join("settings.yml"), self.data.join("settings.yaml"));
        if !usual.exists() && other.exists() { other } else { usual }
    }

    /// The language before the settings are known: what they ask for, whatever else is wrong with them.
    pub fn lang(&self) -> Lang {
        self.asked_lang.or_else(|| language(&self.inputs())).unwrap_or_default()
    }

    /// The language once they are.
    pub fn lang_of(&self, settings: &Settings) -> Lang {
        self.asked_lang.unwrap_or(settings.logging.language)
    }

    /// The effective settings, with where each came from.
    pub fn loaded(&self) -> Result<Loaded, CommandError> {
        let loaded = load(&self.inputs());
        let mut loaded = loaded.map_err(|report| CommandError::Settings(Box::new(report)))?;
        if let Some(path) = &mut loaded.settings.network.ca_file {
            *path = self.data.join(&path);
        }
        Ok(loaded)
    }

    /// The effective settings.
    pub fn settings(&self) -> Result<Settings, CommandError> {
        Ok(self.loaded()?.settings)
    }

    /// Opens the database of the settings, making the data folder if it is missing.
    pub async fn open_store(&self, settings: &Settings) -> Result<Store, CommandError> {
        make_folder(&self.data)?;
        let database = self.database(settings);
        let store = Store::open(database.clone(), self.clock.clone()).await;
        Ok(store.map_err(|error| match (error, database) {
            (OpenError::Unreachable(_), OpenOptions::File(path)) => StartError::DatabaseFile(path),
            (error, _) => StartError::Database(error),
        })?)
    }

    /// Where the database is.
    pub fn database(&self, settings: &Settings) -> OpenOptions {
        match &settings.database.url {
            None => OpenOptions::File(self.data.join("grabfeed.db")),
            Some(DatabaseUrl::Sqlite(path)) => OpenOptions::File(self.data.join(path)),
            Some(DatabaseUrl::Postgres(url)) => OpenOptions::Postgres(url.clone()),
        }
    }

    /// What the service is made of, around an open database.
    pub fn surroundings(&self, settings: &Settings) -> service::Surroundings {
        service::Surroundings {
            setup_token_file: Some(self.setup_token_file()),
            arrived_folder: Some(self.data.join("arrived")),
            ..service::Surroundings::new(self.clock.clone(), self.lang_of(settings))
        }
    }

    /// Where the token for the first set-up is written.
    pub fn setup_token_file(&self) -> PathBuf {
        self.data.join("setup-token")
    }
}

/// Makes the data folder, readable by its owner only: it holds keys.
pub fn make_folder(path: &Path) -> Result<(), StartError> {
    if path.is_dir() {
        return Ok(());
    }
    private_file::folder()
        .create(path)
        .map_err(|cause| StartError::DataFolder { path: path.to_owned(), cause })
}
