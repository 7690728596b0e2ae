//! Settings: files, environment, reports and generated documents.

mod commands;
mod documents;
mod environment;
mod findings;
mod hostile_yaml;
mod layers;
mod round_trip;
mod sign_in;

use std::collections::BTreeMap;

use grabfeed::config::{Inputs, Loaded, Report, SettingsFile, load};

/// Loads a file with these bytes and nothing else.
fn load_text(text: impl AsRef<[u8]>) -> Result<Loaded, Report> {
    load_with(text, &[])
}

/// Loads a file with these bytes under these variables.
fn load_with(text: impl AsRef<[u8]>, variables: &[(&str, &str)]) -> Result<Loaded, Report> {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("settings.yml");
    std::fs::write(&path, text).unwrap();
    load(&Inputs {
        file: SettingsFile::Required(path),
        environment: environment(variables),
        ..Inputs::default()
    })
}

/// Loads without a file.
fn load_variables(variables: &[(&str, &str)]) -> Result<Loaded, Report> {
    load(&Inputs { environment: environment(variables), ..Inputs::default() })
}

fn environment(variables: &[(&str, &str)]) -> BTreeMap<String, String> {
    variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// Each finding as `line key code`.
fn briefly(report: &Report) -> Vec<String> {
    let brief = |finding: &grabfeed::config::Finding| {
        let line = match finding.origin {
            grabfeed::config::ValueOrigin::File { line, .. } => line.to_string(),
            ref other => other.to_string(),
        };
        format!("{line} {} {}", finding.key, finding.problem.code())
    };
    report.findings.iter().map(brief).collect()
}
