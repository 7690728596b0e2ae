//! A household: a simulated world, and the built program with a data folder, a port and settings for it, used as a
//! person uses it: by commands, environment and HTTP.

use std::path::{Path, PathBuf};
use std::process::Output;

use grabfeed::demo::{WebhookAuth, World};
use tempfile::TempDir;

use super::process::{self, Service};

/// What the settings are made of.
pub(crate) type Environment = Vec<(String, String)>;

/// The program's place in the household.
#[derive(Debug)]
pub(crate) struct Household {
    folder: TempDir,
    /// The port of the service.
    pub port: u16,
    /// The settings.
    pub environment: Environment,
}

impl Household {
    /// With these settings, named without `GRABFEED__`.
    pub(crate) fn new(settings: &[(&str, &str)]) -> Self {
        let mut this = Self {
            folder: tempfile::tempdir().unwrap(),
            port: process::free_port(),
            environment: Environment::new(),
        };
        let port = this.port.to_string();
        this.set("SERVER__PORT", &port);
        this.set("SERVER__HOST", "127.0.0.1");
        for (key, value) in settings {
            this.set(key, value);
        }
        this
    }

    /// With the apps of this world.
    pub(crate) fn of(world: &World) -> Self {
        let mut this = Self::new(&[("SYNC__INTERVAL_SECONDS", "10")]);
        this.set("PROWLARR__URL", &world.prowlarr().url());
        this.set("PROWLARR__API_KEY", world.prowlarr().key());
        for (number, app) in world.apps().iter().enumerate() {
            this.app(number, app.name(), app.kind().as_str(), &app.url(), app.key());
        }
        this
    }

    /// Sets one setting.
    pub(crate) fn set(&mut self, key: &str, value: &str) {
        self.environment.push((format!("GRABFEED__{key}"), value.to_owned()));
    }

    /// Names an app.
    pub(crate) fn app(&mut self, number: usize, name: &str, kind: &str, url: &str, key: &str) {
        for (field, value) in [("NAME", name), ("TYPE", kind), ("URL", url), ("API_KEY", key)] {
            self.set(&format!("APPS__{number}__{field}"), value);
        }
    }

    /// The data folder.
    pub(crate) fn data(&self) -> &Path {
        self.folder.path()
    }

    /// The database file.
    pub(crate) fn database(&self) -> PathBuf {
        self.data().join("grabfeed.db")
    }

    /// A URL of the service.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// Runs a command to its end.
    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        process::run(self.data(), &self.environment, arguments)
    }

    /// What a command that must succeed prints.
    pub(crate) fn says(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let (out, err) = (text(&output.stdout), text(&output.stderr));
        assert!(output.status.success(), "{arguments:?}: {}\n{out}{err}", output.status);
        out.trim().to_owned()
    }

    /// What a command prints, wherever, and its exit code.
    pub(crate) fn answers(&self, arguments: &[&str]) -> (i32, String) {
        let output = self.run(arguments);
        (output.status.code().unwrap(), text(&output.stdout) + &text(&output.stderr))
    }

    /// A new API key.
    pub(crate) fn key(&self, name: &str, scopes: &str) -> String {
        self.says(&["key", "create", name, "--scopes", scopes])
    }

    /// A new feed's address.
    pub(crate) fn feed(&self, name: &str) -> String {
        self.says(&["feed", "create", name]).replace("//localhost:", "//127.0.0.1:")
    }

    /// The secret of an app's webhook.
    pub(crate) fn secret(&self, app: &str) -> String {
        let said = self.says(&["app", "webhook", app]);
        said.split("X-Webhook-Token = ").nth(1).unwrap().lines().next().unwrap().to_owned()
    }

    /// Tells the apps of a world where their grabs are wanted.
    pub(crate) fn connect_webhooks(&self, world: &World) {
        for app in world.apps() {
            let auth = WebhookAuth::Header("X-Webhook-Token".to_owned(), self.secret(app.name()));
            world.set_webhook(app.name(), &self.url(&format!("/hooks/{}", app.name())), auth).unwrap();
        }
    }

    /// Starts the service and does not wait.
    pub(crate) fn launch(&self) -> Service {
        Service::launch(self.data(), self.port, &self.environment)
    }

    /// Starts the service by another program and does not wait.
    pub(crate) fn launch_through(&self, starter: &[&str]) -> Service {
        Service::launch_through(starter, self.data(), self.port, &self.environment)
    }

    /// Starts the service and waits until it is ready.
    pub(crate) async fn start(&self) -> Service {
        Service::start(self.data(), self.port, &self.environment).await
    }
}

/// The text of an output.
pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
