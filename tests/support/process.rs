//! The built program as a process of its own, on loopback, ended by its pid.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::time::{Duration, Instant};

/// The program that is tested.
pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_grabfeed");

/// How long a start may take.
const READY_WITHIN: Duration = Duration::from_secs(30);
/// How often a state is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(5);

/// A port that was free a moment ago.
pub(crate) fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").expect("a free port").local_addr().expect("its address").port()
}

/// The program with a data folder and nothing of the test's own environment.
pub(crate) fn grabfeed(data: &Path, environment: &[(String, String)]) -> Command {
    through(&[], data, environment)
}

/// The same, started by another program (`strace` and its arguments, say) that gets the command line as its last
/// arguments.
#[expect(clippy::disallowed_methods, reason = "a starter is found where the machine has its programs")]
fn through(starter: &[&str], data: &Path, environment: &[(String, String)]) -> Command {
    let mut words = starter.iter().chain([&PROGRAM]).map(OsStr::new);
    let mut command = Command::new(words.next().expect("the program"));
    command.args(words).env_clear().arg("--data").arg(data).stdin(Stdio::null());
    command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
    command.envs(environment.iter().map(|(name, value)| (name, value)));
    command
}

/// Runs a command of the program to its end.
pub(crate) fn run(data: &Path, environment: &[(String, String)], arguments: &[&str]) -> Output {
    grabfeed(data, environment).args(arguments).output().expect("the program runs")
}

/// A running `serve`. Dropping it kills the process.
#[derive(Debug)]
pub(crate) struct Service {
    child: Child,
    /// The port on which it listens.
    pub port: u16,
    /// Where it listens.
    pub url: String,
    /// Its data folder.
    pub data: PathBuf,
}

impl Service {
    /// Starts `serve` on this port and waits until it is ready.
    pub(crate) async fn start(data: &Path, port: u16, environment: &[(String, String)]) -> Self {
        let mut service = Self::launch(data, port, environment);
        service.wait_until_ready().await;
        service
    }

    /// Starts `serve` and does not wait.
    pub(crate) fn launch(data: &Path, port: u16, environment: &[(String, String)]) -> Self {
        Self::launch_through(&[], data, port, environment)
    }

    /// Starts `serve` by another program and does not wait.
    pub(crate) fn launch_through(
        starter: &[&str],
        data: &Path,
        port: u16,
        environment: &[(String, String)],
    ) -> Self {
        let log =
            std::fs::OpenOptions::new().create(true).append(true).open(data.join("log.txt")).expect("a log");
        let child = through(starter, data, environment)
            .env("GRABFEED__SERVER__PORT", port.to_string())
            .env("GRABFEED__SERVER__HOST", "127.0.0.1")
            .arg("serve")
            .stdout(log.try_clone().expect("a second handle"))
            .stderr(log)
            .spawn()
            .expect("the program starts");
        Self { child, port, url: format!("http://127.0.0.1:{port}"), data: data.to_owned() }
    }

    /// Waits until `/health/ready` answers 200.
    pub(crate) async fn wait_until_ready(&mut self) {
        let deadline = Instant::now() + READY_WITHIN;
        while !self.is_ready(deadline) {
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    /// The same, for tests without a runtime.
    pub(crate) fn block_until_ready(&mut self) {
        let deadline = Instant::now() + READY_WITHIN;
        while !self.is_ready(deadline) {
            std::thread::sleep(LOOK_EVERY);
        }
    }

    /// Whether it is ready; panics if it never will be.
    fn is_ready(&mut self, deadline: Instant) -> bool {
        if let Some(status) = self.ended() {
            panic!("the program ended early: {status}\n{}", self.log());
        }
        assert!(Instant::now() < deadline, "not ready in time\n{}", self.log());
        get_status(self.port, "/health/ready") == Some(200)
    }

    /// How it ended, if it did.
    pub(crate) fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().expect("its state")
    }

    /// Waits until it ended.
    pub(crate) fn wait(&mut self, limit: Duration) -> Option<ExitStatus> {
        let deadline = Instant::now() + limit;
        while Instant::now() < deadline {
            if let Some(status) = self.ended() {
                return Some(status);
            }
            std::thread::sleep(LOOK_EVERY);
        }
        None
    }

    /// Sends it a signal by its name, such as `TERM`.
    pub(crate) fn signal(&self, name: &str) {
        let pid = self.pid().to_string();
        assert!(Command::new("kill").args(["-s", name, &pid]).status().expect("kill runs").success());
    }

    /// The pids of what it started: the program itself, where another program started it.
    pub(crate) fn children(&self) -> Vec<String> {
        let file = format!("/proc/{0}/task/{0}/children", self.pid());
        let pids = std::fs::read_to_string(file).unwrap_or_default();
        pids.split_whitespace().map(ToOwned::to_owned).collect()
    }

    /// What it wrote to its log.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.data.join("log.txt")).unwrap_or_default()
    }

    /// Its pid.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Ends it as nothing can refuse (SIGKILL).
    pub(crate) fn kill(mut self) {
        self.kill_now();
    }

    /// The same, where others hold it too; ending it twice changes nothing.
    pub(crate) fn kill_now(&mut self) {
        self.child.kill().expect("it can be killed");
        self.child.wait().expect("it ended");
    }

    /// Asks it to stop (SIGTERM) and returns whether it ended well within the time it is allowed.
    pub(crate) fn stop(mut self) -> bool {
        self.signal("TERM");
        self.wait(Duration::from_secs(25)).is_some_and(|status| status.success())
    }
}

/// The status of one `GET` on the loopback interface, if there is an answer. A plain socket costs less than a client.
pub(crate) fn get_status(port: u16, path: &str) -> Option<u16> {
    let request = format!("GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n");
    let mut stream = TcpStream::connect(("127.0.0.1", port)).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(10))).ok()?;
    stream.write_all(request.as_bytes()).ok()?;
    let mut head = [0; 12];
    stream.read_exact(&mut head).ok()?;
    std::str::from_utf8(&head).ok()?.strip_prefix("HTTP/1.1 ")?.parse().ok()
}

impl Drop for Service {
    fn drop(&mut self) {
        if let Ok(None) = self.child.try_wait() {
            // A killed starter does not take the program with it.
            for pid in self.children() {
                let _killed = Command::new("kill").args(["-s", "KILL", &pid]).status();
            }
            let _killed = self.child.kill();
            let _ended = self.child.wait();
        }
    }
}

/// A running `demo --json`, with the addresses that it printed. Dropping it kills the process.
#[derive(Debug)]
pub(crate) struct Demo {
    child: Child,
    /// Where it listens.
    pub url: String,
    /// The feed.
    pub feed_url: String,
    /// A key with the scopes `read` and `metrics`.
    pub api_key: String,
    /// The account's name and password.
    pub account: (String, String),
}

impl Demo {
    /// Starts the demo with further arguments.
    pub(crate) fn start(data: &Path, arguments: &[&str]) -> Self {
        let mut child = grabfeed(data, &[])
            .args(["demo", "--json", "--port", "0"])
            .args(arguments)
            .env("TMPDIR", data) // a killed demo cannot remove its folder
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
        let account = (field("user"), field("password"));
        Self { child, url, feed_url, api_key, account }
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        let _killed = self.child.kill();
        let _ended = self.child.wait();
    }
}
