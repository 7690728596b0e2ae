//! The process seen by the kernel: memory, files, processor time, start. Linux only; elsewhere nothing is told.
//!
//! Owns: reading `/proc` and the standard `process_*` names, which every Prometheus dashboard knows.

use std::fmt::Write as _;
use std::fs;

/// The kernel counts processor time in hundredths of a second in `/proc` on every architecture.
const TICKS_PER_SECOND: f64 = 100.0;

/// The standard metrics: name, kind, help.
pub(super) const STANDARD: [(&str, &str, &str); 6] = [
    ("process_cpu_seconds_total", "counter", "Processor time used by the process."),
    ("process_resident_memory_bytes", "gauge", "Memory of the process that is in RAM."),
    ("process_virtual_memory_bytes", "gauge", "Address space of the process."),
    ("process_open_fds", "gauge", "Open file descriptors."),
    ("process_max_fds", "gauge", "The limit of open file descriptors."),
    ("process_start_time_seconds", "gauge", "When the process started, in seconds since 1970."),
];

/// Appends the standard metrics of this process that can be read.
pub(super) fn append(text: &mut String) {
    let values =
        [cpu_seconds(), memory_bytes("VmRSS:"), memory_bytes("VmSize:"), open_fds(), max_fds(), started()];
    for ((name, kind, help), value) in STANDARD.into_iter().zip(values) {
        if let Some(value) = value {
            let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}\n{name} {value}");
        }
    }
}

/// A field of `/proc/self/stat`, counted as in proc(5); the name before them may hold spaces and brackets.
fn stat_field(number: usize) -> Option<f64> {
    let stat = fs::read_to_string("/proc/self/stat").ok()?;
    let (_, after_name) = stat.rsplit_once(')')?;
    after_name.split_whitespace().nth(number.checked_sub(3)?)?.parse().ok()
}

fn cpu_seconds() -> Option<f64> {
    Some((stat_field(14)? + stat_field(15)?) / TICKS_PER_SECOND)
}

fn started() -> Option<f64> {
    let machine: f64 = line_value("/proc/stat", "btime", 1)?;
    Some(machine + stat_field(22)? / TICKS_PER_SECOND)
}

fn memory_bytes(key: &str) -> Option<f64> {
    let kibibytes: f64 = line_value("/proc/self/status", key, 1)?;
    Some(kibibytes * 1024.0)
}

fn open_fds() -> Option<f64> {
    // One of them is the listing itself.
    let count = fs::read_dir("/proc/self/fd").ok()?.count().checked_sub(1)?;
    u32::try_from(count).ok().map(f64::from)
}

fn max_fds() -> Option<f64> {
    line_value("/proc/self/limits", "Max open files", 3)
}

/// The word at `index` of the line of a file that begins with `key`.
fn line_value(path: &str, key: &str, index: usize) -> Option<f64> {
    let text = fs::read_to_string(path).ok()?;
    text.lines().find(|line| line.starts_with(key))?.split_whitespace().nth(index)?.parse().ok()
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn the_kernel_tells_all_of_it() {
        let mut text = String::new();
        append(&mut text);
        for (name, _, _) in STANDARD {
            let value = text.lines().find_map(|line| line.strip_prefix(&format!("{name} ")));
            assert!(
                value.and_then(|value| value.parse::<f64>().ok()).is_some_and(|value| value >= 0.0),
                "{text}"
            );
        }
        assert!(started().unwrap() > 1_700_000_000.0);
        assert!(max_fds().unwrap() >= open_fds().unwrap());
    }
}
