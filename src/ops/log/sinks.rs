//! Where records go, and in which form.

use std::fmt;
use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};

use super::file::RotatingFile;

/// The form of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Format {
    /// One readable line.
    #[default]
    Text,
    /// One JSON object in a line.
    Json,
}

/// Where records go. Writing is direct: a record is out before the code that logged goes on, so that a crash does not
/// lose the record that explains it.
#[derive(Clone)]
pub(super) struct Sinks(Arc<Mutex<OpenSinks>>);

struct OpenSinks {
    writer: Box<dyn Write + Send>,
    file: Option<RotatingFile>,
    security: Option<RotatingFile>,
}

impl fmt::Debug for Sinks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sinks")
    }
}

impl Sinks {
    pub(super) fn new(
        writer: Box<dyn Write + Send>,
        file: Option<RotatingFile>,
        security: Option<RotatingFile>,
    ) -> Self {
        Self(Arc::new(Mutex::new(OpenSinks { writer, file, security })))
    }

    /// Writes one record, and once more where it concerns security. A closed terminal or a full disk must not stop the service, and a log about the log would
    /// never end: failures are passed over.
    pub(super) fn write(&self, line: &str, is_security: bool) {
        let mut sinks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = sinks.writer.write_all(format!("{line}\n").as_bytes()).and_then(|()| sinks.writer.flush());
        if let Some(file) = &mut sinks.file {
            let _ = file.write_line(line);
        }
        if let Some(file) = sinks.security.as_mut().filter(|_| is_security) {
            let _ = file.write_line(line);
        }
    }
}
