//! `grabfeed check [FILE]`: are the settings valid?
//!
//! Owns: the command's arguments and what it prints. Must not know: how settings are checked.

use std::io::{self, Write};
use std::path::PathBuf;

use serde_json::json;

use crate::config::{Inputs, SettingsFile, load};
use crate::ops::text::{Arg, Lang};

/// The exit code of a command that found the settings invalid.
pub const INVALID_SETTINGS: u8 = 2;

/// The arguments of `check`.
#[derive(Debug, clap::Args)]
pub struct CheckArgs {
    /// The settings file; without it, the one of the data directory.
    pub file: Option<PathBuf>,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

/// Checks the settings under the environment of `inputs`; prints one sentence, or every finding. Returns the exit
/// code: 0, or 2 if there are findings.
pub fn run(args: &CheckArgs, mut inputs: Inputs, lang: Lang, out: &mut dyn Write) -> io::Result<u8> {
    if let Some(file) = &args.file {
        inputs.file = SettingsFile::Required(file.clone());
    }
    match (load(&inputs), args.json) {
        (Ok(_), true) => writeln!(out, "{:#}", json!({ "ok": true, "findings": [], "more": 0 }))?,
        (Ok(_), false) => writeln!(out, "{}", valid(&inputs.file, lang))?,
        (Err(report), json) => {
            if json {
                writeln!(out, "{:#}", report.to_json(lang))?;
            } else {
                write!(out, "{}", report.render(lang))?;
            }
            return Ok(INVALID_SETTINGS);
        }
    }
    Ok(0)
}

fn valid(file: &SettingsFile, lang: Lang) -> String {
    match file {
        SettingsFile::Required(path) | SettingsFile::IfPresent(path) if path.exists() => {
            let name = path.display().to_string();
            lang.text("config-check-ok-file", &[("file", Arg::Text(&name))])
        }
        _ => lang.text("config-check-ok-no-file", &[]),
    }
}
