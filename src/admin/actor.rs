//! Who does a deed, for the log.

use crate::auth::source::Source;

/// Who does a deed: a name, how the caller proved to be that, and from where.
#[derive(Debug, Clone)]
pub struct Actor {
    name: String,
    method: &'static str,
    source: Option<Source>,
}

impl Actor {
    /// A caller of the service.
    pub fn new(name: &str, method: &'static str, source: Source) -> Self {
        Self { name: name.to_owned(), method, source: Some(source) }
    }

    /// Somebody with a shell on the machine.
    pub fn command_line() -> Self {
        Self { name: "command-line".to_owned(), method: "command-line", source: None }
    }

    /// The name: of the account, of the API key.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How the caller proved to be that.
    pub const fn method(&self) -> &'static str {
        self.method
    }

    /// From which address; `local` for the command line.
    pub fn address(&self) -> String {
        self.source.map_or_else(|| "local".to_owned(), |source| source.to_string())
    }
}
