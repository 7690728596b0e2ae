//! The folder of further samples and torrents that may lie beside the project; tests need it nowhere.

use std::path::{Path, PathBuf};

/// A part of the folder that `GRABFEED_SHARED` names, else `shared` beside the package; `None` if it is not there.
#[expect(clippy::disallowed_methods, reason = "the folder is the machine's, not a setting")]
pub(crate) fn shared(part: &str) -> Option<PathBuf> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared");
    let folder = std::env::var_os("GRABFEED_SHARED").map_or_else(beside, PathBuf::from).join(part);
    folder.is_dir().then_some(folder)
}
