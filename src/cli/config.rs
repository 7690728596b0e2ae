//! `grabfeed config show|schema|default|reference`: what the settings are, and what they can be.
//!
//! Owns: the commands' arguments and what they print. Must not know: how settings are read.

use std::io::{self, Write};

use serde_json::{Value as Json, json};

use super::check::INVALID_SETTINGS;
use crate::config::{Inputs, Loaded, load, reference, schema, template};
use crate::ops::text::Lang;

/// The arguments of `config`.
#[derive(Debug, clap::Args)]
pub struct ConfigArgs {
    /// What to print.
    #[command(subcommand)]
    pub command: ConfigCommand,
}

/// What `config` can print.
#[derive(Debug, Clone, Copy, clap::Subcommand)]
pub enum ConfigCommand {
    /// Every setting with its value and where it came from.
    Show {
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// The JSON Schema of the settings file, for editors.
    Schema,
    /// A commented settings file with every default.
    Default,
    /// The reference of all settings, as a Markdown page.
    Reference,
}

/// Prints what is asked for. Returns the exit code: 0, or 2 if the settings that `show` should print are invalid.
pub fn run(args: &ConfigArgs, inputs: &Inputs, lang: Lang, out: &mut dyn Write) -> io::Result<u8> {
    match args.command {
        ConfigCommand::Schema => writeln!(out, "{:#}", schema::schema(lang))?,
        ConfigCommand::Default => write!(out, "{}", template::default_file(lang))?,
        ConfigCommand::Reference => write!(out, "{}", reference::reference(lang))?,
        ConfigCommand::Show { json } => return show(json, inputs, lang, out),
    }
    Ok(0)
}

fn show(as_json: bool, inputs: &Inputs, lang: Lang, out: &mut dyn Write) -> io::Result<u8> {
    match (load(inputs), as_json) {
        (Ok(loaded), true) => writeln!(out, "{:#}", show_json(&loaded))?,
        (Ok(loaded), false) => write!(out, "{}", show_table(&loaded, lang))?,
        (Err(report), true) => {
            writeln!(out, "{:#}", report.to_json(lang))?;
            return Ok(INVALID_SETTINGS);
        }
        (Err(report), false) => {
            write!(out, "{}", report.render(lang))?;
            return Ok(INVALID_SETTINGS);
        }
    }
    Ok(0)
}

fn show_json(loaded: &Loaded) -> Json {
    let settings = loaded.provenance.iter().map(|shown| {
        json!({
            "key": shown.path.to_string(),
            "value": shown.json(),
            "origin": shown.origin.to_string(),
            "locked": shown.is_locked(),
        })
    });
    Json::Array(settings.collect())
}

fn show_table(loaded: &Loaded, lang: Lang) -> String {
    let heads = ["key", "value", "origin"].map(|column| lang.text(&format!("config-show-{column}"), &[]));
    let rows = loaded.provenance.iter().map(|shown| {
        let value = shown.value.as_ref().map(|items| items.join(", "));
        let value = value.unwrap_or_else(|| lang.text("config-show-absent", &[]));
        [shown.path.to_string(), value, shown.origin.text(lang)]
    });
    let rows: Vec<[String; 3]> = std::iter::once(heads).chain(rows).collect();
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let (keys, values) = (width(0), width(1));
    let lines = rows.iter().map(|[key, value, origin]| format!("{key:keys$}  {value:values$}  {origin}"));
    lines.collect::<Vec<_>>().join("\n") + "\n"
}
