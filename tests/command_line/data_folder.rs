//! Data folders that cannot be used: the message names the path, the exit code says so, and nothing is half made.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use crate::support::household::text;
use crate::support::process::{PROGRAM, grabfeed};

/// A user who owns nothing here.
const NOBODY: u32 = 65_534;

/// Runs a command there and checks that it says that it cannot be used.
fn refused(mut command: Command, data: &Path, arguments: &[&str]) {
    let output = command.args(arguments).output().unwrap();
    let said = text(&output.stdout) + &text(&output.stderr);
    let code = output.status.code().unwrap();
    assert!(code == 1 && said.contains(data.to_str().unwrap()), "{arguments:?}: {code} {said}");
    assert!(said.contains("Vérifiez"), "{said}");
}

const COMMANDS: [&[&str]; 3] = [&["serve"], &["key", "list"], &["feed", "create", "f"]];

#[test]
fn a_data_folder_that_cannot_be_one_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    let below = file.join("data");
    let taken = folder.path().join("taken");
    fs::create_dir_all(taken.join("grabfeed.db")).unwrap();
    for data in [&file, &below, &taken] {
        for arguments in COMMANDS {
            refused(grabfeed(data, &[]), data, arguments);
        }
    }
}

#[test]
fn a_data_folder_that_may_not_be_written_is_named_and_stays_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    fs::create_dir(&data).unwrap();
    let program = folder.path().join("grabfeed");
    fs::copy(PROGRAM, &program).unwrap();
    for path in [folder.path(), &data] {
        fs::set_permissions(path, fs::Permissions::from_mode(0o555)).unwrap();
    }
    for arguments in COMMANDS {
        let mut command = Command::new(&program);
        command.env_clear().arg("--data").arg(&data);
        // Permissions do not hold the superuser back.
        if fs::metadata("/proc/self").is_ok_and(|me| std::os::unix::fs::MetadataExt::uid(&me) == 0) {
            command.uid(NOBODY);
        }
        refused(command, &data, arguments);
    }
    assert_eq!(fs::read_dir(&data).unwrap().count(), 0);
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
}
