//! Defects in the log: a panic is told as every other event, through the same redaction, in place of the runtime's bare
//! lines on standard error.
//!
//! Must not know what is done about a panic.

use std::any::Any;
use std::panic::{self, Location, PanicHookInfo};

use tracing::error;

/// Tells every panic of the process from now on.
pub(super) fn tell() {
    panic::set_hook(Box::new(|panic: &PanicHookInfo<'_>| {
        let place = panic.location().map(Location::to_string).unwrap_or_default();
        error!(event = "ops.panicked", place, cause = words(panic.payload()));
    }));
}

fn words(payload: &(dyn Any + Send)) -> &str {
    payload
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_a_panic_are_found_in_both_of_their_forms() {
        let said = |broken: fn()| words(panic::catch_unwind(broken).unwrap_err().as_ref()).to_owned();
        assert_eq!(said(|| panic!("plain")), "plain");
        assert_eq!(said(|| panic!("{}", "formatted")), "formatted");
        assert_eq!(said(|| panic::panic_any(1)), "");
    }
}
