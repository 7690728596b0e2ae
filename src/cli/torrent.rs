//! `grabfeed torrent inspect FILE…`: what verification says of files.
//!
//! Owns: the command's arguments and its two outputs, for people and as JSON. Must not know: why a torrent is refused;
//! verification says that, and the catalogues have the sentence.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::domain::torrent::TorrentFacts;
use crate::fetch::verify::verify;
use crate::ops::text::Lang;

/// More than clients can decode; a larger file is read no further.
const MAX_BYTES: u64 = 1 << 29;
/// The reason given where a file could not be read at all.
const UNREADABLE: &str = "file-unreadable";
/// Exit code where a file was refused.
const REFUSED: u8 = 1;

/// What can be done with torrent files.
#[derive(Debug, clap::Subcommand)]
pub enum TorrentCommand {
    /// Says whether clients would load the files, and what is in them.
    Inspect(InspectArgs),
}

/// The arguments of `torrent inspect`.
#[derive(Debug, clap::Args)]
pub struct InspectArgs {
    /// The files.
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Prints JSON: an object for one file, an array of them for several.
    #[arg(long)]
    pub json: bool,
}

/// What is said of one file. Fields that a refused file has not are null.
#[derive(Debug, Serialize)]
struct Report {
    file: String,
    ok: bool,
    reason: Option<&'static str>,
    message: Option<String>,
    name: Option<String>,
    v1: Option<String>,
    v2: Option<String>,
    private: Option<bool>,
    total: Option<u64>,
    files: Option<u64>,
    piece_length: Option<u64>,
}

/// Runs the command. Returns the exit code: 0 if all files are torrents that clients load, else 1. Fails only where
/// `out` does.
pub fn run(command: &TorrentCommand, lang: Lang, out: &mut dyn Write) -> io::Result<u8> {
    let TorrentCommand::Inspect(args) = command;
    let reports: Vec<Report> = args.files.iter().map(|file| Report::from_file(file, lang)).collect();
    match reports.as_slice() {
        [report] if args.json => write_json(report, out)?,
        reports if args.json => write_json(&reports, out)?,
        reports => reports.iter().try_for_each(|report| report.write(lang, out))?,
    }
    Ok(if reports.iter().all(|report| report.ok) { 0 } else { REFUSED })
}

fn write_json(value: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, value)?;
    writeln!(out)
}

/// Reads a file, but not more than clients could decode.
fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(MAX_BYTES).read_to_end(&mut bytes)?;
    Ok(bytes)
}

impl Report {
    fn from_file(path: &Path, lang: Lang) -> Self {
        let file = path.display().to_string();
        match read(path).map(|bytes| verify(&bytes)) {
            Ok(Ok(facts)) => Self::accepted(file, facts),
            Ok(Err(error)) => Self::refused(file, error.code(), lang),
            Err(_) => Self::refused(file, UNREADABLE, lang),
        }
    }

    fn accepted(file: String, facts: TorrentFacts) -> Self {
        Self {
            file,
            ok: true,
            reason: None,
            message: None,
            name: Some(facts.name),
            v1: facts.v1.map(hex::encode),
            v2: facts.v2.map(hex::encode),
            private: Some(facts.private),
            total: Some(facts.total_bytes),
            files: Some(facts.file_count),
            piece_length: Some(facts.piece_length_bytes),
        }
    }

    fn refused(file: String, code: &'static str, lang: Lang) -> Self {
        Self {
            file,
            ok: false,
            reason: Some(code),
            message: Some(lang.text(&format!("torrent-{code}"), &[])),
            name: None,
            v1: None,
            v2: None,
            private: None,
            total: None,
            files: None,
            piece_length: None,
        }
    }

    /// Writes the report for a person.
    fn write(&self, lang: Lang, out: &mut dyn Write) -> io::Result<()> {
        let file = self.file.as_str();
        if let (Some(reason), Some(message)) = (self.reason, &self.message) {
            let args = [("file", file.into()), ("reason", reason.into()), ("message", message.into())];
            return writeln!(out, "{}", lang.text("torrent-inspect-refused", &args));
        }
        writeln!(out, "{}", lang.text("torrent-inspect-accepted", &[("file", file.into())]))?;
        let flag =
            if self.private == Some(true) { "torrent-inspect-private" } else { "torrent-inspect-public" };
        let fact = |id, name, value: Option<_>| value.map(|value| lang.text(id, &[(name, value)]));
        let facts = [
            fact("torrent-inspect-name", "name", self.name.as_ref().map(Into::into)),
            fact("torrent-inspect-v1", "hash", self.v1.as_ref().map(Into::into)),
            fact("torrent-inspect-v2", "hash", self.v2.as_ref().map(Into::into)),
            fact("torrent-inspect-total", "bytes", self.total.map(Into::into)),
            fact("torrent-inspect-files", "files", self.files.map(Into::into)),
            fact("torrent-inspect-piece-length", "bytes", self.piece_length.map(Into::into)),
            Some(lang.text(flag, &[])),
        ];
        facts.into_iter().flatten().try_for_each(|line| writeln!(out, "  {line}"))
    }
}
