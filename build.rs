//! Lists the message catalogues, so that an area adds its own file and touches no list.
//!
//! Writes `catalogues.rs`, which `ops::text` includes. Owns nothing else; the migrations are only watched, because
//! the macro that embeds them does not notice a new file by itself.
#![expect(
    clippy::disallowed_methods,
    reason = "cargo tells a build script its folders through the environment"
)]

use std::ffi::OsStr;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=locales");
    println!("cargo::rerun-if-changed=migrations");
    let folder = |name| env::var_os(name).map(PathBuf::from).ok_or_else(|| io::Error::other(name));
    let locales = folder("CARGO_MANIFEST_DIR")?.join("locales");
    let mut source = String::new();
    for (constant, language) in [("FRENCH", "fr"), ("ENGLISH", "en")] {
        let list = list(&locales.join(language))?;
        let _ = writeln!(source, "const {constant}: &[(&str, &str)] = &[{list}];");
    }
    fs::write(folder("OUT_DIR")?.join("catalogues.rs"), source)
}

/// The catalogues of one language as pairs of area and text, in the order of their names.
fn list(language: &Path) -> io::Result<String> {
    let entries = fs::read_dir(language)?.map(|entry| entry.map(|entry| entry.path()));
    let mut files: Vec<PathBuf> = entries.collect::<io::Result<_>>()?;
    files.retain(|file| file.extension() == Some(OsStr::new("ftl")));
    files.sort();
    let pair = |file: PathBuf| {
        let area = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        format!("({area:?}, include_str!({:?}))", file.display().to_string())
    };
    Ok(files.into_iter().map(pair).collect::<Vec<_>>().join(", "))
}
