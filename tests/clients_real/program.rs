//! One running program of ours, ended when dropped.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;

/// What any single thing that is waited for may take; seconds on an idle machine, more on one that compiles.
pub(crate) const LIMIT: Duration = Duration::from_mins(1);

/// A folder for a program's data, in memory where the system has that: clients sync each little file to the disk.
pub(crate) fn folder() -> TempDir {
    let memory = Path::new("/dev/shm");
    let made = if memory.is_dir() { TempDir::new_in(memory) } else { TempDir::new() };
    made.unwrap()
}

/// The running program.
pub(crate) struct Program {
    name: &'static str,
    child: Child,
    log: PathBuf,
}

impl Program {
    /// Starts `name`, from the Debian package `package`; what it prints goes to `{name}.log` in `folder`.
    pub(crate) fn start(name: &'static str, package: &str, folder: &Path, arguments: &[&str]) -> Self {
        let log = folder.join(format!("{name}.log"));
        let output = File::create(&log).unwrap();
        let spawned = Command::new(name)
            .args(arguments)
            .current_dir(folder)
            .env("HOME", folder)
            .env("LC_ALL", "C.UTF-8")
            .stdin(Stdio::null())
            .stdout(output.try_clone().unwrap())
            .stderr(output)
            .spawn();
        let child = spawned.unwrap_or_else(|error| {
            panic!("`{name}` does not start ({error}): install the Debian package `{package}`")
        });
        Self { name, child, log }
    }

    /// Panics with what the program printed if it ended by itself.
    pub(crate) fn assert_running(&mut self) {
        if let Some(status) = self.child.try_wait().unwrap() {
            let printed = std::fs::read_to_string(&self.log).unwrap_or_default();
            panic!("`{}` ended by itself ({status}): {printed}", self.name);
        }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // Its data is thrown away, so nothing has to be saved first.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
