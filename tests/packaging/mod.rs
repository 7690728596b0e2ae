//! What is delivered beside the program: the unit of systemd, and what may be linked into it (C62, C64).

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::support::process::PROGRAM;

fn file(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// `None` where there is no systemd: its tools come with the machine, not with a package.
fn systemd_analyze(arguments: &[&str], unit: &Path) -> Option<Output> {
    match Command::new("systemd-analyze").args(arguments).arg(unit).env("SYSTEMD_COLORS", "0").output() {
        Ok(output) => Some(output),
        Err(error) => {
            println!("skipped: systemd-analyze cannot be run ({error})");
            None
        }
    }
}

#[test]
fn the_unit_of_systemd_leaves_the_service_little_to_abuse() {
    let unit = file("contrib/grabfeed.service");
    let Some(output) = systemd_analyze(&["security", "--offline=true", "--threshold=20"], &unit) else { return };
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}

#[test]
fn the_unit_of_systemd_has_no_mistake() {
    let folder = tempfile::tempdir().unwrap();
    let unit = folder.path().join("grabfeed.service");
    let text = std::fs::read_to_string(file("contrib/grabfeed.service")).unwrap();
    std::fs::write(&unit, text.replace("/usr/local/bin/grabfeed", PROGRAM)).unwrap();
    let Some(output) = systemd_analyze(&["verify", "--man=no"], &unit) else { return };
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && !said.contains("grabfeed.service"), "{said}");
}

#[test]
fn only_this_package_depends_on_the_http_client() {
    let lock = std::fs::read_to_string(file("Cargo.lock")).unwrap();
    let users: Vec<&str> = lock
        .split("[[package]]")
        .filter(|package| package.lines().any(|line| line.trim().starts_with("\"reqwest")))
        .filter_map(|package| package.lines().find_map(|line| line.strip_prefix("name = ")))
        .collect();
    assert_eq!(users, ["\"grabfeed\""]);
}
