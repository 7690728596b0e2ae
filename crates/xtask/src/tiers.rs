//! Which tests belong to which tier. The table is `tests/tiers.txt`; a test of the architecture checks it.

use std::fs;
use std::num::NonZeroUsize;
use std::process::Command;
use std::thread;

use crate::succeeds;

/// A line of the table: a tier, and what the paths of its tests begin with or, after a `*`, contain.
struct Line {
    tier: String,
    pattern: String,
}

impl Line {
    fn matches(&self, test: &str) -> bool {
        match self.pattern.strip_prefix('*') {
            Some(inside) => test.contains(inside),
            None => test.starts_with(&self.pattern),
        }
    }
}

/// Runs the tests of one tier.
pub(crate) fn run(tier: &str, more: &[String]) -> bool {
    let (Some(table), Some(tests)) = (table(), list()) else { return false };
    let of_tier: Vec<&str> =
        tests.iter().map(String::as_str).filter(|test| tier_of(&table, test) == tier).collect();
    println!("{tier}: {} of {} tests", of_tier.len(), tests.len());
    // One name per argument: the test binary takes thousands.
    succeeds(
        Command::new("cargo")
            .args(["test", "--locked", "--test", "it", "--", "--exact"])
            .arg(format!("--test-threads={}", threads(tier)))
            .args(more)
            .args(of_tier),
    )
}

/// How many tests of a tier run at once. Those of the fast tier wait for answers more than they compute; the others have
/// programs beside them that need the cores.
fn threads(tier: &str) -> usize {
    let cores = thread::available_parallelism().map_or(1, NonZeroUsize::get);
    if tier == "fast" { cores * 3 } else { cores }
}

fn tier_of<'a>(table: &'a [Line], test: &str) -> &'a str {
    table.iter().find(|line| line.matches(test)).map_or("fast", |line| line.tier.as_str())
}

fn table() -> Option<Vec<Line>> {
    let text = fs::read_to_string("tests/tiers.txt").ok()?;
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    let pairs = lines.filter_map(|line| line.split_once(' '));
    Some(pairs.map(|(tier, pattern)| Line { tier: tier.to_owned(), pattern: pattern.to_owned() }).collect())
}

/// Every test of the binary `it` that is not ignored.
fn list() -> Option<Vec<String>> {
    let words = ["test", "--locked", "--quiet", "--test", "it", "--", "--list", "--format", "terse"];
    let listed = Command::new("cargo").args(words).output().ok().filter(|listed| listed.status.success())?;
    let text = String::from_utf8(listed.stdout).ok()?;
    Some(text.lines().filter_map(|line| line.strip_suffix(": test")).map(str::to_owned).collect())
}
