//! Settings: files, environment, reports and generated documents.

mod hostile_yaml;

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

/// The codes of the findings, in order.
fn codes(report: &Report) -> Vec<&'static str> {
    report.findings.iter().map(|finding| finding.problem.code()).collect()
}
