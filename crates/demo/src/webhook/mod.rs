//! The "Connect" side of a simulated app: whom it tells, how it proves itself, and when it stops telling.
//!
//! As the apps do: one try, no queue, any status below 400 is a success, redirects are not followed, and a receiver
//! that keeps failing is silenced (`WebhookProxy.cs`, `NotificationStatusService.cs`).

pub mod api;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::Value;

use super::backoff::Backoff;
use super::counters::WebhookCounts;
use super::shared::Shared;
use super::wire::{self, Call};
use crate::lock::locked;

/// How long a sender waits for the receiver.
const TIMEOUT: Duration = Duration::from_secs(100);

/// A payload whose keys keep their order: Newtonsoft writes a subclass's first, `eventType` and the rest last.
#[derive(Debug, Clone, Default)]
pub struct Payload(pub Vec<(&'static str, Value)>);

impl Serialize for Payload {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (key, value) in &self.0 {
            map.serialize_entry(key, value)?;
        }
        map.end()
    }
}

/// How a sender proves itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WebhookAuth {
    /// Not at all (or by the URL).
    None,
    /// A header of the user's; Radarr, Sonarr and Lidarr only.
    Header(String, String),
    /// Basic, sent without being asked.
    Basic(String, String),
}

/// One receiver.
#[derive(Debug, Clone)]
pub struct Receiver {
    id: i64,
    name: String,
    url: String,
    put: bool,
    user: String,
    password: String,
    headers: Vec<(String, String)>,
    on_grab: bool,
    backoff: Backoff,
}

impl Receiver {
    fn new(url: &str, auth: WebhookAuth) -> Self {
        let mut receiver = Self {
            id: 0,
            name: "grabfeed".to_owned(),
            url: url.to_owned(),
            put: false,
            user: String::new(),
            password: String::new(),
            headers: Vec::new(),
            on_grab: true,
            backoff: Backoff::receiver(),
        };
        match auth {
            WebhookAuth::None => {}
            WebhookAuth::Header(name, value) => receiver.headers.push((name, value)),
            WebhookAuth::Basic(user, password) => (receiver.user, receiver.password) = (user, password),
        }
        receiver
    }
}

/// What became of one event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sent {
    /// The receiver answered so, below 400.
    Delivered(u16),
    /// The receiver answered so, or nothing.
    Failed(Option<u16>),
    /// The receiver is silenced: nothing was sent, nothing was logged.
    Silenced,
    /// The script dropped it.
    Dropped,
}

/// What is different between the apps.
#[derive(Debug)]
pub struct Sender {
    /// The app's name in the world.
    pub name: String,
    /// Its `User-Agent`.
    pub user_agent: String,
    /// Whether it knows custom headers.
    pub knows_headers: bool,
    /// The payload of a test.
    pub test: Payload,
}

/// The receivers of one app.
#[derive(Debug)]
pub struct Notifications {
    sender: Sender,
    shared: Arc<Shared>,
    receivers: Mutex<Vec<Receiver>>,
}

impl Notifications {
    /// No receiver yet.
    pub fn new(sender: Sender, shared: Arc<Shared>) -> Self {
        Self { sender, shared, receivers: Mutex::default() }
    }

    /// Makes this the one receiver, without the test that the API would send.
    pub fn set(&self, url: &str, auth: WebhookAuth) {
        let receiver = Receiver { id: 1, ..Receiver::new(url, auth) };
        *locked(&self.receivers) = vec![receiver];
    }

    /// Tells every receiver of a grab or an import, one after another, as the app waits for it.
    pub async fn tell(&self, payload: &Payload) -> Vec<Sent> {
        let receivers: Vec<Receiver> =
            locked(&self.receivers).iter().filter(|receiver| receiver.on_grab).cloned().collect();
        let mut outcomes = Vec::new();
        for receiver in receivers {
            let outcome = if receiver.backoff.blocked(self.shared.clock.now()).is_some() {
                Sent::Silenced
            } else {
                let outcome = self.send(&receiver, payload).await;
                self.note(receiver.id, outcome);
                outcome
            };
            self.count(outcome);
            outcomes.push(outcome);
        }
        outcomes
    }

    /// Counts an event that the script keeps back.
    pub fn drop_event(&self) -> Vec<Sent> {
        self.count(Sent::Dropped);
        vec![Sent::Dropped]
    }

    async fn send(&self, receiver: &Receiver, payload: &Payload) -> Sent {
        let mut headers = vec![
            ("Accept", "application/json".to_owned()),
            ("Content-Type", "application/json".to_owned()),
            ("User-Agent", self.sender.user_agent.clone()),
        ];
        if !receiver.user.is_empty() || !receiver.password.is_empty() {
            headers.push(("Authorization", basic(&receiver.user, &receiver.password)));
        }
        if self.sender.knows_headers {
            headers.extend(receiver.headers.iter().map(|(name, value)| (name.as_str(), value.clone())));
        }
        let body = serde_json::to_vec_pretty(payload).unwrap_or_default();
        let method = if receiver.put { "PUT" } else { "POST" };
        match wire::send(Call { method, url: &receiver.url, headers, body }, TIMEOUT).await {
            Ok(reply) if reply.status < 400 => Sent::Delivered(reply.status),
            Ok(reply) => Sent::Failed(Some(reply.status)),
            Err(_) => Sent::Failed(None),
        }
    }

    fn note(&self, id: i64, outcome: Sent) {
        let now = self.shared.clock.now();
        let mut receivers = locked(&self.receivers);
        let Some(receiver) = receivers.iter_mut().find(|receiver| receiver.id == id) else { return };
        match outcome {
            Sent::Delivered(_) => receiver.backoff.succeeded(),
            Sent::Failed(_) => receiver.backoff.failed(now, Duration::ZERO),
            Sent::Silenced | Sent::Dropped => {}
        }
    }

    fn count(&self, outcome: Sent) {
        self.shared.count(|counters| {
            let counts: &mut WebhookCounts = counters.webhooks.entry(self.sender.name.clone()).or_default();
            match outcome {
                Sent::Delivered(_) => counts.delivered += 1,
                Sent::Failed(_) => counts.failed += 1,
                Sent::Silenced => counts.silenced += 1,
                Sent::Dropped => counts.dropped += 1,
            }
        });
    }
}

/// Basic credentials in Latin-1, as .NET encodes them.
fn basic(user: &str, password: &str) -> String {
    let latin1: Vec<u8> =
        format!("{user}:{password}").chars().map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?')).collect();
    format!("Basic {}", STANDARD.encode(latin1))
}
