//! The Python in which other people's programs run that the tests use.

use std::path::PathBuf;

/// The one that is named, or that of the tests' own environment, or the system's.
#[expect(clippy::disallowed_methods, reason = "the person who runs the tests names the interpreter there")]
pub(crate) fn interpreter() -> PathBuf {
    let own = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/target/test-venv/bin/python"));
    match std::env::var_os("GRABFEED_TEST_PYTHON") {
        Some(named) => named.into(),
        None if own.exists() => own,
        None => "python3".into(),
    }
}
