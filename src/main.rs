//! grabfeed's entry point: hands the arguments, the environment and the streams to the command line.

use std::collections::BTreeMap;
use std::process::ExitCode;

/// Returns freed memory to the system more readily than the system's own, which matters to a service that now and then
/// holds a large torrent.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the environment")]
    let environment: BTreeMap<String, String> = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect();
    let arguments = std::env::args_os().collect();
    let mut input = std::io::stdin().lock();
    let (mut out, mut err) = (std::io::stdout(), std::io::stderr());
    ExitCode::from(grabfeed::cli::run(arguments, environment, &mut input, &mut out, &mut err))
}
