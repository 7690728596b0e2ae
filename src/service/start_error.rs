//! Why the service cannot start, and what the person is told.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

use crate::auth::setup::SetupError;
use crate::ops::text::Lang;
use crate::store::{OpenError, StoreError};
use crate::upstream::trust::AuthoritiesError;

/// Why the service cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The data folder cannot be made.
    #[error("the data folder cannot be made")]
    DataFolder {
        /// The folder.
        path: PathBuf,
        /// Why.
        cause: io::Error,
    },
    /// The database file cannot be opened or written.
    #[error("the database file cannot be opened or written")]
    DatabaseFile(PathBuf),
    /// Another process serves this database file.
    #[error("another process serves this database file")]
    AlreadyServed,
    /// The database cannot be opened.
    #[error(transparent)]
    Database(#[from] OpenError),
    /// The database failed while starting.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The address cannot be listened on.
    #[error("the address cannot be listened on")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// Why.
        cause: io::Error,
    },
    /// An app's URL or key cannot be used.
    #[error("the settings of app {0} cannot be used")]
    App(String),
    /// `server.public_url` cannot be the base of links.
    #[error("server.public_url cannot be the base of links")]
    PublicUrl,
    /// The log cannot be set up.
    #[error("the log cannot be set up")]
    Log,
    /// TLS cannot be set up.
    #[error("TLS cannot be set up")]
    Tls,
    /// `network.ca_file` cannot be used.
    #[error("network.ca_file cannot be used")]
    Authorities {
        /// The file.
        path: PathBuf,
        /// Why.
        cause: AuthoritiesError,
    },
    /// The runtime cannot be started, or signals cannot be listened to.
    #[error("the process cannot be set up")]
    Process(#[source] io::Error),
    /// The first account cannot be prepared.
    #[error(transparent)]
    Setup(#[from] SetupError),
    /// The simulated apps cannot be started.
    #[error("the simulated apps cannot be started")]
    Demo,
}

impl StartError {
    /// The sentence for the person: what is wrong and what to do.
    pub fn text(&self, lang: Lang) -> String {
        let path;
        let (id, name) = match self {
            Self::DataFolder { path: folder, .. } => {
                path = folder.display().to_string();
                ("start-data-folder", path.as_str())
            }
            Self::Authorities { path: file, .. } => {
                path = file.display().to_string();
                ("start-authorities", path.as_str())
            }
            Self::DatabaseFile(file) => {
                path = file.display().to_string();
                ("start-database-file", path.as_str())
            }
            Self::AlreadyServed => ("start-already-served", ""),
            Self::Database(OpenError::Newer(_)) => ("start-database-newer", ""),
            Self::Database(OpenError::Damaged) => ("start-database-damaged", ""),
            Self::Database(OpenError::BadUrl) => ("start-database-url", ""),
            Self::Database(OpenError::Backup(_)) => ("start-database-backup", ""),
            Self::Database(OpenError::Migration(_)) => ("start-database-migration", ""),
            Self::Database(OpenError::Unreachable(_)) | Self::Store(_) => ("start-database-unreachable", ""),
            Self::Listen { address, .. } => {
                path = address.to_string();
                ("start-listen", path.as_str())
            }
            Self::App(app) => ("start-app", app.as_str()),
            Self::PublicUrl => ("start-public-url", ""),
            Self::Log => ("start-log", ""),
            Self::Tls => ("start-tls", ""),
            Self::Process(_) => ("start-process", ""),
            Self::Setup(error) => return error.text(lang),
            Self::Demo => ("start-demo", ""),
        };
        lang.text(id, &[("name", name.into())])
    }
}
