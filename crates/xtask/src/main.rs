//! The verbs of this repository. Each calls what is there: cargo, or a script of `scripts/`.
//!
//! Owns: the names of the verbs, and which tests belong to which tier (`tests/tiers.txt`). Must not know: how anything is
//! done.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a tool for the terminal")]

mod tiers;

use std::env;
use std::process::{Command, ExitCode};

const USAGE: &str = "\
cargo xtask VERB [MORE…]

  check        format, lints, documentation: what needs no test
  test         the fast tests: nothing to install but Rust and a C compiler
  test-engines the tests that need PostgreSQL
  test-real    the tests that need other programs: clients, a browser, proxies
  test-all     everything, as CI does; installs what is missing on Debian
  bench        measures a release build
  docs         writes the generated documents anew
  fuzz TARGET  fuzzes with cargo-fuzz: torrent, settings, webhook, forwarded, filter
  attack [S]   strangers from all sides for an hour, or so many seconds, with its figures
  coverage     lines that the fast tests run, as HTML in target/coverage
  screenshots  pictures of the pages in target/screenshots
";

fn main() -> ExitCode {
    let mut words = env::args().skip(1);
    let verb = words.next().unwrap_or_default();
    let more: Vec<String> = words.collect();
    let done = match verb.as_str() {
        "check" => check(),
        "test" => library_tests(&more) && tiers::run("fast", &more),
        "test-engines" => tiers::run("engines", &more),
        "test-real" => tiers::run("real", &more),
        "test-all" => script("scripts/test", &more),
        "bench" => script("scripts/bench", &more),
        "docs" => cargo(&["test", "--locked", "--test", "it", "--", "--ignored", "write_the"], &[]),
        "fuzz" => script("scripts/fuzz", &more),
        "attack" => attack(more.first().map_or("3600", String::as_str)),
        "coverage" => script("scripts/coverage", &more),
        "screenshots" => {
            cargo(&["test", "--locked", "--test", "it", "--", "--ignored", "browser::pictures"], &[])
        }
        _ => {
            print!("{USAGE}");
            return if verb.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE };
        }
    };
    if done { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn attack(seconds: &str) -> bool {
    let words = ["test", "--locked", "--test", "it", "--", "kill::attack", "--nocapture"];
    succeeds(Command::new("cargo").args(words).env("GRABFEED_SECONDS", seconds))
}

fn check() -> bool {
    cargo(&["fmt", "--all", "--check"], &[])
        && cargo(&["clippy", "--locked", "--workspace", "--all-targets", "--", "-D", "warnings"], &[])
        && succeeds(
            Command::new("cargo")
                .args(["doc", "--locked", "--workspace", "--no-deps"])
                .env("RUSTDOCFLAGS", "-D warnings"),
        )
}

fn library_tests(more: &[String]) -> bool {
    cargo(&["test", "--locked", "--workspace", "--lib", "--bins", "--"], more)
}

fn cargo(words: &[&str], more: &[String]) -> bool {
    succeeds(Command::new("cargo").args(words).args(more))
}

fn script(path: &str, more: &[String]) -> bool {
    succeeds(Command::new(path).args(more))
}

fn succeeds(command: &mut Command) -> bool {
    match command.status() {
        Ok(status) => status.success(),
        Err(error) => {
            eprintln!("{}: {error}", command.get_program().to_string_lossy());
            false
        }
    }
}
