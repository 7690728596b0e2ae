//! Killed inside a system call: at the n-th write or sync, while starting or while webhooks come in. And what a power
//! cut asks for: the sync comes before the answer.
//!
//! `strace` does both. Where it is missing or may not trace, these tests say so and prove nothing.

use std::fs;
use std::process::Command;
use std::time::{Duration, Instant};

use super::answered::{household, listed};
use super::{check_database, wire};
use crate::support::process::{Service, get_status};

/// A start with a new file makes about 165 writes and 10 syncs; the later moments are in the middle of webhooks.
const MOMENTS: [(&str, u32); 10] = [
    ("pwrite64", 2),
    ("pwrite64", 61),
    ("pwrite64", 151),
    ("pwrite64", 210),
    ("pwrite64", 251),
    ("fsync", 1),
    ("fsync", 5),
    ("fsync", 9),
    ("fsync", 25),
    ("fsync", 26),
];
/// More than enough to reach each of those moments.
const WEBHOOKS: usize = 300;

/// Whether `strace` works here.
fn strace_works() -> bool {
    let tried = Command::new("strace").args(["-f", "-o", "/dev/null", "true"]).output();
    let works = tried.is_ok_and(|output| output.status.success());
    if !works {
        println!("strace: not installed, or not allowed to trace; nothing was tried");
    }
    works
}

#[tokio::test]
async fn a_kill_at_any_write_or_sync_loses_nothing_that_was_answered() {
    if !strace_works() {
        return;
    }
    for (call, number) in MOMENTS {
        let household = household();
        let inject = format!("inject={call}:signal=SIGKILL:when={number}");
        let traced = format!("trace={call}");
        let strace = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", &traced, "-e", &inject];
        let mut killed = household.launch_through(&strace);
        let answered = tell_until_it_ends(&mut killed);
        println!("killed at {call} {number}: {} webhooks answered", answered.len());

        let began = Instant::now();
        let mut service = household.launch();
        service.block_until_ready();
        assert!(began.elapsed() < Duration::from_secs(10), "{call} {number}: {:?}", began.elapsed());
        let key = household.key("test", "read");
        let listed = listed(&household, &key);
        let lost: Vec<_> = answered.iter().filter(|title| !listed.contains(*title)).collect();
        assert!(lost.is_empty(), "{call} {number}: answered and lost: {lost:?}");
        assert!(service.stop());
        check_database(&household).await;
    }
}

/// Sends one webhook after another as soon as the service is ready, until it is dead. Returns what was answered.
fn tell_until_it_ends(service: &mut Service) -> Vec<String> {
    let deadline = Instant::now() + Duration::from_mins(1);
    let mut answered = Vec::new();
    while service.ended().is_none() && get_status(service.port, "/health/ready") != Some(200) {
        assert!(Instant::now() < deadline, "{}", service.log());
        std::thread::sleep(Duration::from_millis(10));
    }
    for number in 0..WEBHOOKS {
        let title = format!("Traced.{number:03}.2024-TEST");
        match wire::post(service.port, &title) {
            Some(200) => answered.push(title),
            Some(status) => panic!("{status}"),
            None => break,
        }
    }
    assert!(service.wait(Duration::from_secs(10)).is_some(), "the moment never came");
    answered
}

#[tokio::test]
async fn a_webhook_is_answered_only_after_it_is_synced_to_the_disk() {
    if !strace_works() {
        return;
    }
    let household = household();
    let trace = household.data().join("trace.txt");
    let calls = "trace=fdatasync,fsync,read,recvfrom,readv,write,writev,sendto";
    let out = trace.to_str().unwrap();
    let mut service = household.launch_through(&["strace", "-f", "-qq", "-s", "40", "-o", out, "-e", calls]);
    service.block_until_ready();
    assert_eq!(wire::post(household.port, "Synced.2024-TEST"), Some(200));
    // The signal goes to strace, which passes its own end on to nobody: the program is stopped by its own pid.
    let program = service.children().remove(0);
    assert!(Command::new("kill").args(["-s", "TERM", &program]).status().unwrap().success());
    assert!(service.wait(Duration::from_secs(25)).is_some());

    let trace = fs::read_to_string(trace).unwrap();
    let lines: Vec<&str> = trace.lines().collect();
    let line = |from: usize, part: &str| {
        let found = lines[from..].iter().position(|line| line.contains(part));
        from + found.unwrap_or_else(|| panic!("no {part} after line {from}:\n{trace}"))
    };
    let asked = line(0, "POST /hooks/radarr");
    let answered = line(asked, "HTTP/1.1 200");
    let synced = lines[asked..answered].iter().any(|line| line.contains("sync") && line.ends_with("= 0"));
    assert!(synced, "answered before it was synced:\n{}", lines[asked..=answered].join("\n"));
}
