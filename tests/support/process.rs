//! The built program as a process of its own, on loopback, ended by its pid.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

/// The program that is tested.
pub const PROGRAM: &str = env!("CARGO_BIN_EXE_grabfeed");

/// A port that was free a moment ago.
pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").expect("a free port").local_addr().expect("its address").port()
}

/// The program with a data folder and nothing of the test's own environment.
pub fn grabfeed(data: &Path, environment: &[(String, String)]) -> Command {
    let mut command = Command::new(PROGRAM);
    command.env_clear().arg("--data").arg(data).stdin(Stdio::null());
    command.envs(environment.iter().map(|(name, value)| (name, value)));
    command
}

/// Runs a command of the program to its end.
pub fn run(data: &Path, environment: &[(String, String)], arguments: &[&str]) -> Output {
    grabfeed(data, environment).args(arguments).output().expect("the program runs")
}

/// A running `serve`. Dropping it kills the process.
#[derive(Debug)]
pub struct Service {
    child: Child,
    /// Where it listens.
    pub url: String,
    /// Its data folder.
    pub data: PathBuf,
}

impl Service {
    /// Starts `serve` on this port and waits until it is ready.
    pub async fn start(data: &Path, port: u16, environment: &[(String, String)]) -> Self {
        let mut service = Self::launch(data, port, environment);
        service.wait_until_ready().await;
        service
    }

    /// Starts `serve` and does not wait.
    pub fn launch(data: &Path, port: u16, environment: &[(String, String)]) -> Self {
        let log =
            std::fs::OpenOptions::new().create(true).append(true).open(data.join("log.txt")).expect("a log");
        let child = grabfeed(data, environment)
            .env("GRABFEED__SERVER__PORT", port.to_string())
            .env("GRABFEED__SERVER__HOST", "127.0.0.1")
            .arg("serve")
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .expect("the program starts");
        Self { child, url: format!("http://127.0.0.1:{port}"), data: data.to_owned() }
    }

    /// Waits until `/health/ready` answers 200.
    pub async fn wait_until_ready(&mut self) {
        let deadline = Instant::now() + Duration::from_secs(30);
        let http = super::http::Http::new();
        let url = format!("{}/health/ready", self.url);
        loop {
            if http.answers(&url).await && http.get(&url).await.status == 200 {
                return;
            }
            if let Ok(Some(status)) = self.child.try_wait() {
                panic!("the program ended early: {status}\n{}", self.log());
            }
            assert!(Instant::now() < deadline, "not ready in time\n{}", self.log());
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// What it wrote to its log.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.data.join("log.txt")).unwrap_or_default()
    }

    /// Its pid.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Ends it as a power cut would (SIGKILL).
    pub fn kill(mut self) {
        self.child.kill().expect("it can be killed");
        self.child.wait().expect("it ended");
    }

    /// Asks it to stop (SIGTERM) and returns whether it ended well within the time it is allowed.
    pub fn stop(mut self) -> bool {
        let pid = self.child.id().to_string();
        Command::new("kill").args(["-TERM", &pid]).status().expect("kill runs");
        let deadline = Instant::now() + Duration::from_secs(25);
        while Instant::now() < deadline {
            if let Some(status) = self.child.try_wait().expect("its state") {
                return status.success();
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        false
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        if let Ok(None) = self.child.try_wait() {
            let _killed = self.child.kill();
            let _ended = self.child.wait();
        }
    }
}

/// A running `demo --json`, with the addresses that it printed. Dropping it kills the process.
#[derive(Debug)]
pub struct Demo {
    child: Child,
    /// Where it listens.
    pub url: String,
    /// The feed.
    pub feed_url: String,
    /// A key with the scopes `read` and `metrics`.
    pub api_key: String,
}

impl Demo {
    /// Starts the demo with further arguments.
    pub fn start(data: &Path, arguments: &[&str]) -> Self {
        let mut child = grabfeed(data, &[])
            .args(["demo", "--json", "--port", "0"])
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the demo starts");
        let mut line = String::new();
        let out = child.stdout.take().expect("its output");
        BufReader::new(out).read_line(&mut line).expect("a line with the addresses");
        let json: serde_json::Value = serde_json::from_str(&line).expect("JSON");
        let field = |name: &str| json[name].as_str().expect("an address").to_owned();
        let (url, feed_url, api_key) = (field("url"), field("feed_url"), field("api_key"));
        Self { child, url, feed_url, api_key }
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        let _killed = self.child.kill();
        let _ended = self.child.wait();
    }
}
