//! The Python library that FlexGet and many others read feeds with.

use std::process::Command;

use serde::Deserialize;

use crate::support::python::interpreter;

/// What it saw.
#[derive(Debug, Deserialize)]
pub(crate) struct Seen {
    /// Whether it found the document broken.
    pub bozo: bool,
    pub ids: Vec<String>,
    pub titles: Vec<String>,
    /// Year to second, in UTC.
    pub dates: Vec<Option<[u32; 6]>>,
    pub enclosures: Vec<Vec<String>>,
    /// The status of a second request that carried the first answer's entity tag.
    pub second_status: u16,
}

/// Lets it read the feed.
pub(crate) async fn read(url: &str) -> Seen {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/clients_real/read_feed.py");
    let (python, url) = (interpreter(), url.to_owned());
    let run = move || Command::new(&python).arg(script).arg(url).output();
    let output = tokio::task::spawn_blocking(run).await.unwrap();
    let output =
        output.unwrap_or_else(|error| panic!("no Python ({error}): install the Debian package `python3`"));
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(
        !errors.contains("ModuleNotFoundError"),
        "install the Debian package `python3-feedparser`: {errors}"
    );
    assert!(output.status.success(), "{errors}");
    serde_json::from_slice(&output.stdout).unwrap()
}
