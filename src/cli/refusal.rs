//! A deed that was refused, as the command line says it. The only place where an [`AdminError`] becomes a sentence.

use std::io::Write;

use super::context::{CommandError, FAILED};
use crate::admin::AdminError;
use crate::ops::text::Lang;

/// What a command is about.
#[derive(Debug, Clone, Copy)]
pub(super) enum Thing {
    Feed,
    Key,
    Grab,
    Account,
}

impl Thing {
    const fn word(self) -> &'static str {
        match self {
            Self::Feed => "feed",
            Self::Key => "key",
            Self::Grab => "grab",
            Self::Account => "user",
        }
    }
}

/// Writes why a deed was refused, and gives the exit code. `name`: what the person named. Failures of the database are
/// passed on.
pub(super) fn write(
    error: AdminError,
    thing: Thing,
    name: &str,
    lang: Lang,
    out: &mut dyn Write,
) -> Result<u8, CommandError> {
    let word = thing.word();
    let id = match error {
        AdminError::Store(failure) => return Err(failure.into()),
        AdminError::WeakPassword(weakness) => {
            writeln!(out, "{}", weakness.text(lang))?;
            return Ok(FAILED);
        }
        AdminError::NotFound => format!("cli-{word}-unknown"),
        AdminError::NameTaken => format!("cli-{word}-name-taken"),
        AdminError::Invalid(field) => format!("cli-{word}-bad-{}", field.split('.').next().unwrap_or(field)),
        AdminError::Busy => "cli-user-busy".to_owned(),
        _ => "cli-refused".to_owned(),
    };
    writeln!(out, "{}", lang.text(&id, &[("name", name.into()), ("number", name.into())]))?;
    Ok(FAILED)
}
