//! A PostgreSQL server of this test process alone: made at the first test that asks, gone with the process.
//!
//! It listens on a random port of 127.0.0.1 and in its own folder, asks for a password that nobody else knows, and
//! does not sync to disk. A thread that lives as long as the process starts it and reads its log, because the signal
//! that ends the server is bound to the thread that started it. Where it cannot start, tests fail; they never skip.

use std::fs;
use std::io::{BufRead, BufReader, Write as _};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{OnceLock, mpsc};

use secrecy::{ExposeSecret, SecretString};

const FOLDER: &str = "grabfeed-test-postgres-";
const USER: &str = "grabfeed";
/// Each open store may hold 16 connections, and some tests open several.
const CONNECTIONS: u32 = 500;

/// An empty database, dropped when this value is.
#[derive(Debug)]
pub(crate) struct Database {
    name: String,
    server: &'static Server,
}

impl Database {
    /// Makes a database that no other test knows.
    pub(crate) fn fresh() -> Self {
        static SERVER: OnceLock<Result<Server, String>> = OnceLock::new();
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let server = SERVER.get_or_init(Server::start).as_ref().unwrap_or_else(|why| {
            panic!("PostgreSQL cannot start, so what it must prove is not proven; install the Debian package `postgresql`. {why}")
        });
        let name = format!("test_{}", COUNT.fetch_add(1, Ordering::Relaxed));
        server.tool("createdb", &[&name]).unwrap_or_else(|why| panic!("no database for this test: {why}"));
        Self { name, server }
    }

    /// The URL by which it is opened.
    pub(crate) fn url(&self) -> SecretString {
        let Server { port, password, .. } = self.server;
        format!("postgres://{USER}:{password}@127.0.0.1:{port}/{}", self.name).into()
    }

    /// Everything that is in it, as text.
    pub(crate) fn dump(&self) -> Vec<u8> {
        let mut command = Command::new(self.server.programs.join("pg_dump"));
        command.args(["--inserts", "--dbname", self.url().expose_secret()]).env("LC_ALL", "C");
        let output = command.output().expect("pg_dump runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        // Best effort: what is left goes with the server.
        let _dropped = self.server.tool("dropdb", &["--force", &self.name]);
    }
}

#[derive(Debug)]
struct Server {
    programs: PathBuf,
    port: u16,
    password: String,
}

impl Server {
    fn start() -> Result<Self, String> {
        remove_folders_of_dead_processes();
        let programs = programs();
        let password = hex::encode(rand::random::<[u8; 16]>());
        let folder = std::env::temp_dir().join(format!("{FOLDER}{}", std::process::id()));
        init(&programs, &folder, &password)?;
        let port = free_port()?;
        run(&programs, &folder, port)?;
        Ok(Self { programs, port, password })
    }

    fn tool(&self, program: &str, arguments: &[&str]) -> Result<(), String> {
        let mut command = Command::new(self.programs.join(program));
        command.args(["--host=127.0.0.1", "--username", USER, "--maintenance-db=postgres"]);
        command.arg(format!("--port={}", self.port)).args(arguments);
        command.env("PGPASSWORD", &self.password).env("LC_ALL", "C");
        finish(&mut command)
    }
}

/// Where Debian keeps the server's programs, the newest version; else they are looked for in `PATH`.
fn programs() -> PathBuf {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let number = |path: &PathBuf| path.file_name().and_then(|name| name.to_str()?.parse::<u32>().ok());
    let newest =
        versions.map(|entry| entry.path()).filter(|path| path.join("bin/initdb").exists()).max_by_key(number);
    newest.map(|path| path.join("bin")).unwrap_or_default()
}

fn init(programs: &Path, folder: &Path, password: &str) -> Result<(), String> {
    let said = |error: std::io::Error| format!("{}: {error}", folder.display());
    fs::create_dir(folder).map_err(said)?;
    let password_file = folder.join("password");
    fs::File::create(&password_file).and_then(|mut file| writeln!(file, "{password}")).map_err(said)?;
    finish(Command::new("chmod").args(["-R", "go="]).arg(folder))?;
    if is_root() {
        finish(Command::new("chown").args(["-R", "postgres:postgres"]).arg(folder))?;
    }
    let mut initdb = as_its_user(&programs.join("initdb"));
    initdb.args(["--no-sync", "--no-instructions", "--encoding=UTF8", "--locale=C", "--username", USER]);
    initdb
        .arg("--auth=scram-sha-256")
        .arg("--pwfile")
        .arg(password_file)
        .arg("--pgdata")
        .arg(folder.join("data"));
    finish(&mut initdb)
}

/// Returns once the server accepts connections.
fn run(programs: &Path, folder: &Path, port: u16) -> Result<(), String> {
    let mut postgres = as_its_user(&programs.join("postgres"));
    postgres.arg("-D").arg(folder.join("data")).arg("-k").arg(folder);
    for setting in [
        "listen_addresses=127.0.0.1",
        &format!("port={port}"),
        &format!("max_connections={CONNECTIONS}"),
        "fsync=off",
        "full_page_writes=off",
        "shared_buffers=64MB",
        "lc_messages=C",
    ] {
        postgres.args(["-c", setting]);
    }
    postgres.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    let (tell, started) = mpsc::channel();
    std::thread::spawn(move || {
        let mut server = match postgres.spawn() {
            Ok(server) => server,
            Err(error) => return drop(tell.send(Err(format!("{postgres:?}: {error}")))),
        };
        let mut log = String::new();
        for line in BufReader::new(server.stderr.take().expect("piped above")).lines().map_while(Result::ok) {
            if line.contains("ready to accept connections") {
                let _heard = tell.send(Ok(()));
            }
            if log.len() < 10_000 {
                log = log + &line + "\n";
            }
        }
        let _heard = tell.send(Err(format!("it ended: {:?}\n{log}", server.wait())));
    });
    started.recv().map_err(|error| error.to_string())?
}

/// A program of the server, run as the user that it insists on, and ended with the thread that starts it.
fn as_its_user(program: &Path) -> Command {
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "INT"]);
    if is_root() {
        command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups"]);
    }
    command.arg("--").arg(program).current_dir("/").env("LC_ALL", "C");
    command
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout == b"0\n")
}

fn free_port() -> Result<u16, String> {
    let said = |error: std::io::Error| error.to_string();
    TcpListener::bind("127.0.0.1:0")
        .and_then(|socket| socket.local_addr())
        .map(|address| address.port())
        .map_err(said)
}

fn finish(command: &mut Command) -> Result<(), String> {
    let output = command.output().map_err(|error| format!("{:?}: {error}", command.get_program()))?;
    let said = || String::from_utf8_lossy(&output.stderr).into_owned();
    if output.status.success() { Ok(()) } else { Err(said()) }
}

/// A process that was killed could not tidy up.
fn remove_folders_of_dead_processes() {
    for entry in fs::read_dir(std::env::temp_dir()).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let process = name.to_str().and_then(|name| name.strip_prefix(FOLDER));
        if process.is_some_and(|process| !Path::new("/proc").join(process).exists()) {
            // Best effort: another process may be at it, too.
            let _removed = fs::remove_dir_all(entry.path());
        }
    }
}
